public import Checking
public import Core

extension Adapted where Base == Activation<Double> {
  /// An activation whose gradient comes from an answer, such as 1.3 for ReLU.
  ///
  /// The answer gets matrices, whatever the layer's shape: images are laid out in one row each.
  public init(
    _ activation: Activation<Double>, gradient: @escaping (ActivationQuestion) throws -> Matrix
  ) {
    self.init(
      activation,
      backward: { activation, dY, x, _ in
        let shape = [x.rows, x.rows == 0 ? 0 : x.count / x.rows]
        let question = ActivationQuestion(x: x.reshaped(shape), dy: dY.reshaped(shape))
        let dx = answer("\(activation)") { try gradient(question) }
        requireShapes("\(activation)", ("dx", dx, question.x))
        return (dx.reshaped(x.shape), NoParameters())
      })
  }
}
