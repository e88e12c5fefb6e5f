import Exercises02
import Problems02
import Running
import Solutions02

let command = ChapterCommand(
  2, "Chapter 2, losses: what the loss tells the last layer.",
  uses: ["2.1", "2.2", "2.3", "2.4", "2.5"],
  of: [
    ChapterModules(Chapter02Problems.self, Exercises02.Answers.self, Solutions02.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 2 · Losses")
  screen.source(options, of: command)
  try showRegressionLosses(functions, on: screen)
  try showOutlier(functions, on: screen)
  try showCrossEntropy(functions, on: screen)
  try showConfidentNeuron(functions, on: screen)
  try showOverflow(functions, on: screen)
  try showBatchMean(functions, options, on: screen)
  try showRareClass(functions, options, on: screen)
  try showSmoothing(functions, options, on: screen)
  try showPenalties(functions, options, on: screen)
  try checkGradients(functions, options, on: screen)
}
