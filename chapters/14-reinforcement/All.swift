import Figures
import Running

/// The returns of all five, and their curves over the frames.
func showAll(
  _ all: [(name: String, runs: [Trained])], _ plan: Plan, on screen: Screen
) throws {
  screen.section("All five")
  let seeds = plan.seeds
  var table = Table(header: ["greedy return", "frames"] + seeds.map { "seed \($0)" })
  var series = [Series]()
  for (name, runs) in all {
    let shown = runs.prefix(seeds.count)
    table.add(
      [name, grouped(shown.map(\.frames).max() ?? 0)] + shown.map { fixed($0.greedy, 1) })
    for run in shown { series.append(run.curve.series("\(name), \(run.seed)")) }
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Return over frames, five algorithms",
      description: "Mean return while training, over the frames seen, for each algorithm and seed.",
      x: Axis("frames", scale: .logarithmic), y: Axis("return", range: 0...210), series), "returns")
}
