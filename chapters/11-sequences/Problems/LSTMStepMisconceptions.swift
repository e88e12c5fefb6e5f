import Checking
import Core
import Sequences

extension Chapter11Problems {
  static var lstmMisconceptions: [Misconception<LSTMStepQuestion, LSTMStepGradients>] {
    [
      arriving(
        "lstm-future-cell-dropped",
        "The next step begins with c′ as well: what comes back from there, dNextCell, is added. It is the "
          + "way on which a memory's gradient survives."
      ) { question, o, t in question.dNext * o * (1 - t * t) },
      arriving(
        "lstm-output-way-dropped",
        "c′ is also read by h′ = o·tanh c′: dNext has a way into c′, and you left it out."
      ) { question, _, _ in question.dNextCell },
      arriving(
        "lstm-tanh-slope-forgotten",
        "Between c′ and h′ stands a tanh: its slope, 1 - tanh²c′, is missing on the way to c′."
      ) { question, o, _ in question.dNextCell + question.dNext * o },
      arriving(
        "lstm-future-cell-through-output",
        "dNextCell arrives at c′ itself. It does not pass o and the tanh: those lie between c′ and h′."
      ) { question, o, t in (question.dNextCell + question.dNext) * o * (1 - t * t) },
      wrong(
        "lstm-forget-with-new-cell",
        "f multiplied the state before the step, c. You used c′, the state behind it."
      ) { $0.zF = $0.cell * $0.next * $0.f * (1 - $0.f) },
      wrong(
        "lstm-gates-exchanged",
        "c′ has the product i·g, and a product swaps: i gets what g is, and g gets what i is. You gave "
          + "each its own."
      ) {
        $0.zI = $0.cell * $0.i * $0.i * (1 - $0.i)
        $0.zG = $0.cell * $0.g * (1 - $0.g * $0.g)
      },
      wrong(
        "lstm-cell-without-forgetting",
        "c′ = f·c + …: on the way back to c the gradient is multiplied by f."
      ) { $0.dCell = $0.cell },
      wrong(
        "lstm-input-gate-slope-forgotten",
        "i came out of a sigmoid: its slope, i(1 - i), is missing."
      ) { $0.zI = $0.cell * $0.g },
      wrong(
        "lstm-forget-gate-slope-forgotten",
        "f came out of a sigmoid: its slope, f(1 - f), is missing."
      ) { $0.zF = $0.cell * $0.question.cell },
      wrong(
        "lstm-output-gate-slope-forgotten",
        "o came out of a sigmoid: its slope, o(1 - o), is missing."
      ) { $0.zO = $0.question.dNext * $0.tanhNext },
      wrong(
        "lstm-proposal-slope-forgotten", "g came out of a tanh: its slope, 1 - g², is missing."
      ) { $0.zG = $0.cell * $0.i },
      wrong(
        "lstm-proposal-as-sigmoid",
        "g is a tanh, not a sigmoid: its slope is 1 - g², not g(1 - g)."
      ) { $0.zG = $0.cell * $0.i * $0.g * (1 - $0.g) },
      wrong(
        "lstm-output-gate-without-tanh",
        "h′ = o·tanh c′: o gets dNext·tanh c′. You multiplied by c′ itself."
      ) { $0.zO = $0.question.dNext * $0.next * $0.o * (1 - $0.o) },
      Misconception(
        "lstm-columns-in-another-order",
        "The columns are i, f, g, o. You put them as i, f, o, g; other libraries have other orders."
      ) { LSTMLines($0).gradients(order: \.asElsewhere) },
      Misconception(
        "lstm-columns-as-onnx",
        "The columns are i, f, g, o. You put them as i, o, f, g, as ONNX has them."
      ) { LSTMLines($0).gradients(order: \.asInONNX) },
      Misconception(
        "lstm-columns-as-tensorflow",
        "The columns are i, f, g, o. You put them as i, g, f, o, as TensorFlow's first cell has them."
      ) { LSTMLines($0).gradients(order: \.asInTensorFlow) },
      Misconception(
        "lstm-columns-forget-first",
        "The columns are i, f, g, o. You put the forget gate first: f, i, g, o."
      ) { LSTMLines($0).gradients(order: \.forgetGateFirst) },
      spoilt(
        "lstm-hidden-weights-from-next",
        "Wh was multiplied by the state before the step: dWh = hᵀ·dz. You used h′."
      ) { lines, gradients in
        gradients.dWh = matmul(transposed: lines.o * lines.tanhNext, lines.dz())
      },
      spoilt(
        "lstm-bias-averaged",
        "b was added to every row: db is the sum of dz over the batch, not the mean."
      ) { lines, gradients in gradients.db = gradients.db / Double(lines.question.x.rows) },
    ]
  }

  /// A misconception about what arrives at c′, which spoils all gradients but that of o.
  private static func arriving(
    _ name: String, _ sentence: String,
    cell: @escaping (_ question: LSTMStepQuestion, _ o: Matrix, _ tanhNext: Matrix) -> Matrix
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) { LSTMLines($0, cell: cell).gradients() }
  }

  /// A misconception about one line.
  private static func wrong(
    _ name: String, _ sentence: String, spoil: @escaping (inout LSTMLines) -> Void
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) {
      var lines = LSTMLines($0)
      spoil(&lines)
      return lines.gradients()
    }
  }

  /// A misconception about one of the results.
  private static func spoilt(
    _ name: String, _ sentence: String,
    spoil: @escaping (LSTMLines, inout LSTMStepGradients) -> Void
  ) -> Misconception<LSTMStepQuestion, LSTMStepGradients> {
    Misconception(name, sentence) {
      let lines = LSTMLines($0)
      var gradients = lines.gradients()
      spoil(lines, &gradients)
      return gradients
    }
  }
}
