// Long short-term memory: a cell state that is added to, so that its gradient need not shrink.

public import Core

/// What the backward pass of one step needs.
public struct LSTMStepCache<Scalar: Real>: Sendable {
  /// The input, `[m, inputs]`, and both states before the step, `[m, hidden]`.
  public let x, h, c: Tensor<Scalar>
  /// The gates i, f and o, and what may be written, g, side by side in the order i, f, g, o:
  /// `[m, 4·hidden]`.
  public let gates: Tensor<Scalar>
  /// tanh of the cell state after the step, `[m, hidden]`.
  public let tanhC: Tensor<Scalar>

  /// One of the gates, `[m, hidden]`.
  public var i: Tensor<Scalar> { columnBlocks(gates, 4)[0] }
  public var f: Tensor<Scalar> { columnBlocks(gates, 4)[1] }
  public var g: Tensor<Scalar> { columnBlocks(gates, 4)[2] }
  public var o: Tensor<Scalar> { columnBlocks(gates, 4)[3] }
}

/// One step in time: `[m, inputs]`, `[m, hidden]`, `[m, hidden]` → `[m, hidden]`, `[m, hidden]`.
///
///     z = x·Wx + h·Wh + b,    four blocks of columns: i, f, g, o
///     i = σ(zᵢ)   f = σ(z_f)   g = tanh(z_g)   o = σ(zₒ)
///     c′ = f ⊙ c + i ⊙ g      h′ = o ⊙ tanh(c′)
///
/// Source: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; the forget gate f: Gers,
/// Schmidhuber, Cummins, "Learning to Forget", 2000.
public func lstmStep<Scalar: Real>(
  _ x: Tensor<Scalar>, _ h: Tensor<Scalar>, _ c: Tensor<Scalar>,
  _ parameters: RecurrentParameters<Scalar>
) -> (h: Tensor<Scalar>, c: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
  parameters.requireFit(x, h, "lstmStep")
  return lstmStep(matmul(x, parameters.inputWeight), at: 0, of: 1, x, h, c, parameters)
}

/// The same where x·Wx is there already, `[m·steps, 4·hidden]`, for step t of several.
private func lstmStep<Scalar: Real>(
  _ fromInput: Tensor<Scalar>, at t: Int, of steps: Int, _ x: Tensor<Scalar>, _ h: Tensor<Scalar>,
  _ c: Tensor<Scalar>, _ parameters: RecurrentParameters<Scalar>
) -> (h: Tensor<Scalar>, c: Tensor<Scalar>, cache: LSTMStepCache<Scalar>) {
  require(
    parameters.bias.count == 4 * h.columns && c.shape == h.shape,
    "lstmStep: h is \(h.shape), c \(c.shape) and b \(parameters.bias.shape); h and c must be alike, "
      + "and b four times as wide: i, f, g, o")
  // forward: z = x·Wx + h·Wh + b
  let after = lstmGates(
    fromInput, at: t, of: steps, h, c, parameters)
  return (
    after.state, after.cell,
    LSTMStepCache(x: x, h: h, c: c, gates: after.gates, tanhC: after.tanhC)
  )
}

/// The chain rule for one step.
///
/// - Parameters:
///   - dNext: ∂loss/∂h′, `[m, hidden]`: from the output of this step plus from the steps to come.
///   - dNextC: ∂loss/∂c′ from the steps to come, `[m, hidden]`.
///   - cache: That of the forward step.
///   - parameters: Those of the forward step.
/// - Returns: The gradients of x, of both states before the step, and of the parameters.
public func lstmStepBackward<Scalar: Real>(
  _ dNext: Tensor<Scalar>, _ dNextC: Tensor<Scalar>, _ cache: LSTMStepCache<Scalar>,
  _ parameters: RecurrentParameters<Scalar>
) -> (
  dX: Tensor<Scalar>, dH: Tensor<Scalar>, dC: Tensor<Scalar>,
  gradient: RecurrentParameters<Scalar>
) {
  requireFit(dNext, dNextC, cache)
  var dZ = Tensor<Scalar>(unfilled: cache.gates.shape)
  let (_, dC) = lstmGatesBackward(dNext, next: nil, dNextC, cache, to: &dZ, at: 0)
  // forward: z = x·Wx + h·Wh + b
  let (dX, dH, gradient) = parameters.backward(dZ, cache.x, cache.h)
  return (dX, dH, dC, gradient)
}

/// Stops with a sentence unless the gradients have the states' shape.
private func requireFit<Scalar: Real>(
  _ dNext: Tensor<Scalar>, _ dNextC: Tensor<Scalar>, _ cache: LSTMStepCache<Scalar>
) {
  let shape = cache.tanhC.shape
  require(
    dNext.shape == shape && dNextC.shape == shape,
    "lstmStepBackward: dNext is \(dNext.shape) and dNextC \(dNextC.shape), both should be "
      + "\(shape), the states' shape")
}

/// An LSTM over sequences: `[m, steps, inputs]` → `[m, steps, hidden]`, from h = 0 and c = 0.
public struct LSTM<Scalar: Real>: Layer, Sendable {
  /// Wx `[inputs, 4·hidden]`, Wh `[hidden, 4·hidden]` and b `[4·hidden]`; columns in the order i, f,
  /// g, o.
  public var parameters: RecurrentParameters<Scalar>

  public init(_ parameters: RecurrentParameters<Scalar>) {
    parameters.validate()
    let hidden = parameters.hiddenWeight.shape
    require(hidden[1] == 4 * hidden[0], "LSTM: Wh is \(hidden); it must be [hidden, 4·hidden]")
    self.parameters = parameters
  }

