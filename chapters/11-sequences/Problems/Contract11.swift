// What a learner's file finds with `import Problems11`.
@_exported public import Checking
@_exported public import Core
import SequenceLayers
import Sequences

/// What chapter 11, sequences, asks for.
public protocol Chapter11: AnswerModule {
  static func maskedCrossEntropyBackward(
    _ logits: Matrix, targets: [[Int]], mask: [[Int]]
  ) throws -> Matrix

  static func lstmStepBackward(
    _ dNext: Matrix, dNextCell: Matrix, x: Matrix, h: Matrix, cell: Matrix, i: Matrix, f: Matrix,
    g: Matrix, o: Matrix, nextCell: Matrix, inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> LSTMStepGradients

  static func gruStepBackward(
    _ dNext: Matrix, x: Matrix, h: Matrix, r: Matrix, z: Matrix, g: Matrix, proposed: Matrix,
    inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> GRUStepGradients

  static func dotAttentionBackward(
    _ dContext: Matrix, query: Matrix, states: Matrix, weights: Matrix
  ) throws -> (dQuery: Matrix, dStates: Matrix)

  static func causalConv1dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, dilation: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix)

  static func ctcBackward(_ logits: Matrix, labels: [[Int]]) throws -> Matrix
}

/// The gradients of one step of an LSTM: of its input, of both states that it began with, and the step's
/// share in the gradients of the weights and the bias.
public typealias LSTMStepGradients = (
  dx: Matrix, dh: Matrix, dCell: Matrix, dWx: Matrix, dWh: Matrix, db: Matrix
)

/// The same of a GRU, which has one state.
public typealias GRUStepGradients = (
  dx: Matrix, dh: Matrix, dWx: Matrix, dWh: Matrix, db: Matrix
)

/// Calls what chapter 11 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter11.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter11.Type).self) { try body($0, input) }
  }
}
