/// A dense layer, y = x·W + b: every output is a weighted sum of all inputs, plus a bias.
public struct Dense<Scalar: Real>: Layer, Sendable {
  /// `weight` is W, `[inputs, outputs]`; `bias` is b, `[outputs]`.
  public var parameters: WeightAndBias<Scalar>

  /// The layer's input, `[batch, inputs]`.
  public struct Cache: Sendable {
    public let x: Tensor<Scalar>

    public init(x: Tensor<Scalar>) { self.x = x }
  }

  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    parameters = WeightAndBias(weight: weight, bias: bias)
    requireParameters()
  }

  /// A layer with random weights and biases of zero.
  public init(
    _ inputs: Int, _ outputs: Int, _ initializer: Initializer = .he,
    using generator: inout some RandomNumberGenerator
  ) {
    requireSize(inputs, "Dense: a number of inputs")
    requireSize(outputs, "Dense: a number of outputs")
    self.init(
      weight: initializer([inputs, outputs], fanIn: inputs, fanOut: outputs, using: &generator),
      bias: Tensor(shape: [outputs]))
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    require(
      x.rank == 2 && x.shape[1] == parameters.weight.rows,
      "Dense: the input is \(x.shape); with W \(parameters.weight.shape) it must be "
        + "[batch, \(parameters.weight.rows)]")
    let y = matmul(x, parameters.weight) + parameters.bias  // [batch, outputs]
    return (y, Cache(x: x))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    requireShapes(dY, cache)
    // forward: y = x·W + b
    let dX = matmul(dY, transposed: parameters.weight)  // [batch, inputs]
    return (dX, gradient(dY, cache))
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> WeightAndBias<Scalar> {
    requireShapes(dY, cache)
    // forward: y = x·W + b
    let dW = matmul(transposed: cache.x, dY)  // [inputs, outputs]
    let db = dY.sum(axis: 0)  // [outputs]
    return WeightAndBias(weight: dW, bias: db)
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  /// Stops with a sentence unless weight and bias, which anyone may set, fit each other.
  private func requireParameters() {
    let (weight, bias) = (parameters.weight, parameters.bias)
    require(
      weight.rank == 2 && bias.shape == [weight.columns],
      "Dense: weight \(weight.shape) and bias \(bias.shape) must be [inputs, outputs] and [outputs]"
    )
  }

  /// The same for what backward is given.
  private func requireShapes(_ dY: Tensor<Scalar>, _ cache: Cache) {
    requireParameters()
    let (x, weight) = (cache.x.shape, parameters.weight.shape)
    require(
      x.count == 2 && x[1] == weight[0] && dY.shape == [x[0], weight[1]],
      "Dense backward: dY is \(dY.shape) and the cached input \(x); with W \(weight) they must be "
        + "[m, \(weight[1])] and [m, \(weight[0])], of one forward pass")
  }
}
