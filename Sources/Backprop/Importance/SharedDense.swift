public import Core

/// The parameters of a dense layer with shared weights, or their gradients.
public struct CodebookAndBias<Scalar: Real>: ParameterSet {
  /// C, `[k]`.
  public var codebook: Tensor<Scalar>
  /// b, `[outputs]`.
  public var bias: Tensor<Scalar>

  public init(codebook: Tensor<Scalar>, bias: Tensor<Scalar>) {
    (self.codebook, self.bias) = (codebook, bias)
  }

  public mutating func visit(
    _ other: CodebookAndBias, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("codebook", &codebook, other.codebook)
    body("bias", &bias, other.bias)
  }
}

/// A dense layer whose weights are k numbers: y = x·C[index] + b.
///
/// Which number a weight has is fixed; what the number is, all its uses learn together. Stored, a weight
/// needs log₂ k bits.
///
/// Source: Han, Mao, Dally, "Deep compression", 2016, section 3.
public struct SharedDense<Scalar: Real>: Layer, Sendable {
  public var parameters: CodebookAndBias<Scalar>
  /// A place in the codebook for each weight of `[inputs, outputs]`, in row-major order.
  public let index: [Int]
  private let shape: [Int]

  public typealias Cache = Dense<Scalar>.Cache

  /// A layer whose k values are found among a dense layer's weights.
  public init(_ layer: Dense<Scalar>, values k: Int) {
    let weight = layer.parameters.weight
    let (values, index) = Importance.codebook(of: weight, values: k)
    self.init(codebook: values, index: index, shape: weight.shape, bias: layer.parameters.bias)
  }

  /// A layer with values and places of one's own; the shape is `[inputs, outputs]`.
  public init(codebook: Tensor<Scalar>, index: [Int], shape: [Int], bias: Tensor<Scalar>) {
    parameters = CodebookAndBias(codebook: codebook, bias: bias)
    (self.index, self.shape) = (index, shape)
    _ = expanded
  }

  /// The dense layer that is computed with: C[index] and b.
  public var expanded: Dense<Scalar> {
    Dense(
      weight: sharedWeight(parameters.codebook, index: index, shape: shape), bias: parameters.bias)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    expanded.forward(x, in: &context)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: CodebookAndBias<Scalar>) {
    let (dX, gradient) = expanded.backward(dY, cache)
    return (dX, gathered(gradient))
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> CodebookAndBias<Scalar> {
    gathered(expanded.gradient(dY, cache))
  }

  /// From the weights to their values: forward it is W = C[index].
  private func gathered(_ gradient: WeightAndBias<Scalar>) -> CodebookAndBias<Scalar> {
    let dC = sharedWeightBackward(
      gradient.weight, index: index, of: parameters.codebook.count)  // [k]
    return CodebookAndBias(codebook: dC, bias: gradient.bias)
  }

  public mutating func visit(
    _ other: CodebookAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
