import Core
import Figures
import Reinforcement
import Running

/// What a critic expects, and what comes, from many leaning poles.
func showCritic(_ network: SmallNetwork, _ plan: Plan, on screen: Screen) throws {
  screen.section("Where the critic looks wrong")
  let (angles, speeds) = (13, 13)
  let poles = (0..<speeds * angles).map { place in
    CartPole(
      position: 0, velocity: 0, angle: lean(place % angles),
      angularVelocity: turning(place / angles))
  }
  let expected = network(states(of: poles)).split(atColumn: 2).right.scalars.map { Double($0) }
  let came = returns(of: network, from: poles, seed: plan.seed + 5)
  let errors = zip(expected, came).map { $0 - $1 }
  let worst = errors.indices.sorted { abs(errors[$0]) > abs(errors[$1]) }.prefix(5)
  screen.text(
    """
    From 169 poles in the middle of the rails: V, and the discounted return that
    really came within 500 steps, the policy drawing its actions as in training.
    Mean error \(fixed(errors.reduce(0) { $0 + abs($1) } / Double(errors.count), 2)), where V is \(fixed(expected.min() ?? 0, 1)) to \(fixed(expected.max() ?? 0, 1)). The five worst:

    """)
  var table = Table("angle", "turning", "V", "came", "error")
  for place in worst {
    table.add(
      fixed(lean(place % angles) * 180 / .pi, 1) + "°", fixed(turning(place / angles), 2),
      fixed(expected[place], 2), fixed(came[place], 2), fixed(errors[place], 2))
  }
  screen.table(table)
  var map = HeatMap(
    values: errors, rows: speeds, columns: angles,
    xLabel: "leaning, in degrees",
    yLabel: "turning, in radians a second: up is to the right", scale: .diverging)
  // From border to border of the outer cells, half a cell beyond their middles.
  let (widest, fastest) = (lean(angles - 1) * 6.5 / 6 * 180 / .pi, turning(0) * 6.5 / 6)
  (map.xRange, map.yRange) = (-widest...widest, -fastest...fastest)
  try screen.figure(
    .heatMap(
      "V less what came",
      description:
        "A map of 13 × 13 poles. In a band across the middle the error is near 0; above and below it, where "
        + "poles fall, V is far too large.",
      map), "critic")
}

/// How far the pole of a column leans, in radians.
private func lean(_ column: Int) -> Double {
  CartPole.largestAngle * (Double(column) - 6) / 6.5
}

/// How fast the pole of a row turns: to the right in the upper rows.
private func turning(_ row: Int) -> Double { -2.0 * (Double(row) - 6) / 6 }

private func states(of poles: [CartPole]) -> Tensor<Float> {
  Tensor(poles.flatMap { $0.numbers.map { Float($0) } }, shape: [poles.count, 4])
}

/// The discounted returns of a policy from some states, in rewards of 0.1, each the mean of two runs of 500
/// steps.
private func returns(of network: SmallNetwork, from starts: [CartPole], seed: UInt64) -> [Double] {
  var generator = SplitMix64(seed: seed)
  var (poles, standing) = (starts + starts, Array(0..<2 * starts.count))
  var (totals, share) = ([Double](repeating: 0, count: starts.count), 0.05)
  for _ in 0..<500 where !standing.isEmpty {
    let logits = network(states(of: standing.map { poles[$0] })).split(atColumn: 2).left
    let forces = pushes(sampledActions(logits: logits, using: &generator))
    for (force, place) in zip(forces, standing) {
      poles[place].step(force: force)
      totals[place % starts.count] += share
    }
    standing.removeAll { poles[$0].hasFallen }
    share *= 0.99
  }
  return totals
}
