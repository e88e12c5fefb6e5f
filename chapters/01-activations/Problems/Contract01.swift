// What a learner's file finds with `import Problems01`.
@_exported public import Checking
@_exported public import Core

/// What chapter 1, activations, asks for.
///
/// Each function is the backward half of an activation: it takes `dy`, ∂loss/∂y, and one matrix that
/// the forward pass has kept, and returns ∂loss/∂x. All have the shape of x, `[m, n]`. Which matrix
/// is kept, the input x or the output y, is what the slope is easiest to write with.
public protocol Chapter01: AnswerModule {
  static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix
  static func tanhBackward(_ dy: Matrix, y: Matrix) throws -> Matrix
  static func reluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix
  static func leakyReLUBackward(_ dy: Matrix, x: Matrix, slope: Double) throws -> Matrix
  static func softmaxBackward(_ dy: Matrix, y: Matrix) throws -> Matrix
  static func geluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix
}

/// Calls what chapter 1 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter01.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter01.Type).self) { try body($0, input) }
  }
}
