import Checking
import Checkpoints
import Core
import Datasets
import Foundation
import Images
import Problems02
import Problems04
import Problems05
import Problems06
import Problems08
import Running
import Training
import TrainingRuns

/// What came of a training.
struct Run<Network: Layer> {
  var network: Network
  /// The loss of each step, before its update.
  var losses: [Double] = []
  /// The share of test images that were right in the end.
  var accuracy = 0.0
  /// How long the steps took.
  var seconds = 0.0
  /// The network with all that its training needs to go on.
  var checkpoint = Checkpoint()

  /// Writes it, with a note of the accuracy.
  func save(to file: URL, on screen: Screen) throws {
    var checkpoint = checkpoint
    checkpoint.metadata["test accuracy"] = percent(accuracy)
    try checkpoint.save(to: file.path)
    screen.text("The network is saved in \(file.path).")
  }

  /// The mean loss of the last tenth of the steps.
  var lastLoss: Double {
    let last = losses.suffix(max(1, losses.count / 10))
    return last.reduce(0, +) / Double(max(1, last.count))
  }
}

/// How a network is trained: on what, how long, how fast, with which loss.
struct Recipe<Scalar: Real> {
  var name = ""
  let train: ImageData
  let test: ImageData
  var epochs = 1
  var batch = 64
  /// The highest learning rate.
  var rate: Scalar
  let seed: UInt64
  /// A training that goes on.
  var saved: Checkpoint?
  /// Is written after each epoch.
  var file: URL?
  /// The loss, and ∂loss/∂logits.
  var loss: (Tensor<Scalar>, [Int]) -> Loss<Scalar> = {
    softmaxCrossEntropy(logits: $0, labels: $1)
  }

  /// Trains in one cycle: the rate rises for three tenths of the steps, then falls along half a
  /// cosine to 0 (after Smith and Topin, "Super-Convergence", 2018).
  ///
  /// - Parameters:
  ///   - network: What is trained.
  ///   - optimizer: Turns gradients into steps.
  ///   - screen: Where progress is shown.
  ///   - prints: Whether each epoch gets a line.
  /// - Returns: The trained network, and how it got there.
  /// - Throws: `TrainingFailure` if the loss becomes infinite or no number.
  func run<Network: TensorLayer<Scalar>>(
    _ network: Network, with optimizer: inout some Optimizer<Scalar>, on screen: Screen,
    prints: Bool = false
  ) throws -> Run<Network> {
    var (run, losses) = (Run(network: network), [Double]())
    var training = TrainingRun<Scalar>(epochs: epochs, batch: batch)
    training.name = name.isEmpty ? "" : name + ", "
    let peak = rate
    training.rate = { step, steps in
      Schedule.warmupCosine(peak: peak, warmup: steps * 3 / 10, steps: steps)(step)
    }
    (training.saved, training.file) = (saved, file)
    training.loss = { logits, labels in
      let result = loss(logits, labels)
      losses.append(Double(result.loss))
      return result
    }
    let x: Tensor<Scalar> = train.images(as: Scalar.self)
    let testX: Tensor<Scalar> = test.images(as: Scalar.self)
    run.checkpoint = try training.run(
      &run.network, on: x, labels: train.labels, with: &optimizer, seed: seed + 1, screen: screen
    ) { report, network in
      run.accuracy = Core.accuracy(
        predicted: network.predict(testX).argmaxOfRows(), actual: test.labels)
      run.seconds += Double(train.count) / report.samplesPerSecond
      if prints {
        screen.text(
          "  epoch \(report.epoch)   loss \(fixed(report.loss, 4))   test \(percent(run.accuracy))")
      }
      return true
    }
    run.losses = losses
    return run
  }

  /// The same with Adam.
  func run<Network: TensorLayer<Scalar>>(
    _ network: Network, on screen: Screen, prints: Bool = false
  ) throws -> Run<Network> {
    var adam = Adam<Scalar>(learningRate: rate)
    return try run(network, with: &adam, on: screen, prints: prints)
  }
}

/// Each value averaged with those before it, so that a curve of single batches can be read.
func smoothed(_ values: [Double], over count: Int) -> [Double] {
  values.indices.map { index in
    let part = values[max(0, index - count + 1)...index]
    return part.reduce(0, +) / Double(part.count)
  }
}

/// 11,689,512.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.indices.map { place in
    let isGroup = place > 0 && (digits.count - place).isMultiple(of: 3)
    return (isGroup ? "," : "") + String(digits[place])
  }.joined()
}