  /// A layer with random weights.
  ///
  /// Biases are zero, but for those of the forget gates: with 1 there, the cell remembers at first
  /// (Jozefowicz, Zaremba, Sutskever, ICML 2015, section 5).
  public init(
    _ inputs: Int, _ hidden: Int, _ initializer: Initializer = .glorot, forgetBias: Scalar = 1,
    using generator: inout some RandomNumberGenerator
  ) {
    requireFinite(forgetBias, "LSTM: the forget gates' bias")
    var parameters = RecurrentParameters<Scalar>(
      "LSTM", inputs, hidden, blocks: 4, initializer, using: &generator)
    for j in hidden..<2 * hidden { parameters.bias[j] = forgetBias }
    self.init(parameters)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [LSTMStepCache<Scalar>]) {
    let sequence = steps(of: x, "LSTM")
    var h = Tensor<Scalar>(shape: [x.rows, parameters.hiddenWeight.rows])
    var c = h
    guard let first = sequence.first else { return (joined([], like: x, width: h.columns), []) }
    parameters.requireFit(first, h, "LSTM")
    // x·Wx of all steps in one product; what comes from h has to wait for h.
    let fromInput = matmul(
      x.reshaped([x.rows * sequence.count, first.columns]), parameters.inputWeight)
    var (outputs, caches) = ([Tensor<Scalar>](), [LSTMStepCache<Scalar>]())
    for (t, x) in sequence.enumerated() {
      let (nextH, nextC, cache) = lstmStep(
        fromInput, at: t, of: sequence.count, x, h, c, parameters)
      (h, c) = (nextH, nextC)
      outputs.append(h)
      caches.append(cache)
    }
    return (joined(outputs, like: x, width: h.columns), caches)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: [LSTMStepCache<Scalar>]
  ) -> (dInput: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>) {
    let result = backwardThroughTime(dY, cache)
    return (result.dX, result.gradient)
  }

  /// Backpropagation through time, with ∂loss/∂h and ∂loss/∂c after every step, the first step's
  /// first.
  ///
  /// ∂loss/∂c is what arrives from the steps to come; the way through this step's own h is not in it.
  public func backwardThroughTime(
    _ dY: Tensor<Scalar>, _ cache: [LSTMStepCache<Scalar>]
  ) -> (
    dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], dCell: [Tensor<Scalar>],
    gradient: RecurrentParameters<Scalar>
  ) {
    let dOutputs = stepGradients("LSTM", dY, cache.count)
    parameters.validate()
    let (m, hidden) = (dY.rows, parameters.hiddenWeight.rows)
    let hiddenWeight = parameters.hiddenWeight.transposed  // [4·hidden, hidden]
    // No step waits for the gradients of x and of the parameters: they are made at the end, by one
    // product for all steps. So ∂loss/∂z of each is written below that of the step before.
    var dZ = Tensor<Scalar>(unfilled: [cache.count * m, 4 * hidden])
    var dC = Tensor<Scalar>(shape: [m, hidden])
    var (dHidden, dCell) = ([Tensor<Scalar>](), [Tensor<Scalar>]())
    for t in cache.indices.reversed() {
      requireFit(dOutputs[t], dC, cache[t])
      parameters.requireFit([m, 4 * hidden], cache[t].x, cache[t].h)
      // forward: c is handed on beside h, and read nowhere else
      dCell.append(dC)
      let next = t + 1 < cache.count ? hiddenWeight : nil
      let (dH, dBefore) = lstmGatesBackward(dOutputs[t], next: next, dC, cache[t], to: &dZ, at: t)
      dHidden.append(dH)
      dC = dBefore
    }
    let (dX, gradient) = parameters.backwardOfMany(
      dZ, oneBelowAnother(cache.map { $0.x }, width: parameters.inputWeight.rows),
      oneBelowAnother(cache.map { $0.h }, width: hidden))  // dX: [steps·m, inputs]
    let dInputs = cache.indices.map { dX.rows($0 * m..<($0 + 1) * m) }
    return (
      joined(dInputs, like: dY, width: dX.columns), dHidden.reversed(), dCell.reversed(), gradient
    )
  }

  /// The same with a chain rule of one's own for one step, what `lstmStepBackward` takes and returns, and
  /// with what arrives at c after the last step, where something reads it.
  package func backwardThroughTime(
    _ dY: Tensor<Scalar>, _ cache: [LSTMStepCache<Scalar>], dLastC: Tensor<Scalar>? = nil,
    step: (_ dNext: Tensor<Scalar>, _ dNextC: Tensor<Scalar>, LSTMStepCache<Scalar>) -> (
      dX: Tensor<Scalar>, dH: Tensor<Scalar>, dC: Tensor<Scalar>,
      gradient: RecurrentParameters<Scalar>
    )
  ) -> (
    dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], dCell: [Tensor<Scalar>],
    gradient: RecurrentParameters<Scalar>
  ) {
    // forward: c is handed on beside h, and read nowhere else
    var (fromFuture, dCell) = (dLastC, [Tensor<Scalar>]())
    let (dX, dHidden, gradient) = throughTime("LSTM", dY, cache, parameters) { dH, _, _, cache in
      let dC = fromFuture ?? Tensor(shape: dH.shape)  // [m, hidden]
      dCell.append(dC)
      let before = step(dH, dC, cache)
      fromFuture = before.dC
      return (before.dX, before.dH, before.gradient)
    }
    return (dX, dHidden, dCell.reversed(), gradient)
  }

  public mutating func visit(
    _ other: RecurrentParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
