import Exercises14
import Problems14
import Running
import Solutions14

let command = ChapterCommand(
  14, "Chapter 14, reinforcement learning: nobody says what was right",
  uses: ["14.1", "14.2", "14.3", "14.4", "14.5", "14.6"],
  of: [
    ChapterModules(Chapter14Problems.self, Exercises14.Answers.self, Solutions14.Answers.self)
  ], more: "more seeds, and runs of what goes wrong that take their time")

command.run { options, source in
  let screen = Screen(options)
  let functions = FunctionsInUse(source)
  let plan = Plan(options)
  screen.title("Chapter 14 · Reinforcement learning")
  screen.source(options, of: command)
  if case .bug(let name) = source {
    try showBug(name, functions, plan, on: screen)
    return
  }
  let reinforce = try showReinforce(functions, plan, on: screen)
  try showPole(reinforce[0].network, plan, on: screen)
  try showBaselines(functions, plan, on: screen)
  showOneStep(on: screen)
  let actorCritic = try showActorCritic(functions, plan, on: screen)
  try showCritic(actorCritic[0].network, plan, on: screen)
  showGrid(on: screen)
  let deepQ = try showDeepQ(functions, plan, on: screen)
  try showTargets(functions, plan, on: screen)
  try showClock(functions, plan, on: screen)
  let soft = try showSoftActorCritic(functions, plan, on: screen)
  let proximal = try showProximalPolicy(plan, on: screen)
  let all = [
    ("REINFORCE", reinforce), ("actor–critic", actorCritic), ("DQN", deepQ), ("SAC", soft),
    ("PPO", proximal),
  ]
  try showAll(all, plan, on: screen)
}
