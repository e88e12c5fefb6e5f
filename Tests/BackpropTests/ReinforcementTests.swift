import Backprop
import Testing

private func drawnActions(_ count: Int, of choices: Int, seed: UInt64) -> [Int] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in generator.integer(below: choices) }
}

private let sizes = [[1, 1], [1, 4], [5, 3], [4, 4], [7, 2]]

@Suite struct PolicyGradientTests {
  private let z = Tensor<Double>([1, 0, 0, 2, 0, 0], shape: [3, 2])

  @Test func `the policy gradient is the one computed elsewhere`() {
    let (loss, dZ) = policyGradientLoss(
      logits: z, actions: [0, 0, 1], advantages: Tensor([2, -1, 0.5]))
    #expect(abs(loss + 0.384610348576) < 1e-10)
    let expected: [Double] = [
      -0.179294280913, 0.179294280913, 0.293599025993, -0.293599025993, 0.083333333333,
      -0.083333333333,
    ]
    #expect(isClose(dZ, Tensor(expected, shape: [3, 2])))
  }

  @Test(arguments: sizes)
  func `it is the slope, its rows sum to 0, and in Float it is the same`(_ n: [Int]) {
    let (z, a) = (random(n, seed: 1, scale: 2), random([n[0]], seed: 2))
    let actions = drawnActions(n[0], of: n[1], seed: 3)
    let dZ = policyGradientLoss(logits: z, actions: actions, advantages: a).gradient
    #expect(
      isSlope(dZ, at: z) { policyGradientLoss(logits: $0, actions: actions, advantages: a).loss })
    #expect(dZ.sum(axis: 1).scalars.allSatisfy { abs($0) < 1e-12 })
    let short = policyGradientLoss(
      logits: Tensor<Float>(z), actions: actions, advantages: Tensor<Float>(a))
    #expect(zip(short.gradient.scalars, dZ.scalars).allSatisfy { abs(Double($0) - $1) < 1e-5 })
  }

  @Test func `a baseline that knows nothing of the action changes nothing on average`() {
    let z = random([1, 4], seed: 4)
    let p = softmax(z)
    var mean = Tensor<Double>(shape: [1, 4])
    for a in 0..<4 {
      mean +=
        p[0, a] * policyGradientLoss(logits: z, actions: [a], advantages: Tensor([7])).gradient
    }
    #expect(isClose(mean, zeros(1, 4)))
  }

  @Test func `scores of any size and of -∞ are finite where they can be, and a NaN stays`() {
    let z = Tensor<Double>([1000, -1000, 0, -.infinity, 0, 1], shape: [2, 3])
    let (loss, dZ) = policyGradientLoss(logits: z, actions: [1, 2], advantages: Tensor([1, 1]))
    #expect(abs(loss - (2000 + Double.log(1 + Double.exp(-1))) / 2) < 1e-9)
    #expect(dZ.scalars.allSatisfy { $0.isFinite })
    let impossible = policyGradientLoss(
      logits: z, actions: [1, 0], advantages: Tensor([0, 0]))
    #expect(impossible.loss == 0)
    let lost = policyGradientLoss(
      logits: Tensor([.nan, 0], shape: [1, 2]), actions: [1], advantages: Tensor([1]))
    #expect(lost.loss.isNaN && lost.gradient.scalars.allSatisfy { $0.isNaN })
  }

  @Test func `log-probabilities keep their digits where a probability is nearly 1`() {
    let logs = logProbabilities(of: [0, 1], logits: Tensor([40, 0, 40, 0], shape: [2, 2]))
    #expect(abs(logs[0] / -Double.exp(-40) - 1) < 1e-12 && abs(logs[1] + 40) < 1e-12)
    let sure = Tensor<Double>([.infinity, 0, .infinity, 0], shape: [2, 2])
    #expect(logProbabilities(of: [0, 1], logits: sure).scalars == [0, -.infinity])
  }
}

@Suite struct EntropyTests {
  @Test func `the entropy's gradient is the one computed elsewhere`() {
    let z = Tensor<Double>([1, 0, -1, 0, 0, 2], shape: [2, 3])
    let (loss, dZ) = entropyBonus(logits: z, strength: 1)
    #expect(abs(loss + 0.748984131869) < 1e-10 && abs(meanEntropy(logits: z) + loss) < 1e-15)
    let expected: [Double] = [
      -0.14129372554, 0.070385178735, 0.070908546805, 0.083819505802, 0.083819505802,
      -0.167639011604,
    ]
    #expect(isClose(dZ, Tensor(expected, shape: [2, 3]) * -1))
  }

