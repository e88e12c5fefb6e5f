import Course
import Datasets
import Exercises
import Solutions

let command = ChapterCommand(
  8, "Chapter 8, the residual block: an addition that gives gradients their own road.",
  uses: [
    "8.1", "8.2", "8.3", "8.4", "1.3", "2.3", "4.1", "5.1", "5.2", "5.3", "5.4", "6.4", "7.3",
  ], trains: true)

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 8 · The residual block")
  screen.source(options)
  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  if options.load != nil, case .library = source {
    try readDigits(plan, options, on: screen)
    return
  }
  try checkGradients(source, on: screen)
  switch source {
  case .library:
    multiplySlopes(on: screen)
    try showGradientNorms(plan, on: screen)
    let pair = try comparePlainAndResidual(plan, on: screen)
    try takeBlocksOut(of: pair, plan, on: screen)
    try readDigits(plan, options, on: screen)
    try readClothes(plan, on: screen)
    compareBlocks(on: screen)
    countParameters(on: screen)
  case .answers: try runFinale(source, plan, options, on: screen)
  case .bug(let name): try showBug(name, plan, on: screen)
  }
}
