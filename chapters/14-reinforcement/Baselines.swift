import Core
import Reinforcement
import Running

/// What is subtracted from a return before it is an advantage.
private enum Baseline: CaseIterable {
  case wholeEpisode, toGo, meanToGo, standardizedToGo

  var name: String {
    switch self {
    case .wholeEpisode: "the whole episode's return"
    case .toGo: "reward to go"
    case .meanToGo: "reward to go, less its mean"
    case .standardizedToGo: "the same, standardised"
    }
  }
}

/// How much the gradient of a batch says, and how much of it is chance.
func showBaselines(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("Does a baseline change anything?")
  let (batches, episodes) = plan.isQuick ? (40, 8) : (200, 8)
  var generator = SplitMix64(seed: plan.seed)
  let network = smallNetwork(4, 32, 2, .tanh, using: &generator)
  var gradients = [[[Double]]](repeating: [], count: Baseline.allCases.count)
  for _ in 0..<batches {
    var starts = SplitMix64(seed: generator.next())
    let played = playEpisodes(episodes, using: &starts) { (states: Tensor<Float>) in
      let actions = sampledActions(logits: network(states), using: &generator)
      return (actions, pushes(actions))
    }
    let returns = try played.lengths.map { length in
      try functions.returns(
        rewards: [Double](repeating: 1, count: length), done: (1...length).map { $0 == length },
        gamma: 0.99, bootstrap: 0)
    }
    let toGo = Tensor<Double>(Array(returns.joined()))
    let whole = Tensor<Double>(returns.flatMap { [Double](repeating: $0[0], count: $0.count) })
    var context = Context.inference
    let (logits, cache) = network.forward(played.states, in: &context)
    for (place, baseline) in Baseline.allCases.enumerated() {
      let advantages =
        switch baseline {
        case .wholeEpisode: whole
        case .toGo: toGo
        case .meanToGo: toGo - toGo.mean()
        case .standardizedToGo: standardized(toGo)
        }
      let dLogits = try functions.policyLoss(
        of: logits, actions: played.actions, advantages: advantages, entropy: 0
      ).gradient
      // The last layer's weights stand for all.
      let gradient = network.gradient(dLogits, cache).second.weight
      gradients[place].append(gradient.scalars.map(Double.init))
    }
  }
  var table = Table("A is", "length of the mean", "deviation", "deviation/mean")
  for (place, baseline) in Baseline.allCases.enumerated() {
    let all = gradients[place]
    let mean = all[0].indices.map { k in all.reduce(0) { $0 + $1[k] } / Double(batches) }
    let length = mean.reduce(0) { $0 + $1 * $1 }.squareRoot()
    let spread =
      (all.reduce(0.0) { sum, one in
        sum + zip(one, mean).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      } / Double(batches - 1)).squareRoot()
    table.add(
      baseline.name, significant(length, 3), significant(spread, 3), fixed(spread / length, 2))
  }
  screen.text(
    """
    The gradient of the last layer's weights, in \(batches) batches of \(episodes) episodes that one
    untrained network has played: how long its mean is, and how far single batches
    lie from it.

    """)
  screen.table(table)
}

/// An episode of one step, and its advantage.
func showOneStep(on screen: Screen) {
  let one = standardized(Tensor<Double>([1]))
  let equal = standardized(Tensor<Double>([0.5, 0.5, 0.5]))
  let (number, mean, deviation) = (1.0, 1.0, 0.0)
  let naive = (number - mean) / deviation
  screen.text(
    """

    Standardised, the return [1] of an episode of one step is \(digits(naive)) by the
    formula, (1 - 1)/0. Here it is \(digits(one[0])), and [0.5, 0.5, 0.5] are \(equal.scalars.map { digits($0) }.joined(separator: ", ")).
    """)
}

private func digits(_ x: Double) -> String { x.isNaN ? "no number" : fixed(x, 0) }
