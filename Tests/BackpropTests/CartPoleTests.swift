import Backprop
import Testing

@Suite struct CartPoleTests {
  @Test func `a step is Euler's, with the old speeds`() {
    var pole = CartPole(position: 0.1, velocity: -0.2, angle: 0.05, angularVelocity: 0.3)
    pole.step(force: 10)
    // By hand, in the order of the formulas.
    let temporary = (10 + 0.05 * 0.09 * Double.sin(0.05)) / 1.1
    let angular =
      (9.8 * Double.sin(0.05) - Double.cos(0.05) * temporary)
      / (0.5 * (4.0 / 3 - 0.1 * Double.cos(0.05) * Double.cos(0.05) / 1.1))
    let linear = temporary - 0.05 * angular * Double.cos(0.05) / 1.1
    let expected = [
      0.1 - 0.02 * 0.2, -0.2 + 0.02 * linear, 0.05 + 0.02 * 0.3, 0.3 + 0.02 * angular,
    ]
    #expect(zip(pole.numbers, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `what leans to the right is a mirror of what leans to the left`() {
    var generator = SplitMix64(seed: 1)
    var pole = CartPole(using: &generator)
    var mirror = CartPole(
      position: -pole.position, velocity: -pole.velocity, angle: -pole.angle,
      angularVelocity: -pole.angularVelocity)
    for _ in 0..<50 {
      let force = 20 * generator.uniform() - 10
      pole.step(force: force)
      mirror.step(force: -force)
    }
    #expect(zip(pole.numbers, mirror.numbers).allSatisfy { abs($0 + $1) < 1e-9 })
  }

