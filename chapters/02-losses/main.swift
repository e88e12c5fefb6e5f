import Course
import Exercises
import Solutions

let command = ChapterCommand(
  2, "Chapter 2, losses: what the loss tells the last layer.",
  uses: ["2.1", "2.2", "2.3", "2.4", "2.5"])

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  let gradients = LossGradients(source)
  screen.title("Chapter 2 · Losses")
  screen.source(options)
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
