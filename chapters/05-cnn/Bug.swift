import Checking
import Core
import Datasets
import Foundation
import Running
import TrainingRuns

/// The digits, learned with a bug and without it.
func compareTraining(_ source: Source, _ plan: Plan, on screen: Screen) throws {
  screen.section("Does it still read handwriting?")
  let (functions, right) = (FunctionsInUse(source), FunctionsInUse(.library))
  if let complaint = functions.wrongShape {
    screen.text(
      """
      No: \(complaint).
      No step can be taken with it. Mistakes of shape are the kind ones: they end in
      an error. The others train on.
      """)
    return
  }
  let text = "\(plan.train.count) images, batches of \(plan.batch), a small network"
  if case .bug(let name) = source, name.hasPrefix("average-") {
    screen.text("\(text) with average pooling. With the bug:\n")
    try compare(
      SmallNetwork(averaging: functions), SmallNetwork(averaging: right), plan, on: screen)
  } else {
    screen.text("\(text). With the bug:\n")
    try compare(SmallNetwork(functions), SmallNetwork(right), plan, on: screen)
  }
}

private func compare<Kind: ImageNetwork>(
  _ wrong: Kind, _ right: Kind, _ plan: Plan, on screen: Screen
) throws {
  let bug: Trained<Kind.Network>
  do {
    bug = try wrong.run(plan, on: screen)
  } catch let error as TrainingFailure {
    screen.stopped(error)
    return
  }
  screen.text("\nand with the right function:\n")
  let run = try right.run(plan, on: screen)
  try drawCurves(
    [("with the bug", bug.losses, bug.accuracies), ("right", run.losses, run.accuracies)],
    on: screen)
  screen.text(
    "\nThe bug costs \(fixed(100 * (run.accuracy - bug.accuracy), 2)) points of test accuracy.")
}
