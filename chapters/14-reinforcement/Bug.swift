import Checking
import Core
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  screen.section("Does the pole still stand?")
  let hasCritic = exercise?.id == "14.5"
  var table = Table(
    header: [algorithm(of: exercise?.id), "return at the end", "greedy"]
      + (hasCritic ? ["V of an upright pole"] : []))
  for (name, functions) in both {
    screen.progress(name)
    let run = try trained(exercise?.id, functions, plan)
    let value = hasCritic ? [fixed(Double(run.network(Tensor(shape: [1, 4]))[0, 2]), 2)] : []
    table.add([name, fixed(run.curve.last, 0), fixed(run.greedy, 0)] + value)
  }
  screen.endProgress()
  screen.table(table)
}

private func algorithm(of exercise: String?) -> String {
  switch exercise {
  case "14.3": "REINFORCE, entropy 0.05"
  case "14.4": "DQN"
  case "14.5": "actor and critic"
  case "14.6": "SAC"
  default: "REINFORCE"
  }
}

private func trained(
  _ exercise: String?, _ functions: FunctionsInUse, _ plan: Plan
) throws -> Trained {
  switch exercise {
  case "14.4": return try DeepQ(plan).train(functions, seed: plan.seed)
  case "14.5": return try ActorCritic(plan).train(functions, seed: plan.seed)
  case "14.6": return try SoftActorCritic(plan).train(functions, seed: plan.seed)
  default:
    var run = Reinforce(plan)
    run.updates = min(run.updates, 40)
    if exercise == "14.3" { run.entropy = 0.05 }
    return try run.train(functions, seed: plan.seed)
  }
}
