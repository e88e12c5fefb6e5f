// What a learner's file finds with `import Problems02`.
@_exported public import Checking
@_exported public import Core

/// What chapter 2, losses, asks for.
public protocol Chapter02: AnswerModule {
  static func meanSquaredErrorBackward(prediction: Matrix, target: Matrix) throws -> Matrix
  static func binaryCrossEntropyWithLogitsBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix
  static func softmaxCrossEntropyBackward(logits: Matrix, targets: Matrix) throws -> Matrix
  static func l2PenaltyBackward(
    weight: Matrix, bias: Matrix, strength: Double
  ) throws -> (dW: Matrix, db: Matrix)
  static func weightedCrossEntropyBackward(
    logits: Matrix, labels: [Int], classWeights: [Double]
  ) throws -> Matrix
  static func huberBackward(prediction: Matrix, target: Matrix, delta: Double) throws -> Matrix
}

/// Calls what chapter 2 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter02.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter02.Type).self) { try body($0, input) }
  }
}
