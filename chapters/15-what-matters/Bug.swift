import Checking
import Core
import Importance
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ wrong: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let digits = try Digits(plan)
  let big = try showBigNetwork(digits, plan, on: screen)
  let both = [("with the bug", wrong), ("right", FunctionsInUse(.library))]
  switch exercise?.id {
  case "15.1":
    screen.section("Does a student still learn?")
    let lesson = Lesson(digits, at: Array(0..<plan.lesson)) { big.network.predict($0) }
    let few = Lesson(digits, at: Array(0..<min(500, plan.lesson))) { big.network.predict($0) }
    try compare(both, ["many images", "few images"], on: screen) { functions in
      try [(lesson, plan.lessonEpochs), (few, 20)].map { lesson, epochs in
        let student = try lesson.student(
          functions, alpha: 0.7, epochs: epochs, seed: plan.seed)
        return percent(digits.accuracy(student.predict(digits.testX)), 1)
      }
    }
  case "15.2":
    screen.section("Does an epoch still repair two bits?")
    try compare(both, ["right after an epoch"], on: screen) {
      [percent(try repairedBits(big.network, 2, $0, digits, plan), 1)]
    }
  case "15.3":
    screen.section("Does an epoch still repair what is left of 5 %?")
    let masks = big.network.layers.map { magnitudeMask(of: $0.parameters.weight, pruning: 0.95) }
    try compare(both, ["right after an epoch", "cut ones that moved"], on: screen) {
      let (right, moved) = try repairedCut(big.network, masks, $0, digits, plan)
      return [percent(right, 1), grouped(moved)]
    }
  case "15.4":
    screen.section("Do four values still learn?")
    try compare(both, ["right after an epoch"], on: screen) {
      [percent(try repairedValues(big.network, 4, $0, digits, plan), 1)]
    }
  default:
    try compareMaps(both, big.network, digits, plan, on: screen)
  }
}

/// A row for the bug and one for the library; a loss that is no number ends a row.
private func compare(
  _ both: [(name: String, functions: FunctionsInUse)], _ columns: [String], on screen: Screen,
  _ cells: (FunctionsInUse) throws -> [String]
) throws {
  var table = Table(header: [""] + columns)
  for (name, functions) in both {
    do {
      table.add([name] + (try cells(functions)))
    } catch let failure as TrainingFailure {
      table.add(name, "no number at step \(failure.step)")
    }
  }
  screen.table(table)
}

private func compareMaps(
  _ both: [(name: String, functions: FunctionsInUse)], _ network: BigNetwork, _ digits: Digits,
  _ plan: Plan, on screen: Screen
) throws {
  let chosen = MappedDigits(network.predict(digits.testX), digits, count: plan.mapped)
  let convolutional = try ConvolutionalNetwork(digits, plan)
  for (name, functions) in both {
    screen.section("Maps, \(name)")
    try showDeletion(
      network, convolutional, chosen,
      [("integrated gradients", try functions.integrated(network, chosen))],
      cam: convolutional.gradCAM(chosen, functions), on: screen)
  }
}
