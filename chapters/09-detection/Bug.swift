import Checking
import Core
import Figures
import Guiding
import Running

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(_ name: String, _ plan: Plan, on screen: Screen) throws {
  screen.section("What does the checker say?")
  let exercise = command.exercise(withBug: name)
  let verdict = exercise?.checkMisconceptions().first { $0.name == name }?.verdict
  guard let exercise, case .wrong(let diagnosis) = verdict else { return }
  screen.text("The bug is in \(exercise.id), \(exercise.name).\n")
  let lines = diagnosis.split(separator: "\n").map(String.init)
  for line in lines { for part in wrapped(line, to: 78) { screen.text("  " + part) } }

  screen.section("Does it still learn?")
  // A finding such as "db is [5, 2], should be [2]": the gradient does not fit its parameter.
  if lines.contains(where: { $0.firstMatch(of: /✗ \w+ is \[/) != nil }) {
    screen.text(
      """
      No: with a gradient of that shape no step can be taken. Mistakes of shape are the
      kind ones: they end in an error. The others train on.
      """)
    return
  }
  let (wrong, right) = (FunctionsInUse(.bug(name)), FunctionsInUse(.library))
  switch exercise.id {
  case "9.4": try compareEnlarging(wrong, right, plan, on: screen)
  case "9.5", "9.6": try compareSegmentation(wrong, right, plan, on: screen)
  default: try compareDetection(wrong, right, plan, on: screen)
  }
}

private func compareDetection(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  let recipe = Recipe(
    name: "detector", canvases: plan.train, epochs: plan.epochs, batch: plan.batch,
    seed: plan.seed)
  screen.text("\(grouped(recipe.seen)) canvases, the detector.\n")
  var table = Table("", "mAP 0.5", "mAP 0.75", "objects found")
  var series = [Series]()
  for (name, functions) in [("with the bug", wrong), ("right", right)] {
    do {
      let trained = try recipe.trainDetector(
        DetectionLoss(functions: functions), plan, on: screen
      ).detector
      table.add(
        name, fixed(Evaluation(trained.found, on: plan.test.all).meanAveragePrecision, 3),
        fixed(
          Evaluation(trained.found, on: plan.test.all, overlap: 0.75).meanAveragePrecision, 3),
        percent(recall(trained.found, plan.test.all), 1))
      series.append(curve(name, trained.stepLosses))
    } catch let failure as TrainingFailure {
      screen.stopped(failure, of: "The training \(name)")
      table.add(name, "stopped")
    }
  }
  screen.table(table)
  try draw(series, on: screen)
}

private func compareSegmentation(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  screen.text("\(grouped(plan.segmentationRecipe.seen)) canvases, the U-Net from random weights.\n")
  var series = [Series]()
  for (name, functions) in [("with the bug", wrong), ("right", right)] {
    var generator = SplitMix64(seed: plan.seed)
    do {
      let run = try segment(
        name, Encoder(using: &generator), SegmentationLoss(functions: functions), plan,
        on: screen)
      series.append(curve(name, run.stepLosses))
    } catch let failure as TrainingFailure {
      screen.stopped(failure, of: "The training \(name)")
    }
  }
  try draw(series, on: screen)
}

private func compareEnlarging(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  screen.text("A small network that makes digits of 14×14 into ink at 28×28.\n")
  var table = Table("", "loss", "IoU of the ink")
  var series = [Series]()
  for (name, functions) in [("with the bug", wrong), ("right", right)] {
    do {
      let run = try enlargeDigits(functions, plan)
      table.add(name, fixed(run.losses.last ?? .nan, 3), fixed(run.overlap, 3))
      series.append(curve(name, run.losses))
    } catch let failure as TrainingFailure {
      screen.stopped(failure, of: "The training \(name)")
      table.add(name, "stopped")
    }
  }
  screen.table(table)
  try draw(series, on: screen)
}

private func curve(_ name: String, _ losses: [Double]) -> Series {
  Series(name, y: smoothed(losses, over: max(1, losses.count / 20)), from: 1)
}

private func draw(_ series: [Series], on screen: Screen) throws {
  try screen.figure(
    .lines(
      "Loss on training images, with the bug and without",
      description: "Two curves of the loss, one with the bug in the backward pass.", x: "step",
      y: "loss", series), "bug")
}
