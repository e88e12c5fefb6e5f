public import Checking
public import Core
public import Images
public import Training

// Samples are innermost, as in the library's layers; the answers get images as the exercises have them.

extension Adapted {
  /// A residual sum y = F(x) + x whose gradient comes from an answer to 8.1; F may be any layer.
  public init<Body: TensorLayer<Double>>(
    _ residual: Residual<Body>, gradient: @escaping (ResidualQuestion) throws -> Matrix
  ) where Base == Residual<Body> {
    self.init(
      residual,
      backward: { residual, dY, _, cache in
        // An answer that never calls F's backward leaves F without a gradient.
        var bodyGradient = residual.parameters * 0
        let question = ResidualQuestion(dy: dY) { dF in
          let (dx, gradient) = residual.body.backward(dF, cache)
          bodyGradient = gradient
          return dx
        }
        let dx = answer("8.1") { try gradient(question) }
        requireShapes("8.1", ("dx", dx, dY))
        return (dx, bodyGradient)
      })
  }
}

extension Adapted where Base == Conv2d<Double> {
  /// A projection shortcut, a 1×1 convolution, whose gradients come from an answer to 8.2; its biases
  /// are zero and stay so.
  public init(
    _ projection: Conv2d<Double>,
    gradients: @escaping (ProjectionQuestion) throws -> ProjectionGradients
  ) {
    self.init(
      projection,
      backward: { projection, dY, x, _ in
        let question = ProjectionQuestion(
          x: samplesFirst(x), weight: projection.parameters.weight, dy: samplesFirst(dY),
          stride: projection.geometry.stride)
        let (dx, dW) = answer("8.2") { try gradients(question) }
        requireShapes("8.2", ("dx", dx, question.x), ("dW", dW, question.weight))
        let db = Matrix(shape: projection.parameters.bias.shape)
        return (samplesLast(dx), WeightAndBias(weight: dW, bias: db))
      })
  }
}

extension Adapted where Base == GlobalAveragePool<Double> {
  /// Global average pooling whose gradient comes from an answer to 8.3.
  public init(
    _ pooling: GlobalAveragePool<Double>,
    gradient: @escaping (GlobalPoolQuestion) throws -> Matrix
  ) {
    self.init(
      pooling,
      backward: { _, dY, x, _ in
        let question = GlobalPoolQuestion(x: samplesFirst(x), dy: dY)
        let dx = answer("8.3") { try gradient(question) }
        requireShapes("8.3", ("dx", dx, question.x))
        return (samplesLast(dx), NoParameters())
      })
  }
}
