public import Checking
public import Core

/// An activation whose gradient comes from an answer, such as 1.3 for ReLU.
///
/// The answer gets matrices, whatever the layer's shape: images are laid out in one row each.
public struct AdaptedActivation: Layer {
  /// The activation in all but its backward.
  public let activation: Activation<Double>
  private let gradient: (ActivationQuestion) throws -> Matrix

  public init(
    _ activation: Activation<Double>, gradient: @escaping (ActivationQuestion) throws -> Matrix
  ) {
    (self.activation, self.gradient) = (activation, gradient)
  }

  public func forward(
    _ x: Matrix, in context: inout Context
  ) -> (output: Matrix, cache: Activation<Double>.Cache) {
    activation.forward(x, in: &context)
  }

  public func backward(
    _ dY: Matrix, _ cache: Activation<Double>.Cache
  ) -> (dInput: Matrix, gradient: NoParameters<Double>) {
    let (x, rows) = (cache.x, cache.x.rows)
    let shape = [rows, rows == 0 ? 0 : x.count / rows]
    let question = ActivationQuestion(x: x.reshaped(shape), dy: dY.reshaped(shape))
    let dx = answer("\(activation)") { try gradient(question) }
    requireShape(dx, shape, "\(activation): dx")
    return (dx.reshaped(x.shape), NoParameters())
  }
}
