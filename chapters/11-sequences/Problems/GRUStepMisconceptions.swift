import Checking
import Core
import SequenceLayers
import Sequences

extension Chapter11Problems {
  static var gruMisconceptions: [Misconception<GRUStepQuestion, GRUStepGradients>] {
    [
      wrong(
        "gru-direct-way-dropped",
        "h′ = (1 - z)·g + z·h: h is in it directly, so dh has dNext·z as well as the way through Wh."
      ) { $0.direct = 0 * $0.direct },
      wrong(
        "gru-gates-exchanged",
        "z keeps the old state: h′ = (1 - z)·g + z·h. You have z and 1 - z the other way round."
      ) {
        let dNext = $0.question.dNext
        $0.dG = dNext * $0.z * (1 - $0.g * $0.g)
        $0.dZ = dNext * ($0.g - $0.question.h) * $0.z * (1 - $0.z)
        $0.direct = dNext * (1 - $0.z)
        $0.follow()
      },
      wrong(
        "gru-reset-missing-in-u",
        "u_n is multiplied by r before it is added: on the way back to it, dg is multiplied by r. da and "
          + "du differ in their last block."
      ) { $0.dProposed = $0.dG },
      wrong(
        "gru-proposal-forgotten",
        "z weighs h against g: when z grows, h′ moves by h - g. You left g out."
      ) { $0.dZ = $0.question.dNext * $0.question.h * $0.z * (1 - $0.z) },
      wrong(
        "gru-update-sign",
        "When z grows, h′ moves towards h and away from g: the difference is h - g."
      ) { $0.dZ = $0.question.dNext * ($0.g - $0.question.h) * $0.z * (1 - $0.z) },
      wrong(
        "gru-reset-from-state",
        "r multiplies u_n, the product h·Wh in the last columns, and not h itself."
      ) { $0.dR = $0.dG * $0.question.h * $0.r * (1 - $0.r) },
      wrong(
        "gru-proposal-slope-forgotten", "g came out of a tanh: its slope, 1 - g², is missing."
      ) {
        $0.dG = $0.question.dNext * (1 - $0.z)
        $0.follow()
      },
      wrong(
        "gru-update-slope-forgotten", "z came out of a sigmoid: its slope, z(1 - z), is missing."
      ) { $0.dZ = $0.question.dNext * ($0.question.h - $0.g) },
      wrong(
        "gru-reset-slope-forgotten", "r came out of a sigmoid: its slope, r(1 - r), is missing."
      ) { $0.dR = $0.dG * $0.proposed },
      spoilt(
        "gru-reset-before-matrix",
        "You went back through the other GRU, where r multiplies h before Wh. Here r stands behind the "
          + "matrix: g = tanh(a_n + r·(h·Wh))."
      ) { lines, gradients in
        let (question, n) = (lines.question, lines.question.h.columns)
        // Wh's last n columns, [n, n].
        var last = Matrix(shape: [n, n])
        for i in 0..<n { for j in 0..<n { last[i, j] = question.hiddenWeight[i, 2 * n + j] } }
        let back = matmul(lines.dG, transposed: last)  // ∂loss/∂(r·h)
        var other = lines
        other.dR = back * question.h * lines.r * (1 - lines.r)
        other.dProposed = 0 * lines.dProposed
        gradients = other.gradients
        gradients.dh = gradients.dh + back * lines.r
        let inner = matmul(transposed: lines.r * question.h, lines.dG)
        for i in 0..<n { for j in 0..<n { gradients.dWh[i, 2 * n + j] = inner[i, j] } }
      },
      spoilt(
        "gru-columns-in-another-order",
        "The columns are r, z, n. You put them as z, r, n, as Keras and ONNX have them."
      ) { lines, gradients in
        var other = lines
        (other.dR, other.dZ) = (lines.dZ, lines.dR)
        gradients = other.gradients
      },
      spoilt(
        "gru-bias-from-u",
        "b was added to x·Wx, which makes a: db is the sum of da. You summed du, whose last block has "
          + "another factor r."
      ) { lines, gradients in gradients.db = lines.dU.sum(axis: 0) },
      spoilt(
        "gru-input-from-u",
        "x is in a, not in u: dx and dWx come from da, whose last block has no factor r."
      ) { lines, gradients in
        gradients.dx = matmul(lines.dU, transposed: lines.question.inputWeight)
        gradients.dWx = matmul(transposed: lines.question.x, lines.dU)
      },
      spoilt(
        "gru-bias-averaged",
        "b was added to every row: db is the sum over the batch, not the mean."
      ) { lines, gradients in gradients.db = gradients.db / Double(lines.question.x.rows) },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, spoil: @escaping (inout GRULines) -> Void
  ) -> Misconception<GRUStepQuestion, GRUStepGradients> {
    Misconception(name, sentence) {
      var lines = GRULines($0)
      spoil(&lines)
      return lines.gradients
    }
  }

  private static func spoilt(
    _ name: String, _ sentence: String,
    spoil: @escaping (GRULines, inout GRUStepGradients) -> Void
  ) -> Misconception<GRUStepQuestion, GRUStepGradients> {
    Misconception(name, sentence) {
      let lines = GRULines($0)
      var gradients = lines.gradients
      spoil(lines, &gradients)
      return gradients
    }
  }
}
