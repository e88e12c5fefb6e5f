public import Checking
public import Core

// Layers that take their gradients from a function of yours: forward and update are the library's,
// backward is the answer to an exercise.

extension Adapted where Base == Dense<Double> {
  /// A dense layer whose gradients come from an answer to 4.1.
  public init(
    _ dense: Dense<Double>, gradients: @escaping (DenseQuestion) throws -> DenseGradients
  ) {
    self.init(
      dense,
      backward: { dense, dY, x, _ in
        let (weight, bias) = (dense.parameters.weight, dense.parameters.bias)
        let question = DenseQuestion(x: x, weight: weight, bias: bias, dy: dY)
        let (dx, dW, db) = answer("4.1") { try gradients(question) }
        requireShapes("4.1", ("dx", dx, x), ("dW", dW, weight), ("db", db, bias))
        return (dx, WeightAndBias(weight: dW, bias: db))
      })
  }
}

extension Adapted where Base == Dropout<Double> {
  /// Dropout whose gradient comes from an answer to 4.3, which gets a mask of zeros and ones.
  public init(
    _ dropout: Dropout<Double>, gradient: @escaping (DropoutQuestion) throws -> Matrix
  ) {
    self.init(
      dropout,
      backward: { dropout, dY, x, cache in
        guard let scaled = cache.scaledMask else { return (dY, NoParameters()) }
        let mask = scaled.map { $0 > 0 ? 1.0 : 0 }
        let question = DropoutQuestion(x: x, mask: mask, rate: dropout.rate, dy: dY)
        let dx = answer("4.3") { try gradient(question) }
        requireShapes("4.3", ("dx", dx, x))
        return (dx, NoParameters())
      })
  }
}
