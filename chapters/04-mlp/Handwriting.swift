import Checking
import Checkpoints
import Core
import Datasets
import Figures
import Foundation
import Running
import Training
import TrainingRuns

/// Everything that is shown with digits, from the first epoch to the saved file.
func runOnDigits<Kind: Networks>(
  _ networks: Kind, _ plan: Plan, _ options: ChapterOptions, _ source: Source, on screen: Screen
) throws {
  let digits = Samples<Kind.Scalar>(rows: plan.train, test: plan.test)
  screen.section("Does it read handwriting?")
  screen.text(
    """
    \(grouped(plan.train.count)) images to train with, \(grouped(plan.test.count)) to test, \
    \(sizesText(plan)): \(grouped(parameterCount(plan))) parameters.
    ReLU, softmax cross-entropy, Adam 0.001, batches of \(plan.batch), seed \(plan.seed).

    """)
  let run = try networks.run(
    on: digits, plan, name: "", screen: screen, saving: options.save)
  screen.text("\nThe same with the learning rate on a cosine, from 0.002 down to 0:\n")
  let cosine = try networks.run(on: digits, plan, name: "cosine", screen: screen) {
    cosineSchedule(step: $0, of: $1, from: 0.002)
  }
  try drawCurves(
    [
      Curve("constant", run.losses, run.accuracies),
      Curve("cosine", cosine.losses, cosine.accuracies),
    ], on: screen)

  let logits = Matrix(run.network.predict(digits.testX))
  try judge(logits, plan, source, on: screen)
  try showMistakes(logits, plan, on: screen)
  try showWeights(run.network, plan, on: screen)
  try saveAndReload(run, networks, digits, plan, options, on: screen)
}

/// 784-256-128-10.
private func sizesText(_ plan: Plan) -> String {
  plan.sizes.map(String.init).joined(separator: "-")
}

private func parameterCount(_ plan: Plan) -> Int {
  zip(plan.sizes, plan.sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
}

/// What one training came to, epoch by epoch.
struct Curve {
  let name: String
  let losses: [Double]
  let accuracies: [Double]

  init(_ name: String, _ losses: [Double], _ accuracies: [Double]) {
    (self.name, self.losses, self.accuracies) = (name, losses, accuracies)
  }
}

/// The loss and the accuracy of some trainings, each in a plot.
func drawCurves(_ curves: [Curve], on screen: Screen) throws {
  try screen.figure(
    .lines(
      "Training loss, epoch by epoch",
      description: "The mean loss on the training images falls with every epoch.", x: "epoch",
      y: Axis("loss", scale: .logarithmic),
      curves.map { Series($0.name, y: $0.losses, from: 1) }), "training-loss")
  try screen.figure(
    .lines(
      "Test accuracy, epoch by epoch",
      description: "The share of test images that are right rises, and levels off.", x: "epoch",
      y: "share right", curves.map { Series($0.name, y: $0.accuracies, from: 1) }), "test-accuracy")
}

/// Goes on with a training that was saved, and saves it again.
func goOn<Kind: Networks>(
  _ networks: Kind, from file: URL, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("The training goes on")
  let digits = Samples<Kind.Scalar>(rows: plan.train, test: plan.test)
  let run = try networks.run(
    on: digits, plan, name: "", screen: screen, goingOnFrom: Checkpoint(contentsOf: file.path),
    saving: options.save)
  guard let target = options.save else { return }
  try run.save(to: target)
  screen.text("\nThe network is saved in \(target.path).")
}

/// Saves the network, loads it into another one, and compares their answers bit by bit.
private func saveAndReload<Kind: Networks>(
  _ run: Trained<Kind.Network>, _ networks: Kind, _ digits: Samples<Kind.Scalar>, _ plan: Plan,
  _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Does the network survive being saved?")
  let temporary = FileManager.default.temporaryDirectory.appending(
    path: "chapter04-\(UUID().uuidString).safetensors")
  defer { try? FileManager.default.removeItem(at: temporary) }
  try run.save(to: temporary)
  // What it was asked for may be a pipe, from which nothing comes back.
  if let file = options.save { try run.save(to: file) }

  var generator = SplitMix64(seed: plan.seed + 1000)
  var other = networks.network(plan.sizes, dropout: 0, using: &generator)
  try other.load(Checkpoint(contentsOf: temporary.path))
  let scores = run.network.predict(digits.testX)
  let same = other.predict(digits.testX) == scores
  let names = run.network.checkpoint().tensors.map { "\($0.name) \($0.tensor.shape)" }
  screen.text(names.map { "  " + $0 }.joined(separator: "\n"))
  screen.text(
    same
      ? "Loaded into a new network, it gives the same \(scores.count) scores, bit for bit."
      : "Loaded into a new network, it gives other scores: the file is not what was saved.")
  if let file = options.save { screen.text("The file is \(file.path).") }
}