  @Test(arguments: sizes)
  func `it is the slope, and nothing pulls where all actions are alike`(_ n: [Int]) {
    let z = random(n, seed: 5, scale: 1.5)
    #expect(
      isSlope(entropyBonus(logits: z, strength: 0.3).gradient, at: z) {
        entropyBonus(logits: $0, strength: 0.3).loss
      })
    let even = Tensor<Double>(repeating: 3, shape: n)
    #expect(isClose(entropyBonus(logits: even, strength: 2).gradient, 0 * z))
    #expect(abs(meanEntropy(logits: even) - Double.log(Double(n[1]))) < 1e-12)
  }

  @Test func `an action of probability 0 adds nothing, and no NaN`() {
    let z = Tensor<Double>([0, -.infinity, 0, 1000, -1000, -1000], shape: [2, 3])
    let (loss, dZ) = entropyBonus(logits: z, strength: 1)
    #expect(abs(loss + Double.log(2) / 2) < 1e-12 && isClose(dZ, zeros(2, 3)))
  }
}

@Suite struct ActorCriticTests {
  @Test func `the gradients of actor and critic are those computed elsewhere`() {
    let (loss, gradient) = actorCriticLoss(
      logits: Tensor([1, 0, 0, 2, 0, 0], shape: [3, 2]), values: Tensor([1, 0, -1]),
      actions: [0, 0, 1], returns: Tensor([3, -1, -0.5]), valueStrength: 0.5, entropyStrength: 0.01)
    #expect(abs(loss - 0.484920704276) < 1e-10)
    let expected: [Double] = [
      -0.178638907803, 0.178638907803, 0.292899068757, -0.292899068757, 0.083333333333,
      -0.083333333333,
    ]
    #expect(isClose(gradient.dLogits, Tensor(expected, shape: [3, 2])))
    #expect(isClose(gradient.dValues, Tensor([-0.666666666667, 0.333333333333, -0.166666666667])))
  }

  @Test(arguments: sizes)
  func `with its advantages held still each gradient is the slope of the loss`(_ n: [Int]) {
    let (z, v, g) = (random(n, seed: 6), random([n[0]], seed: 7), random([n[0]], seed: 8))
    let actions = drawnActions(n[0], of: n[1], seed: 9)
    let gradient = actorCriticLoss(
      logits: z, values: v, actions: actions, returns: g, valueStrength: 0.7, entropyStrength: 0.2
    ).gradient
    let held = g - v
    func loss(_ z: Tensor<Double>, _ v: Tensor<Double>) -> Double {
      policyGradientLoss(logits: z, actions: actions, advantages: held).loss
        + 0.7 * meanSquaredError(prediction: v, target: g).loss
        + entropyBonus(logits: z, strength: 0.2).loss
    }
    #expect(isSlope(gradient.dLogits, at: z) { loss($0, v) })
    #expect(isSlope(gradient.dValues, at: v) { loss(z, $0) })
  }
}

@Suite struct ReturnsTests {
  private let rewards = Tensor<Double>([1, 0, 2, 1])
  private let done = [false, true, false, false]

  @Test func `returns and advantages are those computed elsewhere`() {
    #expect(
      isClose(
        discountedReturns(rewards: rewards, done: done, gamma: 0.5, bootstrap: 4),
        Tensor([1, 0, 3.5, 3])))
    #expect(
      isClose(
        generalizedAdvantages(
          rewards: rewards, values: Tensor([0.5, 1, 1.5, 2]), done: done, gamma: 0.5, lambda: 0.8,
          bootstrap: 4), Tensor([0.6, -1, 1.9, 1])))
  }

  @Test(arguments: 1...8)
  func `with λ = 1 an advantage is the return less the value, with λ = 0 one step's surprise`(
    _ steps: Int
  ) {
    var generator = SplitMix64(seed: UInt64(steps))
    let ends = (0..<steps).map { _ in generator.integer(below: 3) == 0 }
    let (r, v) = (random([steps], seed: 10), random([steps], seed: 11))
    func advantages(_ lambda: Double) -> Tensor<Double> {
      generalizedAdvantages(
        rewards: r, values: v, done: ends, gamma: 0.9, lambda: lambda, bootstrap: 2.5)
    }
    let returns = discountedReturns(rewards: r, done: ends, gamma: 0.9, bootstrap: 2.5)
    #expect(isClose(advantages(1), returns - v))
    let next = Tensor(Array(v.scalars.dropFirst()) + [2.5])
    let surprise = Tensor(
      (0..<steps).map { r[$0] + (ends[$0] ? 0 : 0.9 * next[$0]) - v[$0] })
    #expect(isClose(advantages(0), surprise))
    // A task that is over knows nothing of what follows it.
    if let end = ends.firstIndex(of: true) {
      let alone = discountedReturns(
        rewards: Tensor(Array(r.scalars[...end])), done: Array(ends[...end]), gamma: 0.9,
        bootstrap: .nan)
      #expect(isClose(alone, Tensor(Array(returns.scalars[...end]))))
    }
  }

  @Test func `numbers that say nothing of better and worse become zeros, never 0/0`() {
    #expect(standardized(Tensor<Double>([5])) == Tensor([0]))
    #expect(standardized(Tensor<Float>(repeating: 0.1, shape: [7])).scalars.allSatisfy { $0 == 0 })
    let x = standardized(random([50], seed: 12, scale: 3) + 4)
    #expect(abs(x.mean()) < 1e-12 && abs(x.squaredNorm() / 50 - 1) < 1e-12)
    #expect(standardized(Tensor<Double>([1, .nan])).scalars.allSatisfy { $0.isNaN })
  }
}

