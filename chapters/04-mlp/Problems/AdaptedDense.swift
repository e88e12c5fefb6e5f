public import Checking
public import Core

// Layers that take their gradients from a function of yours: forward and update are the library's,
// backward is the answer to an exercise.

/// A dense layer whose gradients come from an answer to 4.1.
public struct AdaptedDense: Layer {
  /// The layer in all but its backward.
  public var dense: Dense<Double>
  private let gradients: (DenseQuestion) throws -> DenseGradients

  public init(
    _ dense: Dense<Double>, gradients: @escaping (DenseQuestion) throws -> DenseGradients
  ) {
    (self.dense, self.gradients) = (dense, gradients)
  }

  public var parameters: WeightAndBias<Double> { dense.parameters }

  public func forward(
    _ x: Matrix, in context: inout Context
  ) -> (output: Matrix, cache: Dense<Double>.Cache) {
    dense.forward(x, in: &context)
  }

  public func backward(
    _ dY: Matrix, _ cache: Dense<Double>.Cache
  ) -> (dInput: Matrix, gradient: WeightAndBias<Double>) {
    let question = DenseQuestion(
      x: cache.x, weight: dense.parameters.weight, bias: dense.parameters.bias, dy: dY)
    let (dx, dW, db) = answer("4.1") { try gradients(question) }
    requireShape(dx, cache.x.shape, "4.1: dx")
    requireShape(dW, question.weight.shape, "4.1: dW")
    requireShape(db, question.bias.shape, "4.1: db")
    return (dx, WeightAndBias(weight: dW, bias: db))
  }

  public mutating func visit(
    _ other: WeightAndBias<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    dense.visit(other, body)
  }
}
