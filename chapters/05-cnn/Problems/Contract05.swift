// What a learner's file finds with `import Problems05`.
@_exported public import Checking
@_exported public import Core

/// What chapter 5, convolutional networks, asks for.
///
/// Images are `[m, channels, height, width]`, filters `[out, in, kh, kw]`.
public protocol Chapter05: AnswerModule {
  static func conv2dBackwardBias(_ dy: Matrix) throws -> Matrix

  static func conv2dBackwardWeights(
    _ dy: Matrix, x: Matrix, weightShape: [Int], stride: Int, padding: Int
  ) throws -> Matrix

  static func conv2dBackwardInput(
    _ dy: Matrix, weight: Matrix, inputShape: [Int], stride: Int, padding: Int
  ) throws -> Matrix

  static func maxPoolBackward(
    _ dy: Matrix, x: Matrix, window: Int, stride: Int
  ) throws -> Matrix

  static func averagePoolBackward(
    _ dy: Matrix, inputShape: [Int], window: Int, stride: Int
  ) throws -> Matrix

  static func depthwiseConv2dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int, padding: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)
}

/// Calls what chapter 5 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter05.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter05.Type).self) { try body($0, input) }
  }
}
