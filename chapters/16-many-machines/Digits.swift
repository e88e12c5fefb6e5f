import Core
import Datasets
import Foundation
import ManyMachines

/// 784-32-10, 25,450 parameters: small enough to be trained some sixty times in this chapter.
typealias SmallNetwork = Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>

func smallNetwork(seed: UInt64) -> SmallNetwork {
  var generator = SplitMix64(seed: seed)
  return Dense<Float>(784, 32, .uniformFanIn, using: &generator).then(Activation.relu)
    .then(Dense(32, 10, .uniformFanIn, using: &generator))
}

/// The digits that all of this chapter learns.
struct Digits: Sendable {
  let x: Tensor<Float>
  let labels: [Int]
  let testX: Tensor<Float>
  let testLabels: [Int]
  /// More of them, for private lots.
  let privateX: Tensor<Float>
  let privateLabels: [Int]

  init(_ plan: Plan, from folder: URL?) throws {
    let images = try MNIST.load(from: folder)
    let train = images.train.first(max(plan.images, plan.privateImages))
    let (few, many) = (train.first(plan.images), train.first(plan.privateImages))
    let test = images.test.first(plan.tests)
    (x, labels) = (few.inputs(), few.labels)
    (testX, testLabels) = (test.inputs(), test.labels)
    (privateX, privateLabels) = (many.inputs(), many.labels)
  }

  var count: Int { labels.count }

  /// The mean loss of some images, and its gradient, all parameters in a row.
  func gradient<Network: TensorLayer<Float>>(
    of network: Network, at places: [Int]
  ) -> (loss: Double, gradient: Tensor<Float>) {
    var context = Context.inference
    let (logits, cache) = network.forward(x.rows(places), in: &context)
    let (loss, dLogits) = softmaxCrossEntropy(
      logits: logits, labels: places.map { labels[$0] })
    return (Double(loss), network.gradient(dLogits, cache).flattened)
  }

  /// The share of test images that are right.
  func accuracy<Network: TensorLayer<Float>>(_ network: Network) -> Double {
    Core.accuracy(
      predicted: network.predict(testX).argmaxOfRows(), actual: testLabels)
  }

  /// The places of a batch, drawn at random.
  func batch(_ size: Int, using generator: inout SplitMix64) -> [Int] {
    (0..<size).map { _ in generator.integer(below: count) }
  }
}

extension Then where First == Then<Dense<Float>, Activation<Float>>, Second == Dense<Float> {
  /// All parameters in a row, which may be replaced.
  var row: Tensor<Float> {
    get { parameters.flattened }
    set {
      var start = 0
      visit(parameters) { _, tensor, _ in
        let end = start + tensor.count
        tensor = Tensor(Array(newValue.scalars[start..<end]), shape: tensor.shape)
        start = end
      }
    }
  }
}
