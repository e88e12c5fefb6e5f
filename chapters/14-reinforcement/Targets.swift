import Core
import Figures
import Reinforcement
import Running

/// What becomes of Q where its targets move along, are not stopped, or know no end.
func showTargets(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("Targets")
  let states = probeStates()
  var variants: [(name: String, run: DeepQ)] = Targets.allCases.map { targets in
    var run = DeepQ(plan)
    run.targets = targets
    return (targets.name, run)
  }
  var endless = DeepQ(plan)
  endless.endIsIgnored = true
  var clock = DeepQ(plan)
  clock.clockIsAFall = true
  variants += [("the fall ignored", endless), ("the clock's end a fall", clock)]
  var table = Table("targets", "Q, half way", "Q, at the end", "greedy")
  var curves = [Series]()
  for (name, run) in variants {
    var (points, greedy, half, end) = ([Point](), 0.0, 0.0, 0.0)
    for seed in plan.seeds {
      var last = 0.0
      let trained = try run.train(functions, seed: seed) { step, network in
        guard step % max(run.steps / 40, 1) == 0 || step == run.steps - 1 else { return }
        last = meanBest(network(states))
        if step <= run.steps / 2 { half = seed == plan.seeds[0] ? last : half }
        if seed == plan.seeds[0] { points.append(Point(Double(step * run.poles), last)) }
        screen.progress("\(name), step \(grouped(step)), Q \(fixed(last, 1))")
      }
      if seed == plan.seeds[0] { end = last }
      greedy += trained.greedy / Double(plan.seeds.count)
    }
    curves.append(Series(name, points: points))
    table.add(name, fixed(half, 1), fixed(end, 1), fixed(greedy, 0))
  }
  screen.endProgress()
  screen.text(
    """
    Q is the mean of the best action's value, over 200 states from upright to nearly
    fallen, of seed \(plan.seed); greedy is the mean over \(plan.seeds.count == 1 ? "one seed" : "\(plan.seeds.count) seeds"). Where poles never fell,
    a reward of 1 and γ = 0.99 would make every value 100.

    """)
  screen.table(table)
  // Marks show the frozen copy where the last line lies on it.
  curves[0].marker = .circle
  try screen.figure(
    .lines(
      "Q over time, by where the targets come from",
      description:
        "Mean value of the best action over the frames of a training, for five kinds of targets. The "
        + "clock's end hardly matters: its line lies on the frozen copy's.",
      x: "frames", y: "Q", curves), "q-over-time")
  try showSameBits(functions, plan, on: screen)
}

/// 200 states, from upright to nearly fallen.
private func probeStates() -> Tensor<Float> {
  var generator = SplitMix64(seed: 4)
  let spread: [Double] = [1.2, 1, 0.18, 1]
  return Tensor(
    (0..<800).map { Float(spread[$0 % 4] * (2 * generator.uniform() - 1)) }, shape: [200, 4])
}

private func meanBest(_ q: Tensor<Float>) -> Double {
  q.argmaxOfRows().enumerated().reduce(0) { $0 + Double(q[$1.offset, $1.element]) }
    / Double(q.rows)
}

/// With a frozen copy a target that is not stopped changes nothing: its gradient arrives at the copy.
private func showSameBits(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  var generator = SplitMix64(seed: plan.seed)
  let network = smallNetwork(4, 64, 2, .relu, using: &generator)
  let copy = smallNetwork(4, 64, 2, .relu, using: &generator)
  let states = probeStates()
  let steps = Transitions<Float, Int>.of(states, using: &generator)
  var context = Context.inference
  let (nextQ, nextCache) = copy.forward(steps.nextStates, in: &context)
  let (q, cache) = network.forward(steps.states, in: &context)
  let dQ = try functions.qLoss(of: q, steps, nextQ: nextQ, gamma: 0.99).gradient
  let stopped = network.gradient(dQ, cache)
  // Not stopped: the copy gets a gradient, and no optimizer asks for it.
  var dNextQ = nextQ * 0
  for (i, best) in nextQ.argmaxOfRows().enumerated() where !steps.done[i] {
    dNextQ[i, best] = -0.99 * dQ[i, steps.actions[i]]
  }
  let ofTheCopy = copy.gradient(dNextQ, nextCache)
  let notStopped = network.gradient(dQ, cache)
  let same = zip(stopped.named, notStopped.named).allSatisfy { $0.value == $1.value }
  screen.text(
    """

    With a frozen copy, and the target not stopped: the copy's gradient has the
    length \(fixed(Double(ofTheCopy.norm), 2)), and nobody uses it. The network's is \(same ? "the same to the last bit" : "another").
    """)
}

extension Transitions where Scalar == Float, Action == Int {
  /// A step from each of some states, with random actions.
  fileprivate static func of(
    _ states: Tensor<Float>, using generator: inout SplitMix64
  ) -> Transitions {
    var memory = ReplayMemory<Float, Int>(capacity: states.rows, width: 4)
    var (actions, next, done) = ([Int](), [Float](), [Bool]())
    for i in 0..<states.rows {
      var pole = CartPole(
        position: Double(states[i, 0]), velocity: Double(states[i, 1]), angle: Double(states[i, 2]),
        angularVelocity: Double(states[i, 3]))
      actions.append(generator.integer(below: 2))
      pole.step(force: pushes([actions[i]])[0])
      next += pole.numbers.map { Float($0) }
      done.append(pole.hasFallen)
    }
    memory.add(
      states: states, actions: actions, rewards: [Float](repeating: 1, count: states.rows),
      done: done, nextStates: Tensor(next, shape: states.shape))
    return memory.sample(64, using: &generator)
  }
}
