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

  init(_ options: ChapterOptions, images: (train: ImageData, test: ImageData), source: Source) {
    isQuick = options.quick
    train = isQuick ? images.train.first(3000) : images.train
    test = isQuick ? images.test.first(1000) : images.test
    // With functions in Double one epoch shows what they can do.
    let usual: Int = if case .library = source { isQuick ? 1 : 2 } else { 1 }
    epochs = options.epochs ?? usual
    batch = options.batch ?? 64
    seed = options.seed
  }

  /// The images as the network takes them.
  func samples<Scalar: Real>(_ type: Scalar.Type) -> Samples<Scalar> {
    Samples(rows: train, test: test)
  }

  /// How many steps all epochs take.
  var steps: Int { epochs * ((train.count + batch - 1) / batch) }

  /// 784-256-128-10 with ReLU, as in chapter 4; the same start for everyone.
  func network<Scalar: Real>(_ type: Scalar.Type) -> DigitNetwork<Scalar> {
    var generator = SplitMix64(seed: seed)
    return Dense(train.height * train.width, 256, .he, using: &generator)
      .then(Activation.relu).then(Dense(256, 128, .he, using: &generator))
      .then(Activation.relu).then(Dense(128, train.classes.count, .he, using: &generator))
  }
}

typealias DigitNetwork<Scalar: Real> = Then<
  Then<Then<Then<Dense<Scalar>, Activation<Scalar>>, Dense<Scalar>>, Activation<Scalar>>,
  Dense<Scalar>
>

/// What came of a training.
struct Record {
  /// The loss of each step, before its update.
  var losses: [Double] = []
  /// The learning rate of each step.
  var rates: [Double] = []
  /// The share of test images that were right in the end; nil if that was not asked.
  var accuracy: Double?
  /// Why it stopped before its time.
  var failure: TrainingFailure?
  /// The network with all that its training needs to go on.
  var checkpoint: Checkpoint?

  /// The mean of the last `width` losses at each step.
  func smoothed(_ width: Int) -> [Double] {
    losses.indices.map { index in
      let recent = losses[max(0, index - width + 1)...index]
      return recent.reduce(0, +) / Double(recent.count)
    }
  }

  /// The number of steps after which the smoothed loss is below a target.
  func steps(to target: Double, width: Int) -> Int? {
    smoothed(width).enumerated().first { $0.offset + 1 >= width && $0.element < target }
      .map { $0.offset + 1 }
  }
}

/// Trains the digits' network until its epochs or steps are over, or its loss is no number.
///
/// - Parameters:
///   - plan: Says how long, and from which seed.
///   - samples: The images.
///   - rule: The optimizer, new.
///   - name: What the training is called in the line of progress.
///   - limit: The number of steps, where it is not that of all epochs.
///   - rates: The learning rate of each step; the optimizer's own where nil.
///   - saved: A training of whole epochs that goes on.
///   - file: Is written after each epoch.
///   - testing: Whether the test images are looked at in the end.
///   - screen: Where the progress is shown.
/// - Returns: The trained network, and how it got there.
/// - Throws: `CheckpointError` if what was saved is no part of this training.
func train<Scalar: Real, Rule: Optimizer<Scalar>>(
  _ plan: Plan, _ samples: Samples<Scalar>, with rule: Rule, name: String,
  steps limit: Int? = nil,
  rates: [Double]? = nil, goingOnFrom saved: Checkpoint? = nil, saving file: URL? = nil,
  testing: Bool = true, screen: Screen
) throws -> (network: DigitNetwork<Scalar>, record: Record) {
  var (network, optimizer, record) = (plan.network(Scalar.self), rule, Record())
  let steps = rates?.count ?? limit ?? plan.steps
  var place = TrainingPlace(
    seed: plan.seed + 1,
    run: "\(samples.labels.count) samples in \(Scalar.self), batches of \(plan.batch), "
      + "\(steps) steps")
  if let saved { try place.load(saved, into: &network, &optimizer, epochs: plan.epochs) }
  var context = Context.training(seed: place.generator.state)
  let done = place.epoch * plan.steps / plan.epochs
  training: while done + record.losses.count < steps {
    for places in Batches(of: samples.labels.count, size: plan.batch, using: &context.generator) {
      let step = done + record.losses.count
      guard step < steps else { break training }
      if let rates { optimizer.learningRate = Scalar(rates[step]) }
      let labels = places.map { samples.labels[$0] }
      let loss: Double
      do {
        loss = Double(
          try network.trainingStep(
            samples.x.rows(places), number: step, with: &optimizer, in: &context
          ) { softmaxCrossEntropy(logits: $0, labels: labels) })
      } catch {
        record.failure = error
        break training
      }
      record.losses.append(loss)
      record.rates.append(Double(optimizer.learningRate))
      if record.losses.count % 20 == 0 {
        screen.progress("\(name)  step \(step + 1)/\(steps)  loss \(fixed(loss, 4))")
      }
    }
    place.endEpoch(context.generator, network, optimizer, file: file)
  }
  screen.endProgress()
  record.checkpoint = place.checkpoint(network, optimizer)
  if testing && record.failure == nil {
    record.accuracy = samples.testAccuracy(of: network)
  }
  return (network, record)
}
