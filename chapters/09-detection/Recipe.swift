import Core
import Foundation
import Checkpoints
import Running
import Training
import TrainingRuns

/// How a network of this chapter is trained: on which canvases, how long, in which steps.
struct Recipe {
  let name: String
  let canvases: Canvases
  let epochs: Int
  let batch: Int
  let seed: UInt64
  /// The highest rate of one cycle (Smith and Topin, "Super-Convergence", 2018).
  var rate: Float = 0.01
  /// A training that goes on.
  var saved: Checkpoint?
  /// The file that it is saved in.
  var file: URL?

  /// How many canvases the network sees, one several times.
  var seen: Int { epochs * canvases.all.count }

  /// Trains a network.
  ///
  /// - Parameters:
  ///   - network: Is changed.
  ///   - screen: Where progress is shown.
  ///   - loss: The loss of an output, for the canvases at some places.
  ///   - afterEpoch: Sees the epoch's number, its mean loss and the network.
  /// - Returns: The loss of each step, and the training for a file.
  /// - Throws: `TrainingFailure` if the loss becomes infinite or no number.
  @discardableResult
  func train<Network: TensorLayer<Float>>(
    _ network: inout Network, on screen: Screen,
    loss: @escaping (_ output: Tensor<Float>, _ places: [Int]) -> Loss<Float>,
    afterEpoch: (_ epoch: Int, _ loss: Double, _ network: Network) -> Void = { _, _, _ in }
  ) throws -> (stepLosses: [Double], checkpoint: Checkpoint) {
    var training = TrainingRun<Float>(epochs: epochs, batch: batch)
    training.name = name + ", "
    let peak = rate
    let stepLosses = Losses()
    training.rate = { step, steps in
      Schedule.warmupCosine(peak: peak, warmup: steps * 3 / 10, steps: steps)(step)
    }
    training.loss = { output, places in
      let result = loss(output, places)
      stepLosses.values.append(Double(result.loss))
      return result
    }
    (training.saved, training.file) = (saved, file)
    var adam = Adam<Float>(learningRate: rate)
    // A sample's label is its number: the loss looks up what is on the canvas.
    let checkpoint = try training.run(
      &network, on: canvases.x, labels: Array(canvases.all.indices), with: &adam, seed: seed + 1,
      screen: screen
    ) { report, network in
      afterEpoch(report.epoch, report.loss, network)
      return true
    }
    return (stepLosses.values, checkpoint)
  }

  private final class Losses { var values = [Double]() }
}

/// Each value averaged with those before it, so that a curve of single batches can be read.
func smoothed(_ values: [Double], over count: Int) -> [Double] {
  values.indices.map { index in
    let part = values[max(0, index - count + 1)...index]
    return part.reduce(0, +) / Double(part.count)
  }
}
