import Core
import Running

/// What a critic thinks of a pole that stands, where the clock's end is taken for a fall and where not.
func showClock(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("A fall is not a clock")
  let upright = Tensor<Float>(shape: [1, 4])
  var table = Table(
    "actor and critic, the clock's end", "V of an upright pole", "last", "greedy")
  for (name, isAFall) in [("no end", false), ("taken for a fall", true)] {
    var (value, last, greedy) = (0.0, 0.0, 0.0)
    var run = ActorCritic(plan)
    run.clockIsAFall = isAFall
    for seed in plan.seeds {
      let trained = try run.train(functions, seed: seed) { update, _ in
        screen.progress("\(name), seed \(seed), update \(update)")
      }
      value += Double(trained.network(upright)[0, 2]) / Double(plan.seeds.count)
      last += trained.curve.last / Double(plan.seeds.count)
      greedy += trained.greedy / Double(plan.seeds.count)
    }
    table.add(name, fixed(value, 2), fixed(last, 0), fixed(greedy, 1))
  }
  screen.endProgress()
  screen.text(
    """
    Means over \(plan.seeds.count == 1 ? "one seed" : "\(plan.seeds.count) seeds"). With rewards of 0.1 and γ = 0.99, standing
    for ever is worth 10.

    """)
  screen.table(table)
}
