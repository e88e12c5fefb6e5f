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
  let epochs: Int
  let batch: Int
  let seed: UInt64
  let isQuick: Bool
  /// Whether there is time to repeat things: not in quick runs, and not with functions in Double.
  let repeats: Bool

  init(_ options: ChapterOptions, images: (train: ImageData, test: ImageData), source: Source) {
    let isQuick = options.quick
    train = isQuick ? images.train.first(3000) : images.train
    test = isQuick ? images.test.first(1000) : images.test
    // With functions in Double an epoch takes a while; one shows what they can do.
    let usual: Int
    switch source {
    case .library: usual = isQuick ? 3 : 10
    case .answers: usual = isQuick ? 2 : 1
    case .bug: usual = isQuick ? 2 : 3
    }
    epochs = options.epochs ?? usual
    batch = options.batch ?? 64
    (seed, self.isQuick) = (options.seed, isQuick)
    if case .library = source { repeats = !isQuick } else { repeats = false }
  }

  /// The widths of the network's layers.
  var sizes: [Int] { [train.height * train.width, 256, 128, train.classes.count] }
}

extension Networks {
  /// Trains on the digits, with a line for each epoch where a screen is given.
  ///
  /// - Parameters:
  ///   - digits: The images.
  ///   - plan: How long, and from which seed.
  ///   - name: What the training is called in the line of progress.
  ///   - screen: Where the lines go.
  ///   - saved: A training that goes on.
  ///   - file: Is written after each epoch.
  ///   - rate: The learning rate at a step; Adam's 0.001 throughout where nil.
  /// - Returns: The trained network, and how it got there.
  /// - Throws: `TrainingFailure` if the loss becomes infinite or no number.
  func run(
    on digits: Samples<Scalar>, _ plan: Plan, name: String, screen: Screen?,
    goingOnFrom saved: Checkpoint? = nil, saving file: URL? = nil,
    rate: ((_ step: Int, _ steps: Int) -> Scalar)? = nil
  ) throws -> Trained<Network> {
    var generator = SplitMix64(seed: plan.seed)
    let network = network(plan.sizes, dropout: 0, using: &generator)
    var training = TrainingRun<Scalar>(epochs: plan.epochs, batch: plan.batch)
    training.name = name.isEmpty ? "" : name + ", "
    training.rate = rate
    training.loss = loss
    (training.saved, training.file) = (saved, file)
    var adam = Adam<Scalar>(learningRate: 0.001)
    let run = try training.run(
      network, on: digits, with: &adam, seed: plan.seed + 1, screen: screen
    ) { report, share in
      screen?.text(
        "  epoch \(aligned(report.epoch, 2))   loss \(fixed(report.loss, 4))   test "
          + percent(share))
    }
    let images = digits.labels.count * run.losses.count
    if images > 0 {
      screen?.text("  \(grouped(images)) images in \(significant(run.seconds, 2)) s")
    }
    return run
  }
}

/// A whole number, filled up with spaces on the left.
func aligned(_ number: Int, _ width: Int) -> String {
  let text = "\(number)"
  return String(repeating: " ", count: max(0, width - text.count)) + text
}
