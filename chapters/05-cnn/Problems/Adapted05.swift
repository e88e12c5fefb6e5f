public import Checking
public import Core
public import Images

// Samples are innermost, as in the library's layers; the answers get images as the exercises have them.

extension Adapted where Base == Conv2d<Double> {
  /// A convolution whose gradients come from answers to 5.1, 5.2 and 5.3.
  public init(
    _ convolution: Conv2d<Double>, bias: @escaping (ConvolutionBiasQuestion) throws -> Matrix,
    weights: @escaping (ConvolutionQuestion) throws -> Matrix,
    input: @escaping (ConvolutionQuestion) throws -> Matrix
  ) {
    func gradient(_ question: ConvolutionQuestion) -> WeightAndBias<Double> {
      let db = answer("5.1") {
        try bias(ConvolutionBiasQuestion(bias: question.bias, dy: question.dy))
      }
      let dW = answer("5.2") { try weights(question) }
      requireShapes("5.1", ("db", db, question.bias))
      requireShapes("5.2", ("dW", dW, question.weight))
      return WeightAndBias(weight: dW, bias: db)
    }
    self.init(
      convolution,
      gradient: { convolution, dY, x, _ in gradient(ConvolutionQuestion(convolution, dY, x)) },
      backward: { convolution, dY, x, _ in
        let question = ConvolutionQuestion(convolution, dY, x)
        let (dx, dParameters) = both(
          { answer("5.3") { try input(question) } }, { gradient(question) })
        requireShapes("5.3", ("dx", dx, question.x))
        return (samplesLast(dx), dParameters)
      })
  }
}

extension ConvolutionQuestion {
  /// What a layer of a network asks.
  fileprivate init(_ convolution: Conv2d<Double>, _ dY: Matrix, _ x: Matrix) {
    self.init(
      x: samplesFirst(x), weight: convolution.parameters.weight, bias: convolution.parameters.bias,
      dy: samplesFirst(dY), convolution.geometry)
  }
}

extension Adapted where Base == MaxPool2d<Double> {
  /// Max pooling, without padding, whose gradient comes from an answer to 5.4.
  public init(_ pooling: Base, gradient: @escaping (PoolingQuestion) throws -> Matrix) {
    self.init(
      pooling,
      backward: { pooling, dY, x, _ in
        (pooled("5.4", pooling.geometry, dY, x, gradient), NoParameters())
      })
  }
}

extension Adapted where Base == AveragePool2d<Double> {
  /// Average pooling, without padding, whose gradient comes from an answer to 5.5.
  public init(_ pooling: Base, gradient: @escaping (PoolingQuestion) throws -> Matrix) {
    self.init(
      pooling,
      backward: { pooling, dY, x, _ in
        (pooled("5.5", pooling.geometry, dY, x, gradient), NoParameters())
      })
  }
}

/// ∂loss/∂x of a pooling layer, from an answer.
private func pooled(
  _ id: String, _ geometry: PoolingGeometry, _ dY: Matrix, _ x: Matrix,
  _ gradient: (PoolingQuestion) throws -> Matrix
) -> Matrix {
  require(geometry.padding == 0, "\(id): the exercise has no padding")
  let question = PoolingQuestion(
    x: samplesFirst(x), dy: samplesFirst(dY), window: geometry.window, stride: geometry.stride)
  let dx = answer(id) { try gradient(question) }
  requireShapes(id, ("dx", dx, question.x))
  return samplesLast(dx)
}
