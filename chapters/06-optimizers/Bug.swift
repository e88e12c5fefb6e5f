import Checking
import Datasets
import Running

/// The wrong-step theatre: what a known mistake does where its function is used.
func showBug(_ name: String, _ options: ChapterOptions, on screen: Screen) throws {
  let source = Source.bug(name)
  let (wrong, right) = (FunctionsInUse(source), FunctionsInUse(.library))
  let id = command.exercise(withBug: name)?.id ?? ""
  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  let samples = plan.samples(Double.self)
  let kinds: [String: OptimizerKind] = [
    "6.1": .momentum, "6.2": .nesterov, "6.3": .rmsprop, "6.4": .adam, "6.5": .clipped,
  ]
  if id == "6.5" { try showCliff(wrong, on: screen) }
  if id == "6.6" { try showSchedules(wrong, on: screen) }
  if let kind = kinds[id], kind != .clipped { try compareWalks(kind, wrong, right, on: screen) }

  screen.section("Does it still read handwriting?")
  screen.text("\(plan.train.count) images, \(plan.epochs) epoch, in Double.")
  var comparison = Comparison(plan: plan, screen: screen)
  for (name, functions) in [("right", right), ("with the bug", wrong)] {
    if let kind = kinds[id], let rate = usualRates.first(where: { $0.kind == kind })?.rate {
      try comparison.add(name, rate, functions.optimizer(kind, learningRate: rate), samples)
    } else {
      try comparison.addScheduled(
        right.optimizer(.adam, learningRate: 0.002), samples, functions, name: name)
    }
  }
  try comparison.show()
}

/// The paths of the right and the wrong function on the three landscapes.
private func compareWalks(
  _ kind: OptimizerKind, _ wrong: FunctionsInUse, _ right: FunctionsInUse, on screen: Screen
) throws {
  screen.section("Where does it go?")
  var table = Table("landscape", "rate", "steps, right", "steps, bug", "end, right", "end, bug")
  for landscape in [Landscape.ravine, .rosenbrock, .saddle] {
    guard let rate = landscape.rates.first(where: { $0.kind == kind })?.rate else { continue }
    let paths = [right, wrong].map { landscape.path($0.optimizer(kind, learningRate: rate)) }
    table.add(
      [landscape.file, significant(rate, 2)] + paths.map(landscape.arrival)
        + paths.map(landscape.end))
    if landscape.file == "ravine" {
      let series = zip(["right", "with the bug"], paths).map { landscape.series($0, $1) }
      try screen.figure(landscape.figure(series), "ravine")
    }
  }
  screen.table(table)
}
