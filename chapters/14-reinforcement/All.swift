import Core
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
    series.append(Series(name, points: mean(of: shown.map(\.curve))))
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Return over frames, five algorithms",
      description: "Mean return while training, over the frames seen, a line for each algorithm.",
      x: Axis("frames", scale: .logarithmic), y: Axis("return", range: 0...210), series), "returns")
}

/// The mean of some curves, by frames: each point stands for a quarter of a doubling.
private func mean(of curves: [Curve]) -> [Point] {
  var sums = [Int: (sum: Double, count: Double)]()
  for point in curves.flatMap(\.points) {
    let bin = Int((4 * Double.log(Double(max(point.frames, 1))) / Double.log(2)).rounded())
    let old = sums[bin] ?? (0, 0)
    sums[bin] = (old.sum + point.value, old.count + 1)
  }
  return sums.keys.sorted().compactMap { bin in
    sums[bin].map { Point(Double.pow(2, Double(bin) / 4), $0.sum / $0.count) }
  }
}
