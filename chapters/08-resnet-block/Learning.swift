import Checkpoints
import Core
import Datasets
import Foundation
import Running
import Training
import TrainingRuns

extension Trained {
  /// The mean loss of the last tenth of the steps.
  var lastLoss: Double {
    let last = stepLosses.suffix(max(1, stepLosses.count / 10))
    return last.reduce(0, +) / Double(max(1, last.count))
  }
}

/// Saves a network and its training, and says where.
func save(_ run: Trained<some Layer>, to file: URL, on screen: Screen) throws {
  try run.save(to: file)
  screen.text("The network is saved in \(file.path).")
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
  ) throws -> Trained<Network> {
    var training = TrainingRun<Scalar>(epochs: epochs, batch: batch)
    training.name = name.isEmpty ? "" : name + ", "
    let peak = rate
    training.rate = { step, steps in
      Schedule.warmupCosine(peak: peak, warmup: steps * 3 / 10, steps: steps)(step)
    }
    (training.saved, training.file, training.loss) = (saved, file, loss)
    return try training.run(
      network, on: Samples(images: train, test: test), with: &optimizer, seed: seed + 1,
      screen: screen
    ) { report, share in
      guard prints else { return }
      screen.text(
        "  epoch \(report.epoch)   loss \(fixed(report.loss, 4))   test \(percent(share))")
    }
  }

  /// The same with Adam.
  func run<Network: TensorLayer<Scalar>>(
    _ network: Network, on screen: Screen, prints: Bool = false
  ) throws -> Trained<Network> {
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
