import Datasets
import Exercises06
import Problems06
import Running
import Solutions06

let command = ChapterCommand(
  6, "Chapter 6, optimizers: the gradient says where, the optimizer says how far.",
  uses: ["6.1", "6.2", "6.3", "6.4", "6.5", "6.6"],
  of: [
    ChapterModules(Chapter06Problems.self, Exercises06.Answers.self, Solutions06.Answers.self)
  ], trains: true)

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 6 · Optimizers")
  screen.source(options, of: command)
  if options.load != nil {
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    try compareOnDigits(plan, functions, source, options, on: screen)
    return
  }
  if case .bug(let name) = source {
    try showBug(name, options, on: screen)
    return
  }
  try showTrajectories(functions, on: screen)
  try showNewton(on: screen)
  try showCliff(functions, on: screen)
  showWeightDecay(on: screen)
  try showSchedules(functions, on: screen)

  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  if case .library = source {
    showAccumulation(plan, on: screen)
    try showBatchNoise(plan, on: screen)
    try showRates(plan, on: screen)
    try showRangeTest(plan, on: screen)
  }
  try compareOnDigits(plan, functions, source, options, on: screen)
}
