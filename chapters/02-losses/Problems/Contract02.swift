// What a learner's file finds with `import Problems02`.
@_exported public import Checking
@_exported public import Core

/// What chapter 2, losses, asks for.
public protocol Chapter02: AnswerModule {
  static func meanSquaredErrorBackward(prediction: Matrix, target: Matrix) throws -> Matrix
  static func binaryCrossEntropyWithLogitsBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix
  static func unfusedCrossEntropyBackward(
    targets: Matrix, exponentials: Matrix, sums: Matrix, probabilities: Matrix
  ) throws -> CrossEntropyGradients
  static func softmaxCrossEntropyBackward(logits: Matrix, targets: Matrix) throws -> Matrix
  static func l2PenaltyBackward(
    weight: Matrix, bias: Matrix, strength: Double
  ) throws -> (dW: Matrix, db: Matrix)
  static func weightedCrossEntropyBackward(
    logits: Matrix, labels: [Int], classWeights: [Double]
  ) throws -> Matrix
  static func huberBackward(prediction: Matrix, target: Matrix, delta: Double) throws -> Matrix
}

/// The gradients of softmax and cross-entropy in steps, the last line of the forward pass first.
public typealias CrossEntropyGradients = (
  dLogProbabilities: Matrix, dProbabilities: Matrix, dSums: Matrix, dExponentials: Matrix,
  dShifted: Matrix, dLogits: Matrix
)

/// Calls what chapter 2 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter02.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter02.Type).self) { try body($0, input) }
  }
}
