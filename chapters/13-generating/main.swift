import Exercises13
import Problems13
import Running
import Solutions13

let command = ChapterCommand(
  13, "Chapter 13, generating: can it make one?",
  uses: ["13.1", "13.2", "13.3", "13.4", "13.5", "13.6"],
  of: [
    ChapterModules(Chapter13Problems.self, Exercises13.Answers.self, Solutions13.Answers.self)
  ], more: "the long trainings")

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  let plan = try Plan(options, source: source)
  screen.title("Chapter 13 · Generating")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, plan, on: screen)
    return
  }
  if functions.isLibrary { try showAlarm(plan, on: screen) }
  showDice(functions, plan, on: screen)
  let judge = Judge(
    Digits(plan.data, train: plan.judge.digits), epochs: plan.judge.epochs, seed: plan.seed + 1,
    progress: screen.progress)
  screen.endProgress()
  let variational = try showVariational(functions, judge, plan, on: screen)
  try showDoubt(functions, plan, on: screen)
  showSaturation(on: screen)
  try showOpenings(functions, plan, on: screen)
  let adversarial = try showGame(functions, judge, plan, on: screen)
  showDrowning(plan, on: screen)
  let diffused = try showDiffusion(functions, plan, on: screen)
  try writeMade(
    variational: variational, adversarial: adversarial, diffused: diffused, on: screen)
}
