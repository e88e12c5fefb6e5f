// The gated recurrent unit: a state that is kept or replaced, element by element.

public import Core
public import Sequences

/// What the backward pass of one step needs.
public struct GRUStepCache<Scalar: Real>: Sendable {
  /// The input, `[m, inputs]`, and the state before the step, `[m, hidden]`.
  public let x, h: Tensor<Scalar>
  /// The gates r and z, and the proposal g; each `[m, hidden]`.
  public let r, z, g: Tensor<Scalar>
  /// The state's share of the proposal before r, u_n = h·Wh in the last columns, `[m, hidden]`.
  public let proposed: Tensor<Scalar>
}

/// One step in time: `[m, inputs]`, `[m, hidden]` → `[m, hidden]`.
///
///     a = x·Wx + b    u = h·Wh    three blocks of columns: r, z, n
///     r = σ(a_r + u_r)    z = σ(a_z + u_z)    g = tanh(a_n + r ⊙ u_n)
///     h′ = (1 - z) ⊙ g + z ⊙ h
///
/// r stands behind the matrix, as in PyTorch and cuDNN; Cho et al. multiply it into h before Wh. The two
/// are different networks.
///
/// Source: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014, equations 5
/// to 8; r behind the matrix: the first version of that paper on arXiv.
public func gruStep<Scalar: Real>(
  _ x: Tensor<Scalar>, _ h: Tensor<Scalar>, _ parameters: RecurrentParameters<Scalar>
) -> (h: Tensor<Scalar>, cache: GRUStepCache<Scalar>) {
  parameters.validate()
  let (wx, wh) = (parameters.inputWeight, parameters.hiddenWeight)
  require(
    x.rank == 2 && h.rank == 2 && x.rows == h.rows && x.columns == wx.rows && h.columns == wh.rows
      && wh.columns == 3 * h.columns,
    "gruStep: x is \(x.shape), h \(h.shape), Wx \(wx.shape) and Wh \(wh.shape); they must be "
      + "[m, inputs], [m, hidden], [inputs, 3·hidden] and [hidden, 3·hidden]: r, z, n")
  let a = columnBlocks(matmul(x, wx) + parameters.bias, 3)  // three of [m, hidden]
  let u = columnBlocks(matmul(h, wh), 3)
  let (r, z) = (Activation.sigmoid(a[0] + u[0]), Activation.sigmoid(a[1] + u[1]))
  let g = Activation.tanh(a[2] + r * u[2])
  let next = (1 - z) * g + z * h
  return (next, GRUStepCache(x: x, h: h, r: r, z: z, g: g, proposed: u[2]))
}

/// The chain rule for one step.
///
/// - Parameters:
///   - dNext: ∂loss/∂h′, `[m, hidden]`: from the output of this step plus from the steps to come.
///   - cache: That of the forward step.
///   - parameters: Those of the forward step.
/// - Returns: The gradients of x, of the state before the step, and of the parameters.
public func gruStepBackward<Scalar: Real>(
  _ dNext: Tensor<Scalar>, _ cache: GRUStepCache<Scalar>,
  _ parameters: RecurrentParameters<Scalar>
) -> (dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>) {
  let (h, r, z, g) = (cache.h, cache.r, cache.z, cache.g)
  parameters.validate()
  require(
    dNext.shape == h.shape && parameters.hiddenWeight.shape == [h.columns, 3 * h.columns]
      && parameters.inputWeight.rows == cache.x.columns,
    "gruStepBackward: dNext is \(dNext.shape), should be \(h.shape), the state's shape; or the "
      + "parameters are another layer's")
  // forward: h′ = (1 - z) ⊙ g + z ⊙ h
  let dG = dNext * (1 - z) * (1 - g * g)  // before tanh, [m, hidden]
  let dZ = dNext * (h - g) * z * (1 - z)  // before σ, [m, hidden]
  // forward: g = tanh(a_n + r ⊙ u_n)
  let dR = dG * cache.proposed * r * (1 - r)  // before σ, [m, hidden]
  let dA = besideEachOther([dR, dZ, dG])  // [m, 3·hidden]
  let dU = besideEachOther([dR, dZ, dG * r])  // [m, 3·hidden]
  // forward: a = x·Wx + b, u = h·Wh; h is also in h′ itself
  let dX = matmul(dA, transposed: parameters.inputWeight)  // [m, inputs]
  let dH = dNext * z + matmul(dU, transposed: parameters.hiddenWeight)  // [m, hidden]
  let gradient = RecurrentParameters(
    inputWeight: matmul(transposed: cache.x, dA),  // [inputs, 3·hidden]
    hiddenWeight: matmul(transposed: h, dU),  // [hidden, 3·hidden]
    bias: dA.sum(axis: 0))  // [3·hidden]
  return (dX, dH, gradient)
}

/// A GRU over sequences: `[m, steps, inputs]` → `[m, steps, hidden]`, from h = 0.
public struct GRU<Scalar: Real>: Layer, Sendable {
  /// Wx `[inputs, 3·hidden]`, Wh `[hidden, 3·hidden]` and b `[3·hidden]`; columns in the order r, z, n.
  public var parameters: RecurrentParameters<Scalar>

  public init(_ parameters: RecurrentParameters<Scalar>) {
    parameters.validate()
    let hidden = parameters.hiddenWeight.shape
    require(hidden[1] == 3 * hidden[0], "GRU: Wh is \(hidden); it must be [hidden, 3·hidden]")
    self.parameters = parameters
  }

  /// A layer with random weights and biases of zero.
  public init(
    _ inputs: Int, _ hidden: Int, _ initializer: Initializer = .glorot,
    using generator: inout some RandomNumberGenerator
  ) {
    self.init(
      RecurrentParameters("GRU", inputs, hidden, blocks: 3, initializer, using: &generator))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: [GRUStepCache<Scalar>]) {
    let sequence = steps(of: x, "GRU")
    var h = Tensor<Scalar>(shape: [x.rows, parameters.hiddenWeight.rows])
    var (outputs, caches) = ([Tensor<Scalar>](), [GRUStepCache<Scalar>]())
    for x in sequence {
      let (next, cache) = gruStep(x, h, parameters)
      h = next
      outputs.append(h)
      caches.append(cache)
    }
    return (joined(outputs, like: x, width: h.columns), caches)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: [GRUStepCache<Scalar>]
  ) -> (dInput: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>) {
    let result = backwardThroughTime(dY, cache) { gruStepBackward($0, $1, parameters) }
    return (result.dX, result.gradient)
  }

  /// Backpropagation through time, with ∂loss/∂h after every step, the first step's first.
  ///
  /// - Parameters:
  ///   - dY: ∂loss/∂output, `[m, steps, hidden]`.
  ///   - cache: That of the forward pass.
  ///   - step: The chain rule for one step: what `gruStepBackward` takes and returns.
  /// - Returns: The gradients of the input, of h after every step, and of the parameters.
  public func backwardThroughTime(
    _ dY: Tensor<Scalar>, _ cache: [GRUStepCache<Scalar>],
    step: (_ dNext: Tensor<Scalar>, GRUStepCache<Scalar>) -> (
      dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters<Scalar>
    )
  ) -> (
    dX: Tensor<Scalar>, dHidden: [Tensor<Scalar>], gradient: RecurrentParameters<Scalar>
  ) {
    throughTime("GRU", dY, cache, parameters) { dH, _, _, cache in step(dH, cache) }
  }

  public mutating func visit(
    _ other: RecurrentParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
