// What a learner's file finds with `import Problems16`.
@_exported public import Checking
@_exported public import Core

/// What chapter 16, many machines, asks for.
public protocol Chapter16: AnswerModule {
  static func shardedGradient(_ means: Matrix, sizes: [Int]) throws -> Matrix

  static func ringAllReduce(_ vectors: Matrix) throws -> (results: Matrix, sent: [Int])

  static func topKWithMemory(
    _ step: Matrix, memory: Matrix, k: Int
  ) throws -> (sent: Matrix, memory: Matrix)

  static func federatedAverage(_ weights: Matrix, sizes: [Int]) throws -> Matrix

  static func privateGradient(
    _ dy: Matrix, x: Matrix, clip: Double, noiseW: Matrix, noiseB: Matrix, lot: Double
  ) throws -> (norms: Matrix, dW: Matrix, db: Matrix)

  static func mamlBackward(
    _ w: Matrix, supportX: Matrix, supportY: Matrix, queryX: Matrix, queryY: Matrix, rate: Double
  ) throws -> (adapted: Matrix, dw: Matrix)
}

/// Calls what chapter 16 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter16.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter16.Type).self) { try body($0, input) }
  }
}
