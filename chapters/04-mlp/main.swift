import Course
import Datasets
import Exercises
import Solutions

let command = ChapterCommand(
  4, "Chapter 4, the multilayer perceptron: from formulas to reading handwriting.",
  uses: ["1.3", "2.3", "4.1", "4.2", "4.3", "4.4", "4.5"], trains: true, loads: true)

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 4 · The multilayer perceptron")
  if let file = options.load {
    let images = try MNIST.load(from: options.data)
    let plan = Plan(options, images: images, source: source)
    switch source {
    case _ where options.epochs == nil: try testSaved(file, on: images, screen)
    case .library, .bug: try goOn(LibraryNetworks(), from: file, plan, options, on: screen)
    case .answers:
      let networks = AdaptedNetworks(BackwardFunctions(source))
      try goOn(networks, from: file, plan, options, on: screen)
    }
    return
  }
  screen.source(options)
  if case .bug(let name) = source {
    try showBug(name, options, on: screen)
    return
  }
  try checkWholeNetwork(source, on: screen)
  try takeSteps(source, options, on: screen)
  trainSmallNetworks(options, on: screen)

  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  switch source {
  case .library, .bug:
    try runOnDigits(LibraryNetworks(), plan, options, source, on: screen)
  case .answers:
    let networks = AdaptedNetworks(BackwardFunctions(source))
    try runOnDigits(networks, plan, options, source, on: screen)
  }
}
