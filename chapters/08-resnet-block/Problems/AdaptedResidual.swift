public import Checking
public import Core
public import Images
public import Training

/// A residual sum y = F(x) + x whose gradient comes from an answer to 8.1; F may be any layer.
public struct AdaptedResidual<Body: TensorLayer<Double>>: Layer {
  public typealias Scalar = Double

  /// F, and the sum forwards.
  public var residual: Residual<Body>
  private let gradient: (ResidualQuestion) throws -> Matrix

  public init(_ body: Body, gradient: @escaping (ResidualQuestion) throws -> Matrix) {
    (residual, self.gradient) = (Residual(body), gradient)
  }

  public var parameters: Body.Parameters { residual.parameters }

  public func forward(
    _ x: Matrix, in context: inout Context
  ) -> (output: Matrix, cache: Body.Cache) {
    residual.forward(x, in: &context)
  }

  public func backward(
    _ dY: Matrix, _ cache: Body.Cache
  ) -> (dInput: Matrix, gradient: Body.Parameters) {
    // An answer that never calls F's backward leaves F without a gradient.
    var bodyGradient = residual.parameters * 0
    let question = ResidualQuestion(dy: dY) { dF in
      let (dx, gradient) = residual.body.backward(dF, cache)
      bodyGradient = gradient
      return dx
    }
    let dx = answer("8.1") { try gradient(question) }
    requireShape(dx, dY.shape, "8.1: dx")
    return (dx, bodyGradient)
  }

  public mutating func visit(
    _ other: Body.Parameters, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    residual.visit(other, body)
  }

  public mutating func observe(_ cache: Body.Cache) { residual.observe(cache) }

  public mutating func visitState(_ body: (String, inout Matrix) -> Void) {
    residual.visitState(body)
  }
}

/// A projection shortcut, a 1×1 convolution, whose gradients come from an answer to 8.2.
public struct AdaptedProjection: Layer {
  /// The layer in all but its backward; its biases are zero and stay so.
  public var convolution: Conv2d<Double>
  private let gradients: (ProjectionQuestion) throws -> ProjectionGradients

  public init(
    _ convolution: Conv2d<Double>,
    gradients: @escaping (ProjectionQuestion) throws -> ProjectionGradients
  ) {
    (self.convolution, self.gradients) = (convolution, gradients)
  }

  /// The layer's input, `[m, channels, height, width]`.
  public struct Cache: Sendable {
    let x: Matrix
  }

  public var parameters: WeightAndBias<Double> { convolution.parameters }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (y, _) = convolution.forward(x, in: &context)
    return (y, Cache(x: samplesFirst(x)))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: WeightAndBias<Double>) {
    let question = ProjectionQuestion(
      x: cache.x, weight: parameters.weight, dy: samplesFirst(dY),
      stride: convolution.geometry.stride)
    let (dx, dW) = answer("8.2") { try gradients(question) }
    requireShape(dx, cache.x.shape, "8.2: dx")
    requireShape(dW, question.weight.shape, "8.2: dW")
    return (
      samplesLast(dx), WeightAndBias(weight: dW, bias: Matrix(shape: parameters.bias.shape))
    )
  }

  public mutating func visit(
    _ other: WeightAndBias<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    convolution.visit(other, body)
  }
}

/// Global average pooling whose gradient comes from an answer to 8.3.
public struct AdaptedGlobalAveragePool: Layer {
  private let gradient: (GlobalPoolQuestion) throws -> Matrix

  public init(gradient: @escaping (GlobalPoolQuestion) throws -> Matrix) {
    self.gradient = gradient
  }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Matrix) {
    (GlobalAveragePool<Double>()(x), samplesFirst(x))
  }

  public func backward(
    _ dY: Matrix, _ cache: Matrix
  ) -> (dInput: Matrix, gradient: NoParameters<Double>) {
    let dx = answer("8.3") { try gradient(GlobalPoolQuestion(x: cache, dy: dY)) }
    requireShape(dx, cache.shape, "8.3: dx")
    return (samplesLast(dx), NoParameters())
  }
}
