import Core
import Figures
import Reinforcement
import Running

/// What a critic expects, and what comes, from many leaning poles.
func showCritic(_ network: SmallNetwork, _ plan: Plan, on screen: Screen) throws {
  screen.section("Where the critic looks wrong")
  let (angles, speeds) = (13, 13)
  var (expected, came) = ([Double](), [Double]())
  var generator = SplitMix64(seed: plan.seed + 5)
  for row in 0..<speeds {
    for column in 0..<angles {
      let pole = CartPole(
        position: 0, velocity: 0, angle: CartPole.largestAngle * (Double(column) - 6) / 6.5,
        angularVelocity: -2.0 * (Double(row) - 6) / 6)
      let state = Tensor(pole.numbers.map { Float($0) }, shape: [1, 4])
      expected.append(Double(network(state)[0, 2]))
      came.append(returned(by: network, from: pole, using: &generator))
    }
  }
  let errors = zip(expected, came).map { $0 - $1 }
  let worst = errors.indices.sorted { abs(errors[$0]) > abs(errors[$1]) }.prefix(5)
  screen.text(
    """
    From 169 poles in the middle of the rails: V, and the discounted return that really
    came, four times as long as an episode, the policy drawing its actions as in training.
    Mean error \(fixed(errors.reduce(0) { $0 + abs($1) } / Double(errors.count), 2)), where V is \(fixed(expected.min() ?? 0, 1)) to \(fixed(expected.max() ?? 0, 1)). The five worst:

    """)
  var table = Table("angle", "turning", "V", "came", "error")
  for place in worst {
    let (row, column) = (place / angles, place % angles)
    table.add(
      fixed(12 * (Double(column) - 6) / 6.5, 1) + "°", fixed(-2.0 * (Double(row) - 6) / 6, 2),
      fixed(expected[place], 2), fixed(came[place], 2), fixed(errors[place], 2))
  }
  screen.table(table)
  try screen.figure(
    .heatMap(
      "V less what came: angle to the right, turning upwards",
      description:
        "A map of 13 × 13 poles. In the middle the error is near 0; along the border between poles that can "
        + "be saved and poles that fall it is large.",
      HeatMap(values: errors, rows: speeds, columns: angles, scale: .diverging)), "critic")
}

/// The discounted return of a policy from a state, in rewards of 0.1.
private func returned(
  by network: SmallNetwork, from start: CartPole, using generator: inout SplitMix64
) -> Double {
  let runs = 4
  var total = 0.0
  for _ in 0..<runs {
    var (pole, share) = (start, 0.1)
    for _ in 0..<800 {
      let state = Tensor(pole.numbers.map { Float($0) }, shape: [1, 4])
      let logits = network(state).split(atColumn: 2).left
      pole.step(force: pushes(sampledActions(logits: logits, using: &generator))[0])
      total += share / Double(runs)
      share *= 0.99
      if pole.hasFallen { break }
    }
  }
  return total
}
