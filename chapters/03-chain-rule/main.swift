import Backprop
import Course
import Exercises
import Solutions

let command = ChapterCommand(
  3, "Chapter 3, the chain rule: from local slopes to the gradient of everything.",
  uses: ["3.1"] + SourcedEngine.uses + ["3.6"])

command.run(exercises: Exercises.Answers.self, solutions: Solutions.Answers.self) {
  options, source in
  let screen = Screen(options)
  screen.title("Chapter 3 · The chain rule")
  screen.source(options)
  try askTheFunctionItself(source, on: screen)
  try drawTheGraph(source, on: screen)
  try checkTheLocalRules(source, on: screen)
  try visitInTheRightOrder(source, on: screen)
  try goBackwardTwice(on: screen)
  try countBothDirections(on: screen)
  try followTheExamples(source, on: screen)
  try keepEqualWeightsEqual(on: screen)
  try learnTwoMoons(options, source, on: screen)
  try learnFromWrongGradients(options, source, on: screen)
}
