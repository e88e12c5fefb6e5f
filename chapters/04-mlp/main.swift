import Course
import Datasets
import Exercises
import Solutions

let command = ChapterCommand(
  4, "Chapter 4, the multilayer perceptron: from formulas to a network that reads handwriting.",
  uses: ["1.3", "2.3", "4.1", "4.2", "4.3", "4.4", "4.5"], trains: true)

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 4 · The multilayer perceptron")
  announce(source, on: screen)
  try checkWholeNetwork(source, on: screen)
  try takeSteps(source, options, on: screen)
  trainSmallNetworks(options, on: screen)

  let images = try MNIST.load(from: options.data)
  let plan = Plan(options, images: images, source: source)
  let functions = BackwardFunctions(source)
  guard functions.keepShapes(on: screen) else { return }
  switch source {
  case .library:
    try runOnDigits(LibraryNetworks(), plan, options, source, on: screen)
  case .answers, .bug:
    try runOnDigits(AdaptedNetworks(functions), plan, options, source, on: screen)
  }
}
