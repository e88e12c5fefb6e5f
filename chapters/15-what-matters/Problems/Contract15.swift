// What a learner's file finds with `import Problems15`.
@_exported public import Checking
@_exported public import Core

/// What chapter 15, what matters, asks for.
///
/// Rows are samples, `[m, classes]`; weights are `[in, out]`; feature maps of one image `[c, h, w]`.
public protocol Chapter15: AnswerModule {
  static func distillationBackward(
    _ z: Matrix, teacher: Matrix, labels: [Int], temperature: Double, alpha: Double
  ) throws -> Matrix

  static func fakeQuantize(
    _ weight: Matrix, step: Double, bits: Int, dy: Matrix
  ) throws -> (y: Matrix, dW: Matrix)

  static func maskedDenseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, mask: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)

  static func sharedWeightBackward(_ dW: Matrix, index: [[Int]], count: Int) throws -> Matrix

  static func integratedGradients(
    at x: Matrix, baseline: Matrix, steps: Int, gradient: (_ point: Matrix) throws -> Matrix
  ) throws -> Matrix

  static func gradCAM(activations: Matrix, gradient: Matrix) throws -> Matrix

  static func learnedStepBackward(
    _ dy: Matrix, weight: Matrix, step: Double, bits: Int
  ) throws -> (dW: Matrix, dStep: Double)
}

/// Calls what chapter 15 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter15.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter15.Type).self) { try body($0, input) }
  }
}
