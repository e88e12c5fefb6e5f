// Long short-term memory: a cell state that is added to, so that its gradient need not shrink.

public import Core

/// What the backward pass of one step needs.
public struct LSTMStepCache<Scalar: Real>: Sendable {
  /// The input, `[m, inputs]`, and both states before the step, `[m, hidden]`.
  public let x, h, c: Tensor<Scalar>
  /// The gates i, f and o, and what may be written, g; each `[m, hidden]`.
  public let i, f, g, o: Tensor<Scalar>
  /// tanh of the cell state after the step, `[m, hidden]`.
  public let tanhC: Tensor<Scalar>
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
  require(
    parameters.bias.count == 4 * h.columns && c.shape == h.shape,
    "lstmStep: h is \(h.shape), c \(c.shape) and b \(parameters.bias.shape); h and c must be alike, "
      + "and b four times as wide: i, f, g, o")
  let z = blocks(parameters(x, h, "lstmStep"))  // four of [m, hidden]
  let (i, f, o) = (Activation.sigmoid(z[0]), Activation.sigmoid(z[1]), Activation.sigmoid(z[3]))
  let g = Activation.tanh(z[2])
  let nextC = f * c + i * g
  let tanhC = Activation.tanh(nextC)
  let cache = LSTMStepCache(x: x, h: h, c: c, i: i, f: f, g: g, o: o, tanhC: tanhC)
  return (o * tanhC, nextC, cache)
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
  let (i, f, g, o, tanhC) = (cache.i, cache.f, cache.g, cache.o, cache.tanhC)
  require(
    dNext.shape == tanhC.shape && dNextC.shape == tanhC.shape,
    "lstmStepBackward: dNext is \(dNext.shape) and dNextC \(dNextC.shape), both should be "
      + "\(tanhC.shape), the states' shape")
  // forward: h′ = o ⊙ tanh(c′)
  let dO = dNext * tanhC  // [m, hidden]
  let dCell = dNextC + dNext * o * (1 - tanhC * tanhC)  // [m, hidden]
  // forward: c′ = f ⊙ c + i ⊙ g
  let (dF, dI, dG) = (dCell * cache.c, dCell * g, dCell * i)
  let dC = dCell * f
  // forward: i = σ(zᵢ), f = σ(z_f), g = tanh(z_g), o = σ(zₒ)
  let dZ = besideEachOther([
    dI * i * (1 - i), dF * f * (1 - f), dG * (1 - g * g), dO * o * (1 - o),
  ])  // [m, 4·hidden]
  // forward: z = x·Wx + h·Wh + b
  let (dX, dH, gradient) = parameters.backward(dZ, cache.x, cache.h)
  return (dX, dH, dC, gradient)
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
    requireSize(inputs, "LSTM: a number of inputs")
    requireSize(hidden, "LSTM: a hidden state")
    requireFinite(forgetBias, "LSTM: the forget gates' bias")
    var bias = Tensor<Scalar>(shape: [4 * hidden])
    for j in hidden..<2 * hidden { bias[j] = forgetBias }
    self.init(
      RecurrentParameters(
        inputWeight: initializer(
          [inputs, 4 * hidden], fanIn: inputs, fanOut: hidden, using: &generator),
        hiddenWeight: initializer(
          [hidden, 4 * hidden], fanIn: hidden, fanOut: hidden, using: &generator), bias: bias))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [LSTMStepCache<Scalar>]) {
    let sequence = steps(of: x, "LSTM")
    var h = Tensor<Scalar>(shape: [x.rows, parameters.hiddenWeight.rows])
    var c = h
    var (outputs, caches) = ([Tensor<Scalar>](), [LSTMStepCache<Scalar>]())
    for x in sequence {
      let (nextH, nextC, cache) = lstmStep(x, h, c, parameters)
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
    let dOutputs = steps(of: dY, "LSTM backward")
    requireSteps(dOutputs.count, cache.count, "LSTM")
    parameters.validate()
    var gradient = parameters.zeros
    var fromFuture = Tensor<Scalar>(shape: [dY.rows, parameters.hiddenWeight.rows])
    var dC = fromFuture
    var dInputs: [Tensor<Scalar>] = []
    var (dHidden, dCell) = (dInputs, dInputs)
    for t in cache.indices.reversed() {
      // forward: h goes two ways, into the output of step t and into step t + 1
      let dH = dOutputs[t] + fromFuture  // [m, hidden]
      dHidden.append(dH)
      dCell.append(dC)
      let step = lstmStepBackward(dH, dC, cache[t], parameters)
      // forward: every step has the same parameters
      gradient = gradient + step.gradient
      (fromFuture, dC) = (step.dH, step.dC)
      dInputs.append(step.dX)
    }
    let dX = joined(dInputs.reversed(), like: dY, width: parameters.inputWeight.rows)
    return (dX, dHidden.reversed(), dCell.reversed(), gradient)
  }

  public mutating func visit(
    _ other: RecurrentParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}

/// The four blocks of columns: `[m, 4n]` → four `[m, n]`.
private func blocks<Scalar: Real>(_ z: Tensor<Scalar>) -> [Tensor<Scalar>] {
  steps(of: z.reshaped([z.rows, 4, z.columns / 4]), "lstmStep")
}

/// The way back from `blocks`.
private func besideEachOther<Scalar: Real>(_ parts: [Tensor<Scalar>]) -> Tensor<Scalar> {
  let (m, n) = (parts[0].rows, parts[0].columns)
  let shape = Tensor<Scalar>(shape: [m, parts.count, 0])
  return joined(parts, like: shape, width: n).reshaped([m, parts.count * n])
}
