import Backprop

extension WrongCall {
  static let reinforcement: [WrongCall] = [
    WrongCall("they must be a vector [3], a number a row") {
      _ = policyGradientLoss(logits: zeros(3, 2), actions: [0, 1, 0], advantages: zeros(3, 1))
    },
    WrongCall("with one action taken a row, and a row at least") {
      _ = policyGradientLoss(logits: zeros(3, 2), actions: [0, 1], advantages: zeros(3))
    },
    WrongCall("and a row at least") {
      _ = policyGradientLoss(logits: zeros(0, 2), actions: [], advantages: zeros(0))
    },
    WrongCall("row 1 took the action 2; it must be one of 0..<2") {
      _ = policyGradientLoss(logits: zeros(2, 2), actions: [0, 2], advantages: zeros(2))
    },
    WrongCall("row 0 took the action -1") { _ = logProbabilities(of: [-1], logits: zeros(1, 2)) },
    WrongCall("entropyBonus: the scores are [3]") {
      _ = entropyBonus(logits: zeros(3), strength: 1)
    },
    WrongCall("the strength β is nan") { _ = entropyBonus(logits: zeros(1, 2), strength: .nan) },
    WrongCall("actorCriticLoss: the values are [2, 1]") {
      _ = actorCriticLoss(
        logits: zeros(2, 2), values: zeros(2, 1), actions: [0, 1], returns: zeros(2))
    },
    WrongCall("actorCriticLoss: the returns are [3]") {
      _ = actorCriticLoss(
        logits: zeros(2, 2), values: zeros(2), actions: [0, 1], returns: zeros(3))
    },
    WrongCall("the value's strength is -1.0") {
      _ = actorCriticLoss(
        logits: zeros(1, 2), values: zeros(1), actions: [0], returns: zeros(1), valueStrength: -1)
    },
    WrongCall("with 2 ends, the rewards are [3]") {
      _ = discountedReturns(rewards: zeros(3), done: [false, true], gamma: 1, bootstrap: 0)
    },
    WrongCall("discountedReturns: γ is 1.5; it must be in 0...1") {
      _ = discountedReturns(rewards: zeros(1), done: [false], gamma: 1.5, bootstrap: 0)
    },
    WrongCall("the values are [1]") {
      _ = generalizedAdvantages(
        rewards: zeros(2), values: zeros(1), done: [false, true], gamma: 1, lambda: 1, bootstrap: 0)
    },
    WrongCall("λ is nan; it must be in 0...1") {
      _ = generalizedAdvantages(
        rewards: zeros(1), values: zeros(1), done: [false], gamma: 1, lambda: .nan, bootstrap: 0)
    },
    WrongCall("standardized: there is no number") { _ = standardized(zeros(0)) },
    WrongCall("qTargets: next values [2, 3] with 1 ends") {
      _ = qTargets(rewards: zeros(1), done: [false], nextQ: zeros(2, 3), gamma: 1)
    },
    WrongCall("qTargets: the rewards are [1, 1]") {
      _ = qTargets(rewards: zeros(1, 1), done: [false], nextQ: zeros(1, 3), gamma: 1)
    },
    WrongCall("qLearningLoss: the targets are [2, 1]") {
      _ = qLearningLoss(q: zeros(2, 2), actions: [0, 1], targets: zeros(2, 1))
    },
    WrongCall("must be of one shape [m, d]") {
      _ = squashedGaussian(mean: zeros(2, 1), logDeviation: zeros(2, 1), noise: zeros(2))
    },
    WrongCall("a vector with a number a row") {
      let draw = squashedGaussian(
        mean: zeros(2, 1), logDeviation: zeros(2, 1), noise: zeros(2, 1))
      _ = squashedGaussianBackward(
        dAction: zeros(2, 1), dLogProbability: zeros(2, 1), draw.cache)
    },
    WrongCall("clippedSurrogate: ε is 1.0") {
      _ = clippedSurrogate(
        logits: zeros(1, 2), actions: [0], oldLogProbabilities: zeros(1), advantages: zeros(1),
        epsilon: 1)
    },
    WrongCall("the old log-probabilities are [1, 1]") {
      _ = clippedSurrogate(
        logits: zeros(1, 2), actions: [0], oldLogProbabilities: zeros(1, 1), advantages: zeros(1))
    },
    WrongCall("ReplayMemory: a capacity of 0") {
      _ = ReplayMemory<Double, Int>(capacity: 0, width: 4)
    },
    WrongCall("states must be [m, 4], and all else m") {
      var memory = ReplayMemory<Double, Int>(capacity: 5, width: 4)
      memory.add(
        states: zeros(1, 3), actions: [0], rewards: [1], done: [false], nextStates: zeros(1, 3))
    },
    WrongCall("3 steps of 0 that are kept") {
      var generator = SplitMix64(seed: 0)
      _ = ReplayMemory<Double, Int>(capacity: 5, width: 4).sample(3, using: &generator)
    },
    WrongCall("sampledActions: the scores are [2, 0]") {
      var generator = SplitMix64(seed: 0)
      _ = sampledActions(logits: zeros(2, 0), using: &generator)
    },
    WrongCall("epsilonGreedyActions: ε is -0.5") {
      var generator = SplitMix64(seed: 0)
      _ = epsilonGreedyActions(zeros(2, 2), epsilon: -0.5, using: &generator)
    },
    WrongCall("columns: [2, 3] beside [3, 2]") { _ = columns(zeros(2, 3), zeros(3, 2)) },
    WrongCall("there is no column 4 in [2, 3]") { _ = zeros(2, 3).split(atColumn: 4) },
    WrongCall("CartPole: the force is inf") {
      var pole = CartPole(position: 0, velocity: 0, angle: 0, angularVelocity: 0)
      pole.step(force: .infinity)
    },
    WrongCall("CartPoles: the action 2; it must be 0, to the left, or 1, to the right") {
      var poles = CartPoles<Double>(1, seed: 0)
      _ = poles.step(actions: [2])
    },
    WrongCall("CartPoles: 1 pushes for 2 poles") {
      var poles = CartPoles<Double>(2, seed: 0)
      _ = poles.step(forces: [1])
    },
    WrongCall("playEpisodes: 0 actions and 0 forces for 1 poles") {
      var generator = SplitMix64(seed: 0)
      _ = playEpisodes(1, using: &generator) { (_: Tensor<Double>) in ([], []) }
    },
    WrongCall("playEpisodes: 1 actions and 0 forces for 1 poles") {
      var generator = SplitMix64(seed: 0)
      _ = playEpisodes(1, using: &generator) { (_: Tensor<Double>) in ([0], []) }
    },
    WrongCall("qTargets: γ is -0.5; it must be in 0...1") {
      _ = qTargets(rewards: zeros(1), done: [false], nextQ: zeros(1, 2), gamma: -0.5)
    },
    WrongCall("qTargets: next values [1, 0] with 1 ends") {
      _ = qTargets(rewards: zeros(1), done: [false], nextQ: zeros(1, 0), gamma: 1)
    },
  ]
}