  @Test func `left alone it falls, and a number that is none has fallen`() {
    var pole = CartPole(position: 0, velocity: 0, angle: 0.01, angularVelocity: 0)
    var steps = 0
    while !pole.hasFallen && steps < 500 {
      pole.step(force: 0)
      steps += 1
    }
    #expect(pole.hasFallen && pole.angle > CartPole.largestAngle && steps > 20)
    #expect(
      CartPole(position: .nan, velocity: 0, angle: 0, angularVelocity: 0).hasFallen)
    #expect(
      !CartPole(position: 2.4, velocity: 0, angle: 0, angularVelocity: 0).hasFallen)
  }

  @Test func `the clock's end is no fall, and both put the pole up again`() {
    var poles = CartPoles<Double>(3, limit: 5, seed: 2)
    let start = poles.states
    #expect(start.shape == [3, 4] && start.scalars.allSatisfy { abs($0) <= 0.05 })
    for step in 1...5 {
      // To and fro: five steps are too short for a fall.
      let result = poles.step(actions: [step % 2, 1 - step % 2, step % 2])
      #expect(result.fell == [false, false, false])
      #expect(result.ranOut == [Bool](repeating: step == 5, count: 3))
      #expect(result.finished == (step == 5 ? [5, 5, 5] : []))
      if step == 5 { #expect(result.reached != poles.states) }
    }
    #expect(poles.ages == [0, 0, 0] && poles.states.scalars.allSatisfy { abs($0) <= 0.05 })
    var falling = CartPoles<Double>(1, seed: 3)
    var last = falling.step(actions: [1])
    while last.finished.isEmpty { last = falling.step(actions: [1]) }
    #expect(last.fell == [true] && last.ranOut == [false] && last.finished[0] < 20)
  }

  @Test func `action 1 pushes to the right, and states have a pole's numbers in their order`() {
    var poles = CartPoles<Double>(2, seed: 5)
    var expected = poles.poles
    #expect(poles.states == Tensor(rows: expected.map(\.numbers)))
    let result = poles.step(actions: [1, 0])
    expected[0].step(force: CartPole.push)
    expected[1].step(force: -CartPole.push)
    #expect(result.reached == Tensor(rows: expected.map(\.numbers)))
  }

  @Test func `a pole that falls as the clock runs out has fallen, and the next starts elsewhere`() {
    func pushed(limit: Int) -> (poles: CartPoles<Double>, last: CartPoleStep<Double>) {
      var poles = CartPoles<Double>(1, limit: limit, seed: 3)
      var last = poles.step(actions: [1])
      while last.finished.isEmpty { last = poles.step(actions: [1]) }
      return (poles, last)
    }
    let free = pushed(limit: 200).last
    let (poles, last) = pushed(limit: free.finished[0])
    #expect(last.fell == [true] && last.ranOut == [false] && last.finished == free.finished)
    #expect(poles.states != CartPoles<Double>(1, seed: 3).states)
  }

  @Test func `a seed fixes all poles, and another one others`() {
    func run(_ seed: UInt64) -> Tensor<Float> {
      var poles = CartPoles<Float>(4, seed: seed)
      for step in 0..<60 { _ = poles.step(actions: [0, 1, step % 2, 1]) }
      return poles.states
    }
    #expect(run(7) == run(7) && run(7) != run(8))
  }

  @Test func `episodes end where poles fall, and stand one behind the other`() {
    var generator = SplitMix64(seed: 4)
    let episodes = playEpisodes(5, limit: 12, using: &generator) { (states: Tensor<Double>) in
      // Always towards where the pole leans, but for one that starts on the left.
      let actions = (0..<states.rows).map { states[$0, 2] > 0 ? 1 : 0 }
      return (actions, actions.map { $0 == 1 ? 10 : -10 })
    }
    #expect(episodes.lengths == [12, 12, 12, 12, 12] && episodes.meanReturn == 12)
    #expect(episodes.states.shape == [60, 4] && episodes.actions.count == 60)
    let first = (0..<5).map { episodes.states.rows(12 * $0..<12 * $0 + 1) }
    #expect(first.allSatisfy { $0.scalars.allSatisfy { abs($0) <= 0.05 } })
    for i in 0..<60 { #expect(episodes.actions[i] == (episodes.states[i, 2] > 0 ? 1 : 0)) }
    let fallen = playEpisodes(3, using: &generator) { (states: Tensor<Double>) in
      ([Int](repeating: 1, count: states.rows), [Double](repeating: 10, count: states.rows))
    }
    #expect(fallen.fell == [true, true, true] && fallen.lengths.allSatisfy { $0 < 20 })
  }
}

@Suite struct ReplayMemoryTests {
  @Test func `it keeps the last steps, each whole`() {
    var memory = ReplayMemory<Double, Int>(capacity: 5, width: 2)
    for i in 0..<13 {
      let x = Double(i)
      memory.add(
        states: Tensor([x, -x], shape: [1, 2]), actions: [i], rewards: [10 * x],
        done: [i % 3 == 0], nextStates: Tensor([x + 1, 0.5], shape: [1, 2]))
      #expect(memory.count == min(i + 1, 5))
    }
    var generator = SplitMix64(seed: 1)
    let drawn = memory.sample(200, using: &generator)
    #expect(Set(drawn.actions) == [8, 9, 10, 11, 12])
    for (row, action) in drawn.actions.enumerated() {
      let x = Double(action)
      #expect(drawn.states[row, 0] == x && drawn.states[row, 1] == -x)
      #expect(drawn.rewards[row] == 10 * x && drawn.done[row] == (action % 3 == 0))
      #expect(drawn.nextStates[row, 0] == x + 1 && drawn.nextStates[row, 1] == 0.5)
    }
  }
}

@Suite struct ChoosingTests {
  @Test func `actions are drawn as often as they are likely, and impossible ones never`() {
    let row: [Double] = [.log(0.2), -.infinity, .log(0.5), .log(0.3), -.infinity]
    let z = Tensor<Double>(
      Array([[Double]](repeating: row, count: 20_000).joined()), shape: [20_000, 5])
    var generator = SplitMix64(seed: 2)
    let actions = sampledActions(logits: z, using: &generator)
    for (action, share) in [0.2, 0, 0.5, 0.3, 0].enumerated() {
      let count = Double(actions.count { $0 == action }) / 20_000
      #expect(abs(count - share) < (share == 0 ? 1e-9 : 0.015))
    }
  }

  @Test func `each row has a policy of its own, and no draw is one too many for it`() {
    var generator = SplitMix64(seed: 4)
    let sure = Tensor<Float>(rows: [[0, -.infinity, -.infinity], [-.infinity, 0, -.infinity]])
    #expect(sampledActions(logits: sure, using: &generator) == [0, 1])
    // The first number of this seed is 1 - 2⁻⁵³, which is 1 in Float: more than probabilities add up to.
    generator = SplitMix64(seed: 0x3162_8af6_7b21_31ab)
    let half = Tensor<Float>(rows: [[0, 0, -.infinity]])
    #expect(sampledActions(logits: half, using: &generator) == [1])
  }

  @Test func `with ε = 0 the best is taken, with ε = 1 any`() {
    var generator = SplitMix64(seed: 3)
    let q = Tensor<Float>(
      Array([[Float]](repeating: [1, 3, 2], count: 9000).joined()), shape: [9000, 3])
    #expect(epsilonGreedyActions(q, epsilon: 0, using: &generator).allSatisfy { $0 == 1 })
    let any = epsilonGreedyActions(q, epsilon: 1, using: &generator)
    for action in 0..<3 { #expect(abs(any.count { $0 == action } - 3000) < 200) }
  }
}

@Suite struct ColumnsTests {
  @Test func `columns side by side come apart again`() {
    let left = Tensor<Double>([1, 2, 3, 4], shape: [2, 2])
    let right = Tensor<Double>([5, 6], shape: [2, 1])
    let joined = columns(left, right)
    #expect(joined == Tensor([1, 2, 5, 3, 4, 6], shape: [2, 3]))
    let parts = joined.split(atColumn: 2)
    #expect(parts.left == left && parts.right == right)
    #expect(joined.split(atColumn: 0).right == joined && joined.split(atColumn: 3).left == joined)
  }
}
