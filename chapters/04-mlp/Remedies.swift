import Checking
import Core
import Datasets
import Figures
import Running
import Training
import TrainingRuns

/// A way to train on few images.
private struct Remedy<Scalar: Real> {
  let name: String
  var dropout = 0.0
  var l2: Scalar = 0
  var shift = 0
  var stopsEarly = false
}

/// What became of it.
private struct Outcome {
  /// The shares that the network reads rightly in the end.
  var training = 0.0, validation = 0.0, test = 0.0
  var testLoss = 0.0
  /// The validation loss after each epoch.
  var validationLoss: [Double] = []
  var epochs = 0
}

/// A net for a thousand images, without and with each remedy against overfitting.
func showRemedies<Kind: Networks>(
  _ networks: Kind, _ plan: Plan, on screen: Screen
) throws {
  screen.section("What if there are only \(grouped(plan.isQuick ? 200 : 1000)) images?")
  let small = FewDigits<Kind.Scalar>(plan, training: plan.isQuick ? 200 : 1000)
  let epochs = plan.isQuick ? 25 : 60
  let remedies = [
    Remedy<Kind.Scalar>(name: "none"), Remedy(name: "L2, λ = 0.001", l2: 0.001),
    Remedy(name: "dropout ½", dropout: 0.5), Remedy(name: "early stopping", stopsEarly: true),
    Remedy(name: "shifts by up to 2", shift: 2),
    Remedy(name: "shifts and dropout", dropout: 0.5, shift: 2),
  ]
  let seeds = plan.repeats ? 3 : 1
  var table = Table("remedy", "epochs", "training", "validation", "test", "test loss")
  var curves = [Series]()
  for remedy in remedies {
    let outcomes = try (0..<seeds).map { seed in
      try train(networks, small, remedy, plan, epochs, seed: plan.seed + UInt64(seed), screen)
    }
    func mean(_ value: (Outcome) -> Double) -> Double {
      outcomes.reduce(0) { $0 + value($1) } / Double(seeds)
    }
    table.add(
      remedy.name, fixed(mean { Double($0.epochs) }, 0), percent(mean { $0.training }, 1),
      percent(mean { $0.validation }, 1), percent(mean { $0.test }, 1),
      fixed(mean { $0.testLoss }, 3))
    if let first = outcomes.first, !remedy.stopsEarly {
      curves.append(Series(remedy.name, y: first.validationLoss, from: 1))
    }
  }
  screen.endProgress()
  screen.table(table)
  if plan.isQuick {
    screen.text("So few steps flatter \"none\": dropout and shifts pay off in the full run.")
  }
  screen.text(
    """
    Shares of images right, means over \(seeds) seed\(seeds == 1 ? "" : "s"). \
    Validation: \(small.validationLabels.count) other training
    images, which choose when to stop. Test: the \(grouped(plan.test.count)) test images, looked at once.
    """)
  try screen.figure(
    .lines(
      "Validation loss with few images, by remedy",
      description: "Without a remedy the loss rises again after a few epochs.", x: "epoch",
      y: Axis("loss", scale: .logarithmic), curves), "few-images")
}

/// Dropout on few images, with a wrong gradient and with the right one.
func compareDropout(_ source: Source, _ plan: Plan, on screen: Screen) throws {
  screen.section("What does dropout still do, with few images?")
  let small = FewDigits<Double>(plan, training: plan.isQuick ? 200 : 1000)
  let epochs = plan.isQuick ? 25 : 60
  var table = Table("", "training", "validation", "test", "test loss")
  func add(_ remedy: Remedy<Double>, _ source: Source) throws {
    let networks = AdaptedNetworks(FunctionsInUse(source))
    let outcome = try train(networks, small, remedy, plan, epochs, seed: plan.seed, screen)
    table.add(
      remedy.name, percent(outcome.training, 1), percent(outcome.validation, 1),
      percent(outcome.test, 1), fixed(outcome.testLoss, 3))
  }
  try add(Remedy(name: "no dropout"), .library)
  try add(Remedy(name: "dropout ½, right", dropout: 0.5), .library)
  try add(Remedy(name: "dropout ½, with the bug", dropout: 0.5), source)
  screen.endProgress()
  screen.table(table)
}

/// A few images to train with, others to validate, and the test images.
private struct FewDigits<Scalar: Real> {
  let x: Tensor<Scalar>, labels: [Int]
  let validationX: Tensor<Scalar>, validationLabels: [Int]
  let testX: Tensor<Scalar>, testLabels: [Int]

  init(_ plan: Plan, training: Int) {
    var generator = SplitMix64(seed: plan.seed + 7)
    let sets = split(
      of: plan.train.count, validation: min(plan.isQuick ? 300 : 1000, plan.train.count / 3),
      using: &generator)
    let few = plan.train.samples(at: Array(sets.training.prefix(training)))
    let other = plan.train.samples(at: sets.validation)
    (x, labels) = (few.inputs(as: Scalar.self), few.labels)
    (validationX, validationLabels) = (other.inputs(as: Scalar.self), other.labels)
    (testX, testLabels) = (plan.test.inputs(as: Scalar.self), plan.test.labels)
  }
}

private func train<Kind: Networks>(
  _ networks: Kind, _ digits: FewDigits<Kind.Scalar>, _ remedy: Remedy<Kind.Scalar>, _ plan: Plan,
  _ epochs: Int, seed: UInt64, _ screen: Screen
) throws -> Outcome {
  var generator = SplitMix64(seed: seed)
  var network = networks.network(plan.sizes, dropout: remedy.dropout, using: &generator)
  var training = TrainingRun<Kind.Scalar>(epochs: epochs, batch: min(plan.batch, 64))
  training.name = "\(remedy.name), "
  training.l2 = remedy.l2
  training.loss = networks.loss
  if remedy.shift > 0 {
    training.augment = {
      randomlyShifted(
        $0, height: plan.train.height, width: plan.train.width, upTo: remedy.shift, using: &$1)
    }
  }
  var adam = Adam<Kind.Scalar>(learningRate: 0.001)
  var outcome = Outcome()
  // The best network so far, by validation loss, and how long nothing better has come.
  var (best, lowest, waited) = (network, Double.infinity, 0)
  try training.run(
    &network, on: digits.x, labels: digits.labels, with: &adam, seed: seed + 1, screen: screen
  ) { report, network in
    let logits = network.predict(digits.validationX)
    let loss = Double(softmaxCrossEntropy(logits: logits, labels: digits.validationLabels).loss)
    outcome.validationLoss.append(loss)
    outcome.epochs = report.epoch
    guard remedy.stopsEarly else {
      best = network
      return true
    }
    waited += 1
    if loss < lowest { (best, lowest, waited) = (network, loss, 0) }
    return waited < 5
  }
  outcome.training = share(best, digits.x, digits.labels)
  outcome.validation = share(best, digits.validationX, digits.validationLabels)
  let logits = best.predict(digits.testX)
  outcome.test = accuracy(predicted: logits.argmaxOfRows(), actual: digits.testLabels)
  outcome.testLoss = Double(softmaxCrossEntropy(logits: logits, labels: digits.testLabels).loss)
  return outcome
}

/// The share of images that a network reads rightly.
func share<Network: Layer>(
  _ network: Network, _ x: Tensor<Network.Scalar>, _ labels: [Int]
) -> Double where Network: TensorLayer<Network.Scalar> {
  accuracy(predicted: network.predict(x).argmaxOfRows(), actual: labels)
}
