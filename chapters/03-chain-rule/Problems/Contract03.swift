// What a learner's file finds with `import Problems03`.
@_exported public import Autodiff
@_exported public import Checking
@_exported public import Core

/// What chapter 3, the chain rule, asks for.
public protocol Chapter03: AnswerModule {
  static func numericalGradient(
    of f: (Matrix) throws -> Double, at x: Matrix, step h: Double
  ) throws -> Matrix

  static func multiplyBackward(
    _ a: Double, _ b: Double, upstream: Double
  ) throws -> (da: Double, db: Double)

  static func tanhNodeBackward(y: Double, upstream: Double) throws -> Double

  static func powNodeBackward(x: Double, exponent: Double, upstream: Double) throws -> Double

  static func topologicalOrder(parents: [[Int]], root: Int) throws -> [Int]

  static func backward(graph: ExpressionGraph, order: [Int]) throws -> [Double]

  static func twoLayerBackward(
    x: Matrix, h: Matrix, y: Matrix, target: Matrix, weight1: Matrix, weight2: Matrix
  ) throws -> TwoLayerGradients

  static func forwardMode(
    graph: ExpressionGraph, order: [Int], tangents: [Double]
  ) throws -> [Double]
}

/// The gradients of a net with two layers, from the output back to the input.
public typealias TwoLayerGradients = (
  dW2: Matrix, db2: Matrix, dh: Matrix, dW1: Matrix, db1: Matrix, dx: Matrix
)

/// Calls what chapter 3 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter03.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter03.Type).self) { try body($0, input) }
  }
}
