public import Checkpoints
public import Core
public import Datasets
public import Foundation
public import Running

/// What came of a training.
public struct Trained<Network: Layer> {
  public var network: Network
  /// The mean training loss of each epoch.
  public var losses: [Double] = []
  /// The loss of each step, before its update.
  public var stepLosses: [Double] = []
  /// The share of test samples that were right, after each epoch.
  public var accuracies: [Double] = []
  /// How long the steps took, in seconds.
  public var seconds = 0.0
  /// The network with all that its training needs to go on.
  public var checkpoint = Checkpoint()

  /// The share of test samples that were right in the end.
  public var accuracy: Double { accuracies.last ?? 0 }

  /// Writes it, with a note of the accuracy.
  public func save(to file: URL) throws {
    var checkpoint = checkpoint
    checkpoint.metadata["test accuracy"] = percent(accuracy)
    try checkpoint.save(to: file.path)
  }
}

extension TrainingRun {
  /// Trains a network, and tests it after each epoch.
  ///
  /// - Parameters:
  ///   - network: What is trained.
  ///   - samples: What it is trained and tested with.
  ///   - optimizer: Turns gradients into steps.
  ///   - seed: Of the order of the samples, of dropout and of augmentation.
  ///   - screen: Where the progress is shown, if anywhere.
  ///   - afterEpoch: Gets what an epoch came to, and the share of test samples that are right.
  /// - Returns: The trained network, and how it got there.
  /// - Throws: `TrainingFailure` if the loss becomes infinite or no number; `CheckpointError` if what
  ///   was saved is no part of this training.
  public func run<Network: TensorLayer<Scalar>>(
    _ network: Network, on samples: Samples<Scalar>, with optimizer: inout some Optimizer<Scalar>,
    seed: UInt64, screen: Screen? = nil, afterEpoch: (Report, _ share: Double) -> Void
  ) throws -> Trained<Network> {
    var (trained, stepLosses, training) = (Trained(network: network), [Double](), self)
    training.loss = { logits, labels in
      let result = loss(logits, labels)
      stepLosses.append(Double(result.loss))
      return result
    }
    trained.checkpoint = try training.run(
      &trained.network, on: samples.x, labels: samples.labels, with: &optimizer, seed: seed,
      screen: screen
    ) { report, network in
      let share = samples.testAccuracy(of: network)
      trained.losses.append(report.loss)
      trained.accuracies.append(share)
      trained.seconds += Double(samples.labels.count) / report.samplesPerSecond
      afterEpoch(report, share)
      return true
    }
    trained.stepLosses = stepLosses
    return trained
  }
}

extension Samples {
  /// The share of test samples that a network classifies rightly.
  public func testAccuracy(of network: some TensorLayer<Scalar>) -> Double {
    accuracy(predicted: network.predict(testX).argmaxOfRows(), actual: testLabels)
  }
}