@Suite struct QLearningTests {
  @Test func `the gradient of Q-learning is the one computed elsewhere`() {
    let targets = qTargets(
      rewards: Tensor<Double>([1, 1, -1]), done: [false, false, true],
      nextQ: Tensor([3, 1, 0, 0.5, 9, 9], shape: [3, 2]), gamma: 0.9)
    let (loss, dQ) = qLearningLoss(
      q: Tensor([1, 2, 0, -1, 0.5, 0.5], shape: [3, 2]), actions: [1, 0, 1], targets: targets)
    #expect(abs(loss - 2.41416666667) < 1e-10)
    let expected: [Double] = [0, -1.13333333333, -0.966666666667, 0, 0, 1]
    #expect(isClose(dQ, Tensor(expected, shape: [3, 2])))
  }

  @Test(arguments: sizes)
  func `it is the slope with targets held still`(_ n: [Int]) {
    let (q, next, r) = (random(n, seed: 13), random(n, seed: 14), random([n[0]], seed: 15))
    let actions = drawnActions(n[0], of: n[1], seed: 16)
    let targets = qTargets(
      rewards: r, done: actions.map { $0 == 0 }, nextQ: next, gamma: 0.9)
    let dQ = qLearningLoss(q: q, actions: actions, targets: targets).gradient
    #expect(isSlope(dQ, at: q) { qLearningLoss(q: $0, actions: actions, targets: targets).loss })
  }

  @Test func `what comes after an end does not count, whatever it is, and a NaN stays elsewhere`() {
    let next = Tensor<Double>([.infinity, 0, -3, -2, 1, .nan], shape: [3, 2])
    let y = qTargets(
      rewards: Tensor([1, 1, 1]), done: [true, false, false], nextQ: next, gamma: 0.5)
    #expect(y[0] == 1 && y[1] == 0 && y[2].isNaN)
    let first = qTargets(
      rewards: Tensor([1]), done: [false], nextQ: Tensor<Double>(rows: [[.nan, 1]]), gamma: 0.5)
    #expect(first[0].isNaN, "a number that follows it is no larger")
  }
}

@Suite struct SquashedGaussianTests {
  @Test func `the density and its gradients are those computed elsewhere`() {
    let draw = squashedGaussian(
      mean: Tensor<Double>([0, 0.5], shape: [1, 2]), logDeviation: Tensor([-1, 0], shape: [1, 2]),
      noise: Tensor([1, -0.5], shape: [1, 2]))
    let (da, dl) = (Tensor<Double>([1, 2], shape: [1, 2]), Tensor<Double>([0.2]))
    let loss = (draw.action * da).sum() + (draw.logProbability * dl).sum()
    #expect(abs(loss - 0.0860377787329) < 1e-10)
    let (dMean, dS) = squashedGaussianBackward(dAction: da, dLogProbability: dl, draw.cache)
    #expect(isClose(dMean, Tensor([1.01685479252, 2], shape: [1, 2])))
    #expect(isClose(dS, Tensor([0.174079972823, -1.2], shape: [1, 2])))
  }

  @Test(arguments: sizes)
  func `both gradients are slopes`(_ n: [Int]) {
    let (mean, s, e) = (random(n, seed: 17), random(n, seed: 18, scale: 0.5), random(n, seed: 19))
    let (da, dl) = (random(n, seed: 20), random([n[0]], seed: 21))
    func loss(_ mean: Tensor<Double>, _ s: Tensor<Double>) -> Double {
      let draw = squashedGaussian(mean: mean, logDeviation: s, noise: e)
      return (draw.action * da).sum() + (draw.logProbability * dl).sum()
    }
    let (dMean, dS) = squashedGaussianBackward(
      dAction: da, dLogProbability: dl,
      squashedGaussian(mean: mean, logDeviation: s, noise: e).cache)
    #expect(isSlope(dMean, at: mean) { loss($0, s) } && isSlope(dS, at: s) { loss(mean, $0) })
  }

