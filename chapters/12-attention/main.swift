import Exercises12
import Problems12
import Running
import Solutions12

let command = ChapterCommand(
  12, "Chapter 12, graphs and attention: who listens to whom?",
  uses: ["12.1", "12.2", "12.3", "12.4", "12.5"],
  of: [
    ChapterModules(Chapter12Problems.self, Exercises12.Answers.self, Solutions12.Answers.self)
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
