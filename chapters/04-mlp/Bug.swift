import Checking
import Core
import Datasets
import Running
import TrainingRuns

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(_ name: String, _ options: ChapterOptions, on screen: Screen) throws {
  let source = Source.bug(name)
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  switch exercise?.id {
  case "4.2": try checkWholeNetwork(source, on: screen)
  case "4.4": try takeSteps(source, options, on: screen)
  default:
    let plan = Plan(options, images: try MNIST.load(from: options.data), source: source)
    switch exercise?.id {
    case "4.3": try compareDropout(source, plan, on: screen)
    case "4.5":
      let digits = Samples<Float>(rows: plan.train, test: plan.test)
      let run = try LibraryNetworks().run(on: digits, plan, name: "", screen: screen)
      let logits = Matrix(run.network.predict(digits.testX))
      try judge(logits, plan, source, on: screen)
    default: try compareTraining(source, plan, on: screen)
    }
  }
}

/// The digits, trained with the bug and without it.
private func compareTraining(_ source: Source, _ plan: Plan, on screen: Screen) throws {
  screen.section("Does it still read handwriting?")
  let functions = FunctionsInUse(source)
  if let complaint = functions.wrongShape {
    screen.text(
      """
      No: \(complaint).
      No step can be taken with it. Mistakes of shape are the kind ones: they end in
      an error. The others train on.
      """)
    return
  }
  let digits = Samples<Double>(rows: plan.train, test: plan.test)
  screen.text("\(grouped(plan.train.count)) images, batches of \(plan.batch), with the bug:\n")
  let wrong: Trained<AdaptedNetworks.Network>
  do {
    wrong = try AdaptedNetworks(functions).run(on: digits, plan, name: "bug", screen: screen)
  } catch let error as TrainingFailure {
    screen.stopped(error)
    return
  }
  screen.text("\nand with the right function:\n")
  let right = try AdaptedNetworks(FunctionsInUse(.library))
    .run(on: digits, plan, name: "right", screen: screen)
  let names = (bug: "with the bug", right: "right")
  try drawCurves(
    [
      Curve(names.bug, wrong.losses, wrong.accuracies),
      Curve(names.right, right.losses, right.accuracies),
    ], on: screen)
  let difference = right.accuracy - wrong.accuracy
  screen.text("\nThe bug costs \(fixed(100 * difference, 2)) points of test accuracy.")
}
