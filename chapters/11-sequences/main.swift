import Exercises11
import Problems11
import Running
import Solutions11

let command = ChapterCommand(
  11, "Chapter 11, sequences: what comes next, and how two lengths meet.",
  // 11.6 is a challenge: --mine asks for the others, and takes it where it is done.
  uses: ["11.1", "11.2", "11.3", "11.4", "11.5"]
    + (CommandLine.arguments.contains("--mine") ? [] : ["11.6"]),
  of: [
    ChapterModules(Chapter11Problems.self, Exercises11.Answers.self, Solutions11.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  screen.title("Chapter 11 · Sequences")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, options, on: screen)
    return
  }
  showMask(functions, on: screen)
  try showNames(functions, options, on: screen)
  showGradientChecks(functions, options, on: screen)
  try showTime(functions, options, on: screen)
  try showSmallNetworks(functions, options, on: screen)
  try showTranslation(functions, options, on: screen)
  try showOpinions(options, on: screen)
  showAlignments(functions, on: screen)
  try showListening(functions, options, on: screen)
  try showForecast(options, on: screen)
}
