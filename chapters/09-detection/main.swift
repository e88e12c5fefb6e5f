import Checking
import Datasets
import Exercises09
import Problems09
import Running
import Solutions09

let command = ChapterCommand(
  9, "Chapter 9, detection and segmentation: not only what, but where.",
  uses: ["9.1", "9.2", "9.3", "9.4", "9.5", "9.6"],
  of: [
    ChapterModules(Chapter09Problems.self, Exercises09.Answers.self, Solutions09.Answers.self)
  ], trains: true,
  more: "more losses, more U-Nets and the centres, some minutes longer")

/// What a run without --all says at its end.
private let left = """

  With --all: other losses, the U-Net from random weights and without its skips,
  and a map of centres.
  """

command.run { options, source in
  let screen = Screen(options)
  screen.title("Chapter 9 · Detection and segmentation")
  screen.source(options, of: command)
  let plan = Plan(options, digits: try MNIST.load(from: options.data), source: source)
  let functions = FunctionsInUse(source)
  if options.load != nil {
    _ = try trainDetector(functions, plan, options, on: screen)
    return
  }
  try checkGradients(functions, on: screen)
  if case .bug(let name) = source {
    try showBug(name, plan, on: screen)
    return
  }
  try showCanvases(plan, on: screen)
  try showEdges(functions, on: screen)
  let trained = try trainDetector(functions, plan, options, on: screen)
  showEmptyCells(trained, plan, on: screen)
  showSuppression(trained, plan, on: screen)
  if functions.isLibrary {
    if plan.isWhole { try compareLosses(functions, plan, on: screen) }
    try comparePipelines(trained, plan, on: screen)
  }
  askWhichDigits(trained, plan, on: screen)
  try countWrites(on: screen)
  try showEnlarging(functions, plan, on: screen)
  try compareUNets(functions, trained, plan, on: screen)
  if functions.isLibrary, plan.isWhole {
    try findCentres(functions, trained, plan, on: screen)
  }
  if !plan.isWhole { screen.text(left) }
}
