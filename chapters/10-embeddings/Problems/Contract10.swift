// What a learner's file finds with `import Problems10`.
@_exported public import Checking
@_exported public import Core
import Embeddings

/// What chapter 10, embeddings, asks for.
public protocol Chapter10: AnswerModule {
  static func embeddingBackward(_ dy: Matrix, ids: [[Int]], vocabulary: Int) throws -> Matrix

  static func l2NormalizeBackward(_ dy: Matrix, x: Matrix) throws -> Matrix

  static func tripletLossBackward(
    anchor a: Matrix, positive p: Matrix, negative n: Matrix, margin: Double
  ) throws -> (dAnchor: Matrix, dPositive: Matrix, dNegative: Matrix)

  static func infoNCEBackward(
    _ a: Matrix, _ b: Matrix, temperature: Double
  ) throws -> (dA: Matrix, dB: Matrix)

  static func negativeSamplingBackward(
    _ u: Matrix, _ v: Matrix, centres: [Int], contexts: [Int], negatives: [[Int]]
  ) throws -> (dU: Matrix, dV: Matrix)

  static func matrixFactorizationBackward(
    _ p: Matrix, _ q: Matrix, userBias: Matrix, itemBias: Matrix, mean: Double, users: [Int],
    items: [Int], ratings: Matrix, penalty: Double
  ) throws -> (dP: Matrix, dQ: Matrix, dUserBias: Matrix, dItemBias: Matrix)

  static func kalmanStep(
    state: Matrix, covariance: Matrix, measurement: Matrix, processNoise: Matrix,
    measurementNoise: Matrix
  ) throws -> (state: Matrix, covariance: Matrix, squaredDistance: Double)
}

/// Calls what chapter 10 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter10.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter10.Type).self) { try body($0, input) }
  }
}
