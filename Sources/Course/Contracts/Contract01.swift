public import Backprop

/// What chapter 1, activations, asks for.
public protocol Chapter01: SendableMetatype {
  static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix
}
