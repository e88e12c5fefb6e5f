public import Core

/// The parameters of a recurrent step: x·Wx + h·Wh + b.
public struct RecurrentParameters<Scalar: Real>: ParameterSet {
  /// Wx, `[inputs, columns]`.
  public var inputWeight: Tensor<Scalar>
  /// Wh, `[hidden, columns]`; the matrix that a gradient meets once for every step back in time.
  public var hiddenWeight: Tensor<Scalar>
  /// b, `[columns]`.
  public var bias: Tensor<Scalar>

  public init(inputWeight: Tensor<Scalar>, hiddenWeight: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.inputWeight, self.hiddenWeight, self.bias) = (inputWeight, hiddenWeight, bias)
    validate()
  }

  /// Random weights and biases of zero, for a step whose columns are blocks as wide as the state.
  package init(
    _ name: String, _ inputs: Int, _ hidden: Int, blocks: Int, _ initializer: Initializer,
    using generator: inout some RandomNumberGenerator
  ) {
    requireSize(inputs, "\(name): a number of inputs")
    requireSize(hidden, "\(name): a hidden state")
    func draw(_ rows: Int) -> Tensor<Scalar> {
      initializer([rows, blocks * hidden], fanIn: rows, fanOut: hidden, using: &generator)
    }
    self.init(
      inputWeight: draw(inputs), hiddenWeight: draw(hidden), bias: Tensor(shape: [blocks * hidden]))
  }

  /// Stops with a sentence unless the three, which anyone may set, fit each other.
  package func validate() {
    require(
      inputWeight.rank == 2 && hiddenWeight.rank == 2
        && bias.shape == [inputWeight.shape[1]] && bias.shape == [hiddenWeight.shape[1]],
      "RecurrentParameters: Wx is \(inputWeight.shape), Wh \(hiddenWeight.shape) and b "
        + "\(bias.shape); they must have as many columns as b has numbers")
  }

  public mutating func visit(
    _ other: RecurrentParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("inputWeight", &inputWeight, other.inputWeight)
    body("hiddenWeight", &hiddenWeight, other.hiddenWeight)
    body("bias", &bias, other.bias)
  }

  /// z = x·Wx + h·Wh + b, `[m, columns]`.
  func callAsFunction(_ x: Tensor<Scalar>, _ h: Tensor<Scalar>, _ name: String) -> Tensor<Scalar> {
    requireFit(x, h, name)
    return matmul(x, inputWeight) + matmul(h, hiddenWeight) + bias
  }

  /// Stops with a sentence unless an input and a state are such as the parameters take.
  func requireFit(_ x: Tensor<Scalar>, _ h: Tensor<Scalar>, _ name: String) {
    validate()
    require(
      x.rank == 2 && h.rank == 2 && x.rows == h.rows && x.columns == inputWeight.rows
        && h.columns == hiddenWeight.rows,
      "\(name): x is \(x.shape) and h \(h.shape); they must be [m, \(inputWeight.rows)] and "
        + "[m, \(hiddenWeight.rows)]")
  }

  /// The chain rule for z = x·Wx + h·Wh + b.
  func backward(
    _ dZ: Tensor<Scalar>, _ x: Tensor<Scalar>, _ h: Tensor<Scalar>
  ) -> (dX: Tensor<Scalar>, dH: Tensor<Scalar>, gradient: RecurrentParameters) {
    requireFit(dZ.shape, x, h)
    // forward: z = x·Wx + h·Wh + b
    let dH = matmul(dZ, transposed: hiddenWeight)  // [m, hidden]
    let (dX, gradient) = backwardOfMany(dZ, x, h)
    return (dX, dH, gradient)
  }

  /// The same without what h gets, for one step, or for several below one another.
  func backwardOfMany(
    _ dZ: Tensor<Scalar>, _ x: Tensor<Scalar>, _ h: Tensor<Scalar>
  ) -> (dX: Tensor<Scalar>, gradient: RecurrentParameters) {
    let dX = matmul(dZ, transposed: inputWeight)  // [m, inputs]
    let gradient = RecurrentParameters(
      inputWeight: matmul(transposed: x, dZ),  // [inputs, columns]
      hiddenWeight: matmul(transposed: h, dZ),  // [hidden, columns]
      bias: dZ.sum(axis: 0))  // [columns]
    return (dX, gradient)
  }

  /// Stops with a sentence unless ∂loss/∂z, x and h are those of one step of these parameters.
  func requireFit(_ dZ: [Int], _ x: Tensor<Scalar>, _ h: Tensor<Scalar>) {
    validate()
    require(
      dZ == [x.rows, bias.count] && x.columns == inputWeight.rows
        && h.columns == hiddenWeight.rows,
      "recurrent step backward: the gradient is \(dZ), the cached x \(x.shape) and h \(h.shape); "
        + "with Wx \(inputWeight.shape) and Wh \(hiddenWeight.shape) they belong to another step or layer"
    )
  }

  /// A gradient of zeros, for sums over time.
  package var zeros: RecurrentParameters {
    RecurrentParameters(
      inputWeight: Tensor(shape: inputWeight.shape),
      hiddenWeight: Tensor(shape: hiddenWeight.shape), bias: Tensor(shape: bias.shape))
  }
}
