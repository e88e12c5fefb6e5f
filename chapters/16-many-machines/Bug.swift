import Checking
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ digits: Digits, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  screen.section("Does the network still learn its digits?")
  var table: Table
  switch exercise?.id {
  case "16.1":
    table = Table(
      "\(plan.steps) steps, four unequal shards", "right", "from whole batches, at most")
    for (name, functions) in both {
      let training = try ShardTraining(functions, digits, plan)
      table.add(
        name, percent(digits.accuracy(training.joined), 1), significant(training.distance, 1))
    }
  case "16.3":
    table = Table("\(plan.steps) steps, top 1 % sent", "right")
    for (name, functions) in both {
      let network = try compressed(share: 0.01, remembers: true, functions, digits, plan)
      table.add(name, percent(digits.accuracy(network), 1))
    }
  case "16.4":
    table = Table("\(plan.rounds) rounds of one epoch, clients of unequal sizes", "right")
    for (name, functions) in both {
      let accuracies = try Federation(
        localEpochs: 1, rounds: plan.rounds, isSplit: true, isUneven: true
      ).run(functions, digits, seed: plan.seed).accuracies
      table.add(name, percent(accuracies.last ?? 0, 1))
    }
  default:
    let training = PrivateTraining(noise: 1, digits: digits, plan: plan)
    table = Table("\(training.steps) private steps, one layer, σ = 1", "right")
    for (name, functions) in both {
      let layer = try training.run(functions, seed: plan.seed)
      table.add(name, percent(digits.accuracy(layer), 1))
    }
  }
  screen.table(table)
}
