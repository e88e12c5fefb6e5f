import Checking
import Datasets
import Exercises07
import Problems07
import Running
import Solutions07

let command = ChapterCommand(
  7, "Chapter 7, vanishing and exploding gradients: why deep networks would not train.",
  uses: ["7.1a", "7.1b", "7.2", "7.3", "7.4"],
  of: [
    ChapterModules(Chapter07Problems.self, Exercises07.Answers.self, Solutions07.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 7 · Vanishing and exploding gradients")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, options, on: screen)
    return
  }
  let laboratory = Laboratory(functions, seed: options.seed)
  try showFirstLayer(laboratory, on: screen)
  try showOneLayer(functions, seed: options.seed, on: screen)
  try showMaps(laboratory, seeds: options.quick ? 1 : 5, on: screen)
  try showSignals(laboratory, on: screen)
  try checkBatchNorm(functions, seed: options.seed, on: screen)
  let digits = Samples(standardized: try MNIST.load(), quick: options.quick)
  try showLearning(functions, digits, options, on: screen)
  try showStatistics(functions, digits, options, on: screen)
  try showDeadUnits(functions, digits, options, on: screen)
  try showTime(functions, options, on: screen)
  try showMemory(functions, options, on: screen)
}
