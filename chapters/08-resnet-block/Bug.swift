import Checking
import Core
import Datasets
import Figures
import Guiding
import Running
import Training
import TrainingRuns

/// The wrong-gradient theatre: what a known mistake does to the network of the finale.
func showBug(_ name: String, _ plan: Plan, on screen: Screen) throws {
  screen.section("What does the checker say?")
  let exercise = command.exercise(withBug: name)
  let verdict = exercise?.checkMisconceptions().first { $0.name == name }?.verdict
  guard let exercise, case .wrong(let diagnosis) = verdict else { return }
  screen.text("The bug is in \(exercise.id), \(exercise.name).\n")
  let lines = diagnosis.split(separator: "\n").map(String.init)
  for line in lines {
    for part in wrapped(line, to: 78) { screen.text("  " + part) }
  }

  screen.section("Does the network still learn?")
  // A finding such as "db is [5, 2], should be [2]": the gradient does not fit its parameter.
  if lines.contains(where: { $0.firstMatch(of: /✗ \w+ is \[/) != nil }) {
    screen.text(
      """
      No: with a gradient of that shape no step can be taken. Mistakes of shape are the
      kind ones: they end in an error. The others train on.
      """)
    return
  }
  screen.text(
    "\(plan.train.count) images, batches of \(plan.batch), the network of the finale. With the bug:\n"
  )
  let wrong = try trained(FunctionsInUse(.bug(name)), plan, on: screen)
  screen.text("\nand with the right function:\n")
  let right = try trained(FunctionsInUse(.library), plan, on: screen)
  let span = max(1, right.stepLosses.count / 20)
  try screen.figure(
    .lines(
      "Loss on training images, with the bug and without",
      description: "Two curves of the loss, one with the bug in the backward pass.", x: "step",
      y: "loss",
      [
        Series("with the bug", y: smoothed(wrong.stepLosses, over: span), from: 1),
        Series("right", y: smoothed(right.stepLosses, over: span), from: 1),
      ]), "bug")
  let difference = 100 * (wrong.accuracy - right.accuracy)
  screen.text(
    "\nWith the bug the test accuracy is \(fixed(abs(difference), 2)) points "
      + (difference < 0 ? "lower." : "higher."))
}

private func trained(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws -> (stepLosses: [Double], accuracy: Double) {
  let finale = FinaleNetwork(functions)
  var generator = SplitMix64(seed: plan.seed)
  let run = try train(finale, finale.network(using: &generator), plan, on: screen, prints: true)
  return (run.stepLosses, run.accuracy)
}