  @Test func `the density of the actions sums to 1`() {
    // By the area under e^(log π) over a grid of actions, each reached by its own ε.
    let (mean, s) = (0.3, -0.5)
    var area = 0.0
    for i in 0..<4000 {
      let a = -1 + 2 * (Double(i) + 0.5) / 4000
      let u = Double.log((1 + a) / (1 - a)) / 2
      let draw = squashedGaussian(
        mean: Tensor([mean], shape: [1, 1]), logDeviation: Tensor([s], shape: [1, 1]),
        noise: Tensor([(u - mean) / Double.exp(s)], shape: [1, 1]))
      area += Double.exp(draw.logProbability.item) * 2 / 4000
    }
    #expect(abs(area - 1) < 1e-5)
  }

  @Test(arguments: [40, -40, 400, -400] as [Double])
  func `far out, where a is rounded to ±1, density and gradients are finite`(_ mean: Double) {
    let m = Tensor<Float>([Float(mean)], shape: [1, 1])
    let draw = squashedGaussian(
      mean: m, logDeviation: Tensor(shape: [1, 1]), noise: Tensor(shape: [1, 1]))
    let gradients = squashedGaussianBackward(
      dAction: Tensor([1], shape: [1, 1]), dLogProbability: Tensor([1]), draw.cache)
    #expect(abs(draw.action.item) == 1 && draw.logProbability.item.isFinite)
    #expect(gradients.dMean.item == (mean > 0 ? 2 : -2) && gradients.dLogDeviation.item == -1)
  }
}

@Suite struct ClippedSurrogateTests {
  @Test func `the clipped surrogate is the one computed elsewhere`() {
    let (loss, dZ) = clippedSurrogate(
      logits: Tensor<Double>([1, 0, 0, 2, 0, 0, 1, -1], shape: [4, 2]), actions: [0, 0, 1, 1],
      oldLogProbabilities: Tensor([
        -0.69314718056, -1.20397280433, -0.69314718056, -2.30258509299,
      ]), advantages: Tensor([2, -1, 0.5, -1]), epsilon: 0.2)
    #expect(abs(loss + 0.226992694945) < 1e-10)
    let expected: [Double] = [0, 0, 0, 0, 0.0625, -0.0625, -0.262483963509, 0.262483963509]
    #expect(isClose(dZ, Tensor(expected, shape: [4, 2])))
  }

  @Test(arguments: sizes)
  func `it is the slope on both sides of the clip, and the policy gradient where nothing has moved`(
    _ n: [Int]
  ) {
    let (z, a) = (random(n, seed: 22), random([n[0]], seed: 23))
    let actions = drawnActions(n[0], of: n[1], seed: 24)
    let now = logProbabilities(of: actions, logits: z)
    let old = now - random([n[0]], seed: 25, scale: 0.5)
    func loss(_ z: Tensor<Double>) -> Loss<Double> {
      clippedSurrogate(logits: z, actions: actions, oldLogProbabilities: old, advantages: a)
    }
    #expect(isSlope(loss(z).gradient, at: z) { loss($0).loss })
    let fresh = clippedSurrogate(
      logits: z, actions: actions, oldLogProbabilities: now, advantages: a)
    let plain = policyGradientLoss(logits: z, actions: actions, advantages: a)
    #expect(isClose(fresh.gradient, plain.gradient))
  }

  @Test
  func
    `a ratio that overflows is nothing where nothing was gained, and closed where it was clipped`()
  {
    let z = Tensor<Double>([0, 0, 0, 0], shape: [2, 2])
    let (loss, dZ) = clippedSurrogate(
      logits: z, actions: [0, 0], oldLogProbabilities: Tensor([-1e4, -1e4]),
      advantages: Tensor([0, 1]))
    #expect(abs(loss + 0.6) < 1e-12 && dZ == 0 * z)
  }

  @Test func `at the end of the clip exactly the slope is that of the ratio`() {
    // r is 3/2 and 1/2, and ε made of it, so that it stands on the bound to the last bit.
    let z = Tensor<Double>([0, 0], shape: [1, 2])
    for (advantage, old) in [(1.0, Double.log(1.0 / 3)), (-1, 0)] {
      let ratio = Double.exp(logProbabilities(of: [0], logits: z)[0] - old)
      let dZ = clippedSurrogate(
        logits: z, actions: [0], oldLogProbabilities: Tensor([old]),
        advantages: Tensor([advantage]), epsilon: abs(ratio - 1)
      ).gradient
      #expect(dZ == Tensor([-0.5 * advantage * ratio, 0.5 * advantage * ratio], shape: [1, 2]))
    }
  }
}
