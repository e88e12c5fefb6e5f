import Checking
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
  let gradients = LossGradients(source)
  screen.title("Chapter 2 · Losses")
  screen.source(options, of: command)
  try showRegressionLosses(gradients, on: screen)
  try showOutlier(gradients, on: screen)
  try showCrossEntropy(gradients, on: screen)
  try showConfidentNeuron(gradients, on: screen)
  try showOverflow(gradients, on: screen)
  try showBatchMean(gradients, options, on: screen)
  try showRareClass(gradients, options, on: screen)
  try showSmoothing(gradients, options, on: screen)
  try showPenalties(gradients, options, on: screen)
  try checkGradients(gradients, options, on: screen)
}
