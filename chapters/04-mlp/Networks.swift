import Checking
import Core
import Problems01
import Problems02
import Problems04

/// Where the chapter's networks come from: the library's layers, or adapters of a learner's functions.
protocol Networks {
  associatedtype Scalar: Real
  associatedtype Network: TensorLayer<Scalar>

  /// A net of three dense layers, ReLU and dropout between them; a rate of 0 drops nothing.
  func network(_ sizes: [Int], dropout: Double, using generator: inout SplitMix64) -> Network
  /// Softmax cross-entropy: the loss, and ∂loss/∂logits.
  func loss(_ logits: Tensor<Scalar>, _ labels: [Int]) -> Loss<Scalar>
}

/// The library's layers, in Float.
struct LibraryNetworks: Networks {
  typealias First = Then<Then<Dense<Float>, Activation<Float>>, Dropout<Float>>
  typealias Second = Then<Then<Then<First, Dense<Float>>, Activation<Float>>, Dropout<Float>>

  func network(
    _ sizes: [Int], dropout: Double, using generator: inout SplitMix64
  ) -> Then<Second, Dense<Float>> {
    Dense(sizes[0], sizes[1], .he, using: &generator)
      .then(Activation.relu).then(Dropout(rate: Float(dropout)))
      .then(Dense(sizes[1], sizes[2], .he, using: &generator))
      .then(Activation.relu).then(Dropout(rate: Float(dropout)))
      .then(Dense(sizes[2], sizes[3], .he, using: &generator))
  }

  func loss(_ logits: Tensor<Float>, _ labels: [Int]) -> Loss<Float> {
    softmaxCrossEntropy(logits: logits, labels: labels)
  }
}

/// The same net in Double, with gradients from the functions of exercises 1.3, 2.3, 4.1 and 4.3.
struct AdaptedNetworks: Networks {
  typealias Hidden = Adapted<Dense<Double>>
  typealias Gate = Adapted<Activation<Double>>
  typealias Mask = Adapted<Dropout<Double>>
  typealias First = Then<Then<Hidden, Gate>, Mask>
  typealias Second = Then<Then<Then<First, Hidden>, Gate>, Mask>

  let functions: FunctionsInUse

  init(_ functions: FunctionsInUse) { self.functions = functions }

  func network(
    _ sizes: [Int], dropout: Double, using generator: inout SplitMix64
  ) -> Then<Second, Hidden> {
    let relu = Adapted(Activation.relu, gradient: functions.relu)
    let drop = Adapted(Dropout(rate: dropout), gradient: functions.dropout)
    func dense(_ inputs: Int, _ outputs: Int) -> Hidden {
      Adapted(Dense(inputs, outputs, .he, using: &generator), gradients: functions.dense)
    }
    return dense(sizes[0], sizes[1]).then(relu).then(drop)
      .then(dense(sizes[1], sizes[2])).then(relu).then(drop)
      .then(dense(sizes[2], sizes[3]))
  }

  func loss(_ logits: Matrix, _ labels: [Int]) -> Loss<Double> {
    adaptedCrossEntropy(logits: logits, labels: labels, gradient: functions.crossEntropy)
  }
}
