import Checkpoints
import Core
import Datasets
import Figures
import Foundation
import Running
import Training
import TrainingRuns

/// Trains a network, and shows everything that can be seen in it.
func readDigits<Kind: ImageNetwork>(
  _ kind: Kind, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Does it read handwriting?")
  var generator = SplitMix64(seed: plan.seed)
  let parameters = kind.network(using: &generator).parameters.count
  let rate = significant(Double(kind.rate(plan)), 3)
  let rateText = plan.isConstantRate ? "rate \(rate)" : "rate from \(rate) down to 0"
  screen.text(
    """
    \(grouped(plan.train.count)) images to train with, \(grouped(plan.test.count)) to test, \(kind.name): \(grouped(parameters)) parameters.
    Batches of \(plan.batch), Adam, \(rateText), seed \(plan.seed).

    """)
  let saved = try options.load.map { try Checkpoint(contentsOf: $0.path) }
  let run = try kind.run(plan, on: screen, goingOnFrom: saved, saving: options.save)
  try drawCurves(
    [(kind.name, run.losses, run.accuracies)], from: plan.epochs - run.losses.count + 1, on: screen)
  try showFilters(of: run.network, kind, plan, on: screen)
  try showSaliency(of: run.network, plan, on: screen)
  if let file = options.save {
    try run.save(to: file)
    screen.text("\nThe network is saved in \(file.path).")
  }
}

/// The loss and the accuracy of some trainings.
func drawCurves(
  _ curves: [(name: String, losses: [Double], accuracies: [Double])], from first: Int = 1,
  on screen: Screen
) throws {
  try screen.write(
    .lines(
      "Training loss, epoch by epoch",
      description: "The mean loss on the training images falls with every epoch.", x: "epoch",
      y: Axis("loss", scale: .logarithmic),
      curves.map { Series($0.name, y: $0.losses, from: first) }), "training-loss")
  try screen.figure(
    .lines(
      "Test accuracy, epoch by epoch",
      description: "The share of test images that are right rises with the epochs.", x: "epoch",
      y: "share right", curves.map { Series($0.name, y: $0.accuracies, from: first) }),
    "test-accuracy")
}
