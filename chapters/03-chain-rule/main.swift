import Exercises03
import Problems03
import Running
import Solutions03

let command = ChapterCommand(
  3, "Chapter 3, the chain rule: from local slopes to the gradient of everything.",
  uses: ["3.1"] + SourcedEngine.uses + ["3.6"],
  of: [
    ChapterModules(Chapter03Problems.self, Exercises03.Answers.self, Solutions03.Answers.self)
  ], more: "all five published examples line by line, not only the first")

command.run { options, source in
  let screen = Screen(options)
  screen.title("Chapter 3 · The chain rule")
  screen.source(options, of: command)
  try askTheFunctionItself(source, on: screen)
  try addWhereWaysMeet(on: screen)
  try drawTheGraph(source, on: screen)
  try checkTheLocalRules(source, on: screen)
  try visitInTheRightOrder(source, on: screen)
  try goBackwardTwice(on: screen)
  try countBothDirections(on: screen)
  try followTheExamples(options, source, on: screen)
  try keepEqualWeightsEqual(on: screen)
  try learnTwoMoons(options, source, on: screen)
  try learnFromWrongGradients(options, source, on: screen)
}
