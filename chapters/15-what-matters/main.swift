import Exercises15
import Problems15
import Running
import Solutions15

let command = ChapterCommand(
  15, "Chapter 15, what matters: which pixel, which weight, which bit?",
  uses: ["15.1", "15.2", "15.3", "15.4", "15.5", "15.6"],
  of: [
    ChapterModules(Chapter15Problems.self, Exercises15.Answers.self, Solutions15.Answers.self)
  ])

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  let plan = Plan(options, source)
  screen.title("Chapter 15 · What matters")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, plan, on: screen)
    return
  }
  let digits = try Digits(plan)
  let big = try showBigNetwork(digits, plan, on: screen)
  try showTeacher(big.network, functions, digits, plan, on: screen)
  try showBits(big.network, functions, digits, plan, on: screen)
  try showCuts(big, functions, digits, plan, on: screen)
  try showSharedValues(big.network, functions, digits, plan, on: screen)
  if case .library = source { try showEnsemble(functions, digits, plan, on: screen) }
  try showMaps(big.network, functions, digits, plan, on: screen)
  try showAttack(big.network, digits, plan, on: screen)
}
