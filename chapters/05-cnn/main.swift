import Datasets
import Exercises01
import Exercises02
import Exercises04
import Exercises05
import Problems01
import Problems02
import Problems04
import Problems05
import Running
import Solutions01
import Solutions02
import Solutions04
import Solutions05

let command = ChapterCommand(
  5, "Chapter 5, convolutional networks: layers that know what a neighbour is.",
  uses: ["5.1", "5.2", "5.3", "5.4", "5.5", "1.3", "2.3", "4.1"],
  of: [
    ChapterModules(Chapter01Problems.self, Exercises01.Answers.self, Solutions01.Answers.self),
    ChapterModules(Chapter02Problems.self, Exercises02.Answers.self, Solutions02.Answers.self),
    ChapterModules(Chapter04Problems.self, Exercises04.Answers.self, Solutions04.Answers.self),
    ChapterModules(Chapter05Problems.self, Exercises05.Answers.self, Solutions05.Answers.self),
  ], trains: true, choosesRate: true)

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 5 · Convolutional networks")
  screen.source(options, of: command)
  if options.load != nil {
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    switch source {
    case .library: try readDigits(LeNet(), plan, options, on: screen)
    case .answers, .bug: try readDigits(SmallNetwork(functions), plan, options, on: screen)
    }
    return
  }
  try checkGradients(functions, on: screen)
  if case .bug = source {
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    try compareTraining(source, plan, on: screen)
    return
  }
  let images = try MNIST.load(from: options.data)
  try filterADigit(images.test, on: screen)
  try measureOutputs(on: screen)
  writeOutPatches(on: screen)
  try correlate(functions, on: screen)
  try screen.write(switchFigure(), "switch")

  let plan = Plan(options, images: images, source: source)
  switch source {
  case .library: try readDigits(LeNet(), plan, options, on: screen)
  case .answers, .bug: try readDigits(SmallNetwork(functions), plan, options, on: screen)
  }
  try measureReceptiveField(on: screen)
  if case .library = source { try compareNetworks(plan, on: screen) }
  countArchitectures(on: screen)
}
