import Checking
import Checkpoints
import Core
import Datasets
import Figures
import Foundation
import Images
import Problems01
import Problems02
import Problems04
import Problems05
import Running
import Training
import TrainingRuns

/// What is trained on: how many images, how long.
struct Plan {
  let train: ImageData
  let test: ImageData
  var epochs: Int
  let batch: Int
  let seed: UInt64
  let isQuick: Bool
  /// The learning rate that was asked for; the network's own where nil.
  let rate: Double?
  /// Whether the rate stays; otherwise it falls on a cosine.
  let isConstantRate: Bool

  init(_ options: ChapterOptions, images: (train: ImageData, test: ImageData), source: Source) {
    isQuick = options.quick
    (rate, isConstantRate) = (options.rate, options.isConstantRate)
    // Functions of the exercises are plain loops in Double: few images must do.
    let (count, tests, usual): (Int, Int, Int) =
      switch (source, options.quick) {
      case (.library, false): (60_000, 10_000, 8)
      case (.library, true): (2000, 1000, 3)
      case (_, false): (4000, 2000, 4)
      case (_, true): (1000, 500, 3)
      }
    train = images.train.first(count)
    test = images.test.first(tests)
    epochs = options.epochs ?? usual
    batch = options.batch ?? (options.quick || train.count <= 4000 ? 16 : 64)
    seed = options.seed
  }
}

/// What came of a training.
struct Run<Network: Layer> {
  var network: Network
  /// The mean training loss of each epoch.
  var losses: [Double] = []
  /// The share of test images that were right, after each epoch.
  var accuracies: [Double] = []
  /// How long the steps took, in seconds.
  var seconds = 0.0
  /// The network with all that its training needs to go on.
  var checkpoint = Checkpoint()

  var accuracy: Double { accuracies.last ?? 0 }
}

extension ImageNetwork {
  /// Trains on the digits with Adam, its rate on a cosine down to 0 unless the plan says otherwise.
  func run(
    _ plan: Plan, on screen: Screen, prints: Bool = true, goingOnFrom saved: Checkpoint? = nil,
    saving file: URL? = nil
  ) throws -> Run<Network> {
    var generator = SplitMix64(seed: plan.seed)
    var run = Run(network: network(using: &generator))
    var training = TrainingRun<Scalar>(epochs: plan.epochs, batch: plan.batch)
    let peak = rate(plan)
    if !plan.isConstantRate {
      training.rate = { cosineSchedule(step: $0, of: $1, from: peak) }
    }
    training.loss = loss
    training.name = name + ", "
    (training.saved, training.file) = (saved, file)
    var adam = Adam<Scalar>(learningRate: peak)
    let x: Tensor<Scalar> = plan.train.images(as: Scalar.self)
    let testX: Tensor<Scalar> = plan.test.images(as: Scalar.self)
    run.checkpoint = try training.run(
      &run.network, on: x, labels: plan.train.labels, with: &adam, seed: plan.seed + 1,
      screen: screen
    ) { report, network in
      let share = accuracy(
        predicted: network.predict(testX).argmaxOfRows(), actual: plan.test.labels)
      run.losses.append(report.loss)
      run.accuracies.append(share)
      run.seconds += Double(plan.train.count) / report.samplesPerSecond
      if prints {
        screen.text(
          "  epoch \(report.epoch)   loss \(fixed(report.loss, 4))   test \(percent(share))")
      }
      return true
    }
    if prints {
      let images = grouped(plan.train.count * run.losses.count)
      screen.text("  \(images) images in \(significant(run.seconds, 2)) s")
    }
    return run
  }

  /// The learning rate, the highest where it falls.
  func rate(_ plan: Plan) -> Scalar { plan.rate.map { Scalar($0) } ?? learningRate }
}

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
    var checkpoint = run.checkpoint
    checkpoint.metadata["test accuracy"] = percent(run.accuracy)
    try checkpoint.save(to: file.path)
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

/// The digits, learned with a bug and without it.
func compareTraining(_ source: Source, _ plan: Plan, on screen: Screen) throws {
  screen.section("Does it still read handwriting?")
  let functions = ConvolutionFunctions(source)
  if let complaint = wrongShape(functions, source) {
    screen.text(
      """
      No: \(complaint).
      No step can be taken with it. Mistakes of shape are the kind ones: they end in
      an error. The others train on.
      """)
    return
  }
  var isAverage = false
  if case .bug(let name) = source { isAverage = name.hasPrefix("average-") }
  let pooling: AdaptedPooling.Kind = isAverage ? .average : .maximum
  screen.text(
    "\(plan.train.count) images, batches of \(plan.batch), a small network"
      + (isAverage ? " with average pooling" : "") + ". With the bug:\n")
  let wrong: Run<SmallNetwork.Network>
  do {
    wrong = try SmallNetwork(source, pooling: pooling).run(plan, on: screen)
  } catch let error as TrainingFailure {
    screen.stopped(error)
    return
  }
  screen.text("\nand with the right function:\n")
  let right = try SmallNetwork(.library, pooling: pooling).run(plan, on: screen)
  try drawCurves(
    [
      ("with the bug", wrong.losses, wrong.accuracies), ("right", right.losses, right.accuracies),
    ], on: screen)
  screen.text(
    "\nThe bug costs \(fixed(100 * (right.accuracy - wrong.accuracy), 2)) points of test accuracy.")
}

/// What is wrong with the shape of a gradient; nil if nothing is.
private func wrongShape(_ functions: ConvolutionFunctions, _ source: Source) -> String? {
  var generator = SplitMix64(seed: 0)
  func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
  let question = ConvolutionQuestion(
    x: draw([5, 3, 7, 6]), weight: draw([4, 3, 3, 2]), bias: draw([4]), dy: draw([5, 4, 4, 4]),
    ConvolutionGeometry(stride: 2, padding: 1))
  let bias = ConvolutionBiasQuestion(bias: question.bias, dy: question.dy)
  let dense = DenseQuestion(
    x: draw([5, 3]), weight: draw([3, 2]), bias: draw([2]), dy: draw([5, 2]))
  guard let db = try? functions.bias(bias), let dW = try? functions.weights(question),
    let dx = try? functions.input(question),
    let gradients = try? Chapter04Problems.dense.function(from: source)(dense)
  else { return nil }
  let wrong = [
    ("db", db.shape, question.bias.shape), ("dW", dW.shape, question.weight.shape),
    ("dx", dx.shape, question.x.shape), ("dx", gradients.dx.shape, dense.x.shape),
    ("dW", gradients.dW.shape, dense.weight.shape), ("db", gradients.db.shape, dense.bias.shape),
  ].first { $0.1 != $0.2 }
  return wrong.map { "\($0) is \($1) where it should be \($2), for a batch of 5" }
}
