import Checking
import Core
import Problems07
import Sequences
import Training

/// One of many equal layers: dense, a batch norm or none, an activation.
///
/// The stack in it holds one batch norm, or nothing, which leaves everything as it is.
typealias DeepBlock = Then<
  Then<Dense<Double>, Stack<Adapted<BatchNorm<Double>>>>, Activation<Double>
>

/// A network of many equal layers, whose gradients can be measured one by one.
typealias DeepNetwork = Then<Stack<DeepBlock>, Dense<Double>>

/// Builds a deep network from functions that are passed in.
///
/// - Parameters:
///   - sizes: Numbers per sample: the input, after each layer, the output.
///   - activation: Follows each layer but the last.
///   - start: How the weights of a layer begin.
///   - last: How those of the last layer begin; as the others where nil.
///   - normalizes: Whether a batch norm stands before each activation.
///   - normBackward: The gradients of that batch norm.
///   - generator: The source of the weights.
/// - Returns: The network; its biases are 0.
func deepNetwork(
  _ sizes: [Int], _ activation: Activation<Double>,
  start: (_ fanIn: Int, _ fanOut: Int) throws -> Initializer, last: Initializer? = nil,
  normalizes: Bool = false,
  normBackward: @escaping (NormalizationQuestion) throws -> NormalizationGradients,
  using generator: inout SplitMix64
) rethrows -> DeepNetwork {
  let depth = sizes.count - 2
  let hidden = try Stack(depth: depth) { place in
    let (fanIn, fanOut) = (sizes[place], sizes[place + 1])
    let norm = Stack(depth: normalizes ? 1 : 0) { _ in
      Adapted(BatchNorm(fanOut), gradients: normBackward)
    }
    return Dense(fanIn, fanOut, try start(fanIn, fanOut), using: &generator)
      .then(norm).then(activation)
  }
  let (fanIn, fanOut) = (sizes[depth], sizes[depth + 1])
  return hidden.then(
    Dense(fanIn, fanOut, try last ?? start(fanIn, fanOut), using: &generator))
}

extension DeepNetwork {
  /// The layers but the last, in order.
  var blocks: [DeepBlock] {
    get { first.layers }
    set { first.layers = newValue }
  }

  /// ∂loss/∂W of each layer, from the first to the last, for a batch in training.
  func weightGradients(
    of x: Matrix, upstream: (_ output: Matrix) -> Matrix
  ) -> [Matrix] {
    var context = Context.training(seed: 0)
    let (output, cache) = forward(x, in: &context)
    let found = gradient(upstream(output), cache)
    return found.first.parts.map(\.first.first.weight) + [found.second.weight]
  }

  /// What each layer but the last gives for a batch in training.
  func signals(_ x: Matrix) -> [Matrix] {
    var context = Context.training(seed: 0)
    return first.outputs(x, in: &context)
  }

  /// How many units of each layer are 0 for every sample.
  func deadUnits(on x: Matrix) -> [Int] {
    signals(x).map { h in
      var highest = [Double](repeating: 0, count: h.columns)
      for (place, value) in h.scalars.enumerated() {
        highest[place % h.columns] = max(highest[place % h.columns], abs(value))
      }
      return highest.count { $0 == 0 }
    }
  }

  /// Gradient descent on mini-batches, with softmax cross-entropy; the loss of each step.
  ///
  /// It stops early, with the loss that is no number in the last place, where one is.
  mutating func train(
    on x: Matrix, labels: [Int], batch: Int, steps: Int, rate: Double, seed: UInt64
  ) -> [Double] {
    var context = Context.training(seed: seed)
    var (descent, losses) = (SGD<Double>(learningRate: rate), [Double]())
    while losses.count < steps {
      for places in Batches(of: labels.count, size: batch, using: &context.generator)
      where losses.count < steps && places.count == batch {
        let answers = places.map { labels[$0] }
        do {
          losses.append(
            try trainingStep(x.rows(places), number: losses.count, with: &descent, in: &context) {
              softmaxCrossEntropy(logits: $0, labels: answers)
            })
        } catch {
          return losses + [error.loss]
        }
      }
    }
    return losses
  }

  /// The share of samples that it classifies rightly, with its own statistics or the batch's.
  func accuracy(on x: Matrix, labels: [Int], _ context: Context) -> Double {
    var context = context
    let (logits, _) = forward(x, in: &context)
    return Core.accuracy(predicted: logits.argmaxOfRows(), actual: labels)
  }
}
