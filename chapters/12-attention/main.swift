import Exercises07
import Exercises10
import Exercises11
import Exercises12
import Problems07
import Problems10
import Problems11
import Problems12
import Running
import Solutions07
import Solutions10
import Solutions11
import Solutions12

let command = ChapterCommand(
  12, "Chapter 12, graphs and attention: who listens to whom?",
  uses: ["12.1", "12.2", "12.3", "12.4", "12.5", "10.1", "11.1"],
  of: [
    ChapterModules(Chapter07Problems.self, Exercises07.Answers.self, Solutions07.Answers.self),
    ChapterModules(Chapter10Problems.self, Exercises10.Answers.self, Solutions10.Answers.self),
    ChapterModules(Chapter11Problems.self, Exercises11.Answers.self, Solutions11.Answers.self),
    ChapterModules(Chapter12Problems.self, Exercises12.Answers.self, Solutions12.Answers.self),
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 12 · Graphs and attention")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, options, on: screen)
    return
  }
  try showClub(functions, options, on: screen)
  try showSmoothing(on: screen)
  showSoftmaxGate(on: screen)
  showOrder(on: screen)
  if case .answers = source {
    // The finale: a small GPT on the learner's functions, in Double.
    try showFinale(functions, options, on: screen)
    return
  }
  try showNames(options, on: screen)
  try showReversal(options, on: screen)
  try showAddition(options, on: screen)
  try showVision(options, on: screen)
}
