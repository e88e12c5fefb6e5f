import Exercises01
import Problems01
import Running
import Solutions01

let command = ChapterCommand(
  1, "Chapter 1, activations: what each slope does to a gradient that passes through.",
  uses: ["1.1", "1.2", "1.3", "1.4", "1.5"],
  of: [
    ChapterModules(Chapter01Problems.self, Exercises01.Answers.self, Solutions01.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source, areMine: options.mine)
  screen.title("Chapter 1 · Activations")
  screen.source(options, of: command)
  showCollapse(seed: options.seed, on: screen)
  try showFunctions(functions, on: screen)
  try checkSlopes(functions, seed: options.seed, on: screen)
  try showFlatRegions(functions, on: screen)
  try showDeadNeuron(functions, seed: options.seed, on: screen)
  try showDepth(functions, seed: options.seed, on: screen)
  try showSoftmax(functions, on: screen)
  try showTraining(functions, steps: options.quick ? 300 : 3000, seed: options.seed, on: screen)
}
