import Checking
import Datasets
import Exercises01
import Exercises02
import Exercises04
import Problems01
import Problems02
import Problems04
import Running
import Solutions01
import Solutions02
import Solutions04

let command = ChapterCommand(
  4, "Chapter 4, the multilayer perceptron: from formulas to reading handwriting.",
  uses: ["1.3", "2.3", "4.1", "4.2", "4.3", "4.4", "4.5"],
  of: [
    ChapterModules(Chapter01Problems.self, Exercises01.Answers.self, Solutions01.Answers.self),
    ChapterModules(Chapter02Problems.self, Exercises02.Answers.self, Solutions02.Answers.self),
    ChapterModules(Chapter04Problems.self, Exercises04.Answers.self, Solutions04.Answers.self),
  ], trains: true, loads: true)

command.run { options, source in
  let screen = Screen(options)
  screen.title("Chapter 4 · The multilayer perceptron")
  if let file = options.load {
    let images = try MNIST.load(from: options.data)
    let plan = Plan(options, images: images, source: source)
    switch source {
    case _ where options.epochs == nil: try testSaved(file, on: images, screen)
    case .library, .bug: try goOn(LibraryNetworks(), from: file, plan, options, on: screen)
    case .answers:
      let networks = AdaptedNetworks(FunctionsInUse(source))
      try goOn(networks, from: file, plan, options, on: screen)
    }
    return
  }
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, options, on: screen)
    return
  }
  let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
  switch source {
  case .library, .bug: try runAll(LibraryNetworks(), plan, options, source, on: screen)
  case .answers:
    try runAll(AdaptedNetworks(FunctionsInUse(source)), plan, options, source, on: screen)
  }
}

/// The digits first; last what takes as long again as all before it.
func runAll<Kind: Networks>(
  _ networks: Kind, _ plan: Plan, _ options: ChapterOptions, _ source: Source, on screen: Screen
) throws {
  try runOnDigits(networks, plan, options, source, on: screen)
  try checkWholeNetwork(source, on: screen)
  try takeSteps(source, options, on: screen)
  trainSmallNetworks(options, on: screen)
  guard plan.train.count >= 30 else { return }
  if plan.repeats {
    screen.text("\nWhat follows takes as long again: 38 small trainings.")
  }
  try showRemedies(networks, plan, on: screen)
  try crossValidate(networks, plan, on: screen)
}
