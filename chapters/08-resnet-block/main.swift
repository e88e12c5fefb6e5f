import Datasets
import Exercises01
import Exercises02
import Exercises04
import Exercises05
import Exercises06
import Exercises07
import Exercises08
import Problems01
import Problems02
import Problems04
import Problems05
import Problems06
import Problems07
import Problems08
import Running
import Solutions01
import Solutions02
import Solutions04
import Solutions05
import Solutions06
import Solutions07
import Solutions08

let command = ChapterCommand(
  8, "Chapter 8, the residual block: an addition that gives gradients their own road.",
  uses: [
    "8.1", "8.2", "8.3", "8.4", "1.3", "2.3", "4.1", "5.1", "5.2", "5.3", "5.4", "6.4", "7.3",
  ],
  of: [
    ChapterModules(Chapter01Problems.self, Exercises01.Answers.self, Solutions01.Answers.self),
    ChapterModules(Chapter02Problems.self, Exercises02.Answers.self, Solutions02.Answers.self),
    ChapterModules(Chapter04Problems.self, Exercises04.Answers.self, Solutions04.Answers.self),
    ChapterModules(Chapter05Problems.self, Exercises05.Answers.self, Solutions05.Answers.self),
    ChapterModules(Chapter06Problems.self, Exercises06.Answers.self, Solutions06.Answers.self),
    ChapterModules(Chapter07Problems.self, Exercises07.Answers.self, Solutions07.Answers.self),
    ChapterModules(Chapter08Problems.self, Exercises08.Answers.self, Solutions08.Answers.self),
  ], trains: true)

command.run { options, source in
  let screen = Screen(options)
  screen.title("Chapter 8 · The residual block")
  screen.source(options, of: command)
  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  if options.load != nil, case .library = source {
    try readDigits(plan, options, on: screen)
    return
  }
  let functions = FunctionsInUse(source)
  try checkGradients(functions, on: screen)
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
  case .answers: try runFinale(functions, plan, options, on: screen)
  case .bug(let name): try showBug(name, plan, on: screen)
  }
}
