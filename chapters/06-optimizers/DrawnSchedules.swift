import Core
import Figures
import Problems06
import Running
import Training

/// All schedules in one figure.
func showSchedules(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("How should the rate change in time?")
  let total = 100
  var plateau = PlateauSchedule(from: 0.1, factor: 0.3, patience: 15)
  // A loss that falls, and is stuck after the thirtieth step.
  let reduced = (0..<total).map { plateau.next(after: max(0.3, 1 - 0.025 * Double($0))) }
  let warmup = try (0..<total).map {
    try functions.warmupCosine(
      WarmupQuestion(step: $0, warmup: 10, total: total, peak: 0.1, minimum: 0))
  }
  let steps = 0..<total
  let schedules: [(name: String, rates: [Double])] = [
    ("constant", steps.map { _ in 0.1 }),
    ("step", steps.map { Schedule.step(0.1, factor: 0.3, every: 30)($0) }),
    ("exponential", steps.map { Schedule.exponential(0.1, factor: 0.97)($0) }),
    ("1/t", steps.map { Schedule.inverseTime(0.1, decay: 0.1)($0) }),
    ("on plateau", reduced),
    ("warm-up, cosine", warmup),
  ]
  let shown = [0, 5, 10, 25, 50, 75, 99]
  var table = Table(header: ["schedule"] + shown.map { "k = \($0)" })
  for (name, rates) in schedules { table.add([name] + shown.map { fixed(rates[$0], 4) }) }
  screen.table(table)
  try screen.figure(
    .lines(
      "Learning rates over 100 steps",
      description:
        "Six schedules. One stays constant, two fall in stairs, two fall in a curve, and "
        + "one rises for ten steps, then falls along half a cosine.",
      x: "step", y: "learning rate", schedules.map { Series($0.name, y: $0.rates) }), "schedules")
}
