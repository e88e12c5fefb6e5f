// What a learner's file finds with `import Problems09`.
@_exported public import Checking
@_exported public import Core
@_exported public import struct Detection.Region

/// What chapter 9, detection and segmentation, asks for.
///
/// Boxes are rows (x₁, y₁, x₂, y₂) in pixels, x to the right, y down; images are
/// `[m, channels, height, width]`.
public protocol Chapter09: AnswerModule {
  static func focalLossBackward(
    logits: Matrix, targets: Matrix, alpha: Double, gamma: Double
  ) throws -> Matrix

  static func boxDecodeBackward(
    _ dCorners: Matrix, offsets: Matrix, cells: Matrix, stride: Double, prior: Double
  ) throws -> Matrix

  static func giouLossBackward(prediction: Matrix, target: Matrix) throws -> Matrix

  static func transposedConv2dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int, padding: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)

  static func upsampleConcatBackward(
    _ dy: Matrix, channels: Int
  ) throws -> (du: Matrix, dSkip: Matrix)

  static func softDiceBackward(
    probabilities: Matrix, targets: Matrix, epsilon: Double
  ) throws -> Matrix

  static func regionMaxPoolBackward(
    _ dy: Matrix, x: Matrix, regions: [Region]
  ) throws -> Matrix
}

/// Calls what chapter 9 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter09.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter09.Type).self) { try body($0, input) }
  }
}
