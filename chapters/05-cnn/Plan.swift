import Checking
import Checkpoints
import Core
import Datasets
import Foundation
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

extension ImageNetwork {
  /// Trains on the digits with Adam, its rate on a cosine down to 0 unless the plan says otherwise.
  func run(
    _ plan: Plan, on screen: Screen, prints: Bool = true, goingOnFrom saved: Checkpoint? = nil,
    saving file: URL? = nil
  ) throws -> Trained<Network> {
    var generator = SplitMix64(seed: plan.seed)
    var training = TrainingRun<Scalar>(epochs: plan.epochs, batch: plan.batch)
    let peak = rate(plan)
    if !plan.isConstantRate {
      training.rate = { cosineSchedule(step: $0, of: $1, from: peak) }
    }
    training.loss = loss
    training.name = name + ", "
    (training.saved, training.file) = (saved, file)
    var adam = Adam<Scalar>(learningRate: peak)
    let run = try training.run(
      network(using: &generator), on: Samples(images: plan.train, test: plan.test), with: &adam,
      seed: plan.seed + 1, screen: screen
    ) { report, share in
      guard prints else { return }
      screen.text(
        "  epoch \(report.epoch)   loss \(fixed(report.loss, 4))   test \(percent(share))")
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
