import Course
import Datasets
import Exercises
import Solutions

let command = ChapterCommand(
  5, "Chapter 5, convolutional networks: layers that know what a neighbour is.",
  uses: ["5.1", "5.2", "5.3", "5.4", "5.5", "1.3", "2.3", "4.1"], trains: true, choosesRate: true)

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 5 · Convolutional networks")
  screen.source(options)
  if options.load != nil {
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    switch source {
    case .library: try readDigits(LeNet(), plan, options, on: screen)
    case .answers, .bug: try readDigits(SmallNetwork(source), plan, options, on: screen)
    }
    return
  }
  try checkGradients(source, on: screen)
  if case .bug = source {
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    try compareTraining(source, plan, on: screen)
    return
  }
  let images = try MNIST.load(from: options.data)
  try filterADigit(images.test, on: screen)
  measureOutputs(on: screen)
  writeOutPatches(on: screen)
  try correlate(source, on: screen)

  let plan = Plan(options, images: images, source: source)
  switch source {
  case .library: try readDigits(LeNet(), plan, options, on: screen)
  case .answers, .bug: try readDigits(SmallNetwork(source), plan, options, on: screen)
  }
  measureReceptiveField(on: screen)
  if case .library = source { try compareNetworks(plan, on: screen) }
  countArchitectures(on: screen)
}
