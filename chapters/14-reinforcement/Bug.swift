import Checking
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  screen.section("Does the pole still stand?")
  var table = Table("\(algorithm(of: exercise?.id))", "return at the end", "greedy")
  for (name, functions) in both {
    screen.progress(name)
    let (last, greedy) = try trained(exercise?.id, functions, plan)
    table.add(name, fixed(last, 0), fixed(greedy, 0))
  }
  screen.endProgress()
  screen.table(table)
}

private func algorithm(of exercise: String?) -> String {
  switch exercise {
  case "14.4": "DQN"
  case "14.5": "actor and critic"
  case "14.6": "SAC"
  case "14.3": "REINFORCE, entropy 0.05"
  default: "REINFORCE"
  }
}

private func trained(
  _ exercise: String?, _ functions: FunctionsInUse, _ plan: Plan
) throws -> (last: Double, greedy: Double) {
  func ends(_ trained: Trained) -> (Double, Double) {
    (trained.curve.last, trained.greedy)
  }
  switch exercise {
  case "14.4": return ends(try DeepQ(plan).train(functions, seed: plan.seed))
  case "14.5": return ends(try ActorCritic(plan).train(functions, seed: plan.seed))
  case "14.6": return ends(try SoftActorCritic(plan).train(functions, seed: plan.seed))
  default:
    var run = Reinforce(plan)
    run.updates = min(run.updates, 40)
    if exercise == "14.3" { run.entropy = 0.05 }
    return ends(try run.train(functions, seed: plan.seed))
  }
}
