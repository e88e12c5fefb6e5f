// What a learner's file finds with `import Problems07`.
@_exported public import Checking
@_exported public import Core
import Sequences

/// What chapter 7, vanishing and exploding gradients, asks for.
public protocol Chapter07: AnswerModule {
  static func glorotStandardDeviation(fanIn: Int, fanOut: Int) throws -> Double

  static func heStandardDeviation(fanIn: Int) throws -> Double

  static func gradientNormPerLayer(_ gradients: [Matrix]) throws -> [Double]

  static func unfusedBatchNormBackward(
    _ dy: Matrix, gamma: Matrix, centred: Matrix, deviation: Matrix, normal: Matrix
  ) throws -> NormalizationStepGradients

  static func batchNormBackward(
    _ dy: Matrix, x: Matrix, gamma: Matrix, epsilon: Double
  ) throws -> (dx: Matrix, dGamma: Matrix, dBeta: Matrix)

  static func rnnStepBackward(
    _ dOutput: Matrix, future: Matrix, x: Matrix, previous: Matrix, h: Matrix,
    inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> RNNStepGradients

  static func layerNormBackward(
    _ dy: Matrix, x: Matrix, gamma: Matrix, epsilon: Double
  ) throws -> (dx: Matrix, dGamma: Matrix, dBeta: Matrix)
}

/// The gradients of batch normalization in steps, the last line of the forward pass first.
public typealias NormalizationStepGradients = (
  dNormal: Matrix, dDeviation: Matrix, dVariance: Matrix, dCentred: Matrix, dMean: Matrix,
  dx: Matrix
)

/// The gradients of one step of a recurrent network: of its input, of the state that it began with,
/// and the step's share in the gradients of the weights and the bias.
public typealias RNNStepGradients = (
  dx: Matrix, dPrevious: Matrix, dWx: Matrix, dWh: Matrix, db: Matrix
)

/// Calls what chapter 7 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter07.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter07.Type).self) { try body($0, input) }
  }
}
