// The simple recurrent network: one dense layer, used again at every step in time.

public import Core

/// What the backward pass of one step needs.
public struct RNNStepCache<Scalar: Real>: Sendable {
  /// The input, `[m, inputs]`, and the hidden state before the step, `[m, hidden]`.
  public let x, h: Tensor<Scalar>
  /// The hidden state after it, `[m, hidden]`.
  public let next: Tensor<Scalar>
}

/// One step in time, h′ = tanh(x·Wx + h·Wh + b): `[m, inputs]`, `[m, hidden]` → `[m, hidden]`.
///
/// Source: Elman, "Finding Structure in Time", 1990.
public func rnnStep<Scalar: Real>(
  _ x: Tensor<Scalar>, _ h: Tensor<Scalar>, _ parameters: RecurrentParameters<Scalar>
) -> (h: Tensor<Scalar>, cache: RNNStepCache<Scalar>) {
  let next = Activation.tanh(parameters(x, h, "rnnStep"))  // [m, hidden]
  require(
    next.shape == h.shape,
    "rnnStep: Wh is \(parameters.hiddenWeight.shape); it must be [hidden, hidden]")
  return (next, RNNStepCache(x: x, h: h, next: next))
}

/// The chain rule for one step.
///
/// - Parameters:
///   - dNext: ∂loss/∂h′, `[m, hidden]`: from the output of this step plus from the steps to come.
///   - cache: That of the forward step.
///   - parameters: Those of the forward step.
/// - Returns: The gradients of x, of the hidden state before the step, and of the parameters.
public func rnnStepBackward<Scalar: Real>(
  _ dNext: Tensor<Scalar>, _ cache: RNNStepCache<Scalar>,
  _ parameters: RecurrentParameters<Scalar>
) -> (dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>) {
  // forward: h′ = tanh(z)
  // so:      dz = dh′ · (1 - h′²)
  require(
    dNext.shape == cache.next.shape,
    "rnnStepBackward: dNext is \(dNext.shape), should be \(cache.next.shape), the hidden state's shape"
  )
  let dZ = dNext * (1 - cache.next * cache.next)  // [m, hidden]
  // forward: z = x·Wx + h·Wh + b
  return parameters.backward(dZ, cache.x, cache.h)
}

/// A recurrent layer over sequences: `[m, steps, inputs]` → `[m, steps, hidden]`, from h = 0.
public struct RNN<Scalar: Real>: Layer, Sendable {
  /// Wx `[inputs, hidden]`, Wh `[hidden, hidden]` and b `[hidden]`, shared by all steps.
  public var parameters: RecurrentParameters<Scalar>

  public init(_ parameters: RecurrentParameters<Scalar>) {
    parameters.validate()
    let hidden = parameters.hiddenWeight.shape
    require(hidden[0] == hidden[1], "RNN: Wh is \(hidden); it must be [hidden, hidden]")
    self.parameters = parameters
  }

  /// A layer with random weights and biases of zero.
  public init(
    _ inputs: Int, _ hidden: Int, _ initializer: Initializer = .glorot,
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      RecurrentParameters("RNN", inputs, hidden, blocks: 1, initializer, using: &generator))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [RNNStepCache<Scalar>]) {
    let sequence = steps(of: x, "RNN")
    var h = Tensor<Scalar>(shape: [x.rows, parameters.hiddenWeight.rows])
    let caches = sequence.map { x in
      let (next, cache) = rnnStep(x, h, parameters)
      h = next
      return cache
    }
    return (joined(caches.map(\.next), like: x, width: h.columns), caches)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: [RNNStepCache<Scalar>]
  ) -> (dInput: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>) {
    let (dX, _, gradient) = backwardThroughTime(dY, cache)
    return (dX, gradient)
  }

  /// Backpropagation through time, with ∂loss/∂h after every step, the first step's first.
  ///
  /// Source: Werbos, "Backpropagation Through Time: What It Does and How to Do It", 1990.
  public func backwardThroughTime(
    _ dY: Tensor<Scalar>, _ cache: [RNNStepCache<Scalar>]
  ) -> (
    dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], gradient: RecurrentParameters<Scalar>
  ) {
    throughTime("RNN", dY, cache, parameters) { dH, _, _, cache in
      rnnStepBackward(dH, cache, parameters)
    }
  }

  /// The same with a chain rule of one's own for one step.
  ///
  /// - Parameters:
  ///   - dY: ∂loss/∂output, `[m, steps, hidden]`.
  ///   - cache: That of the forward pass.
  ///   - step: Takes what arrives at h by the output of a step and by the steps to come, both
  ///     `[m, hidden]`, and returns what `rnnStepBackward` returns.
  /// - Returns: The gradients of the input, of h after every step, and of the parameters.
  public func backwardThroughTime(
    _ dY: Tensor<Scalar>, _ cache: [RNNStepCache<Scalar>],
    step: (_ dOutput: Tensor<Scalar>, _ fromFuture: Tensor<Scalar>, RNNStepCache<Scalar>) -> (
      dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>
    )
  ) -> (
    dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], gradient: RecurrentParameters<Scalar>
  ) {
    throughTime("RNN", dY, cache, parameters) { _, dOutput, fromFuture, cache in
      step(dOutput, fromFuture, cache)
    }
  }

  public mutating func visit(
    _ other: RecurrentParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
