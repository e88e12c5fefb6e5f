import Course
import Datasets
import Exercises
import Solutions

let command = ChapterCommand(
  6, "Chapter 6, optimizers: the gradient says where, the optimizer says how far.",
  uses: ["6.1", "6.2", "6.3", "6.4", "6.5", "6.6"], trains: true)

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  let functions = StepFunctions(source)
  screen.title("Chapter 6 · Optimizers")
  screen.source(options)
  if options.load != nil {
    let digits = Digits(options, images: try MNIST.load(from: options.data), source: source)
    try compareOnDigits(digits, functions, source, options, on: screen)
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

  let digits = Digits(options, images: try MNIST.load(from: options.data), source: source)
  if case .library = source {
    showAccumulation(digits, on: screen)
    try showBatchNoise(digits, on: screen)
    try showRates(digits, on: screen)
    try showRangeTest(digits, on: screen)
  }
  try compareOnDigits(digits, functions, source, options, on: screen)
}
