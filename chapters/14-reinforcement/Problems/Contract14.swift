// What a learner's file finds with `import Problems14`.
@_exported public import Checking
@_exported public import Core

/// What chapter 14, reinforcement learning, asks for.
public protocol Chapter14: AnswerModule {
  static func policyGradientBackward(
    logits: Matrix, actions: [Int], advantages: Matrix
  ) throws -> Matrix

  static func discountedReturns(
    rewards: Matrix, done: [Bool], gamma: Double, bootstrap: Double
  ) throws -> Matrix

  static func entropyBonusBackward(logits: Matrix, strength: Double) throws -> Matrix

  static func qLearningBackward(
    q: Matrix, actions: [Int], rewards: Matrix, done: [Bool], nextQ: Matrix, gamma: Double
  ) throws -> Matrix

  static func actorCriticBackward(
    logits: Matrix, values: Matrix, actions: [Int], returns: Matrix, valueStrength: Double,
    entropyStrength: Double
  ) throws -> (dLogits: Matrix, dValues: Matrix)

  static func squashedGaussianBackward(
    dAction: Matrix, dLogProbability: Matrix, mean: Matrix, logDeviation: Matrix, noise: Matrix
  ) throws -> (dMean: Matrix, dLogDeviation: Matrix)

  static func clippedSurrogateBackward(
    logits: Matrix, actions: [Int], oldLogProbabilities: Matrix, advantages: Matrix,
    epsilon: Double
  ) throws -> Matrix
}

/// Calls what chapter 14 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter14.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter14.Type).self) { try body($0, input) }
  }
}
