public import Backprop

/// What chapter 4, the multilayer perceptron, asks for.
public protocol Chapter04: SendableMetatype {
  static func denseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)
}
