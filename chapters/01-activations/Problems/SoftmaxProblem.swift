public import Checking
public import Core

extension Chapter01Problems {
  public static var softmax: Problem<ActivationQuestion, Matrix> {
    Problem(
      "1.5", "softmaxBackward", minutes: 20, difficulty: 3, section: "Softmax ties a row together",
      hints: [
        "Every output of a row depends on every input of that row. Through how many outputs "
          + "does xᵢ reach the loss, and what does each contribute?",
        "A row of two: y = 0.8 and 0.2, dy = 3 and 1. x₁ reaches the loss in two ways: dx₁ = "
          + "dy₁·∂y₁/∂x₁ + dy₂·∂y₂/∂x₁. As both y sum to 1, the second slope is minus the first, "
          + "which is 0.16: dx₁ = 3·0.16 - 1·0.16. Which y make 0.16? Then write dx₁ for a row of "
          + "three.",
        "dy · y is [m, n]; its sums over axis 1 are [m], one number a row; dx is [m, n] again.",
        "dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ), where i and j are columns of one row.",
        "let sums = (dy * y).sum(axis: …); then, for every row i and column j: dx[i, j] = y[i, "
          + "j] * (dy[i, j] - sums[…])",
      ],
      cases: ActivationQuestion.cases + [ActivationQuestion.farOut, ActivationQuestion.round],
      forward: { ($0.dy * Core.softmax($0.x)).sum() },
      reference: { Core.softmaxBackward($0.dy, y: Core.softmax($0.x)) },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "softmax-elementwise",
          "dy · y(1 - y) is the diagonal only, as for a sigmoid. Raising xᵢ also lowers the other "
            + "outputs of its row: their dyⱼ belong in dxᵢ too."
        ) { $0.withSoftmax { y, dy in dy * y * (1 - y) } },
        Misconception(
          "softmax-sum-over-batch",
          "The sum Σ dy·y runs along a row, over the classes: axis 1. Yours runs down the batch."
        ) { $0.withSoftmax { y, dy in y * (dy - (dy * y).sum(axis: 0)) } },
        Misconception(
          "softmax-sum-over-everything",
          "The sum Σ dy·y is one number a row. You took one number for the whole batch."
        ) { $0.withSoftmax { y, dy in y * (dy - (dy * y).sum()) } },
        Misconception(
          "softmax-forgot-sum",
          "dy · y is the first half. The shared denominator gives the other: - y · Σ dy·y."
        ) { $0.withSoftmax { y, dy in dy * y } },
        Misconception(
          "softmax-unweighted-sum", "In the sum each dyⱼ is weighted by its yⱼ: Σ dy·y, not Σ dy."
        ) { $0.withSoftmax { y, dy in y * dy.minusPerRow(dy.sum(axis: 1)) } },
        Misconception(
          "softmax-sum-added",
          "The row's sum is subtracted: y(dy - Σ). Raising xᵢ lowers the other outputs of its row."
        ) { $0.withSoftmax { y, dy in y * dy.minusPerRow(-(dy * y).sum(axis: 1)) } },
        Misconception(
          "softmax-mean-for-sum",
          "Σ dy·y is a sum over the row, not a mean: y are its weights already."
        ) { $0.withSoftmax { y, dy in y * dy.minusPerRow((dy * y).mean(axis: 1)) } },
        Misconception(
          "softmax-other-outputs-only",
          "These are the shares of the other outputs, -yᵢ·Σ dyⱼyⱼ over j ≠ i. xᵢ also moves its own: "
            + "dyᵢ·yᵢ(1 - yᵢ) is missing."
        ) { $0.withSoftmax { y, dy in dy * y * y - y.timesPerRow((dy * y).sum(axis: 1)) } },
        Misconception(
          "softmax-sum-not-scaled",
          "The row's sum is multiplied by yᵢ too: y(dy - Σ), not y·dy - Σ."
        ) { $0.withSoftmax { y, dy in (dy * y).minusPerRow((dy * y).sum(axis: 1)) } },
        Misconception(
          "softmax-forgot-upstream",
          "y(1 - y) is how each output answers to its own input. It uses dy nowhere."
        ) { $0.withSoftmax { y, _ in y * (1 - y) } },
      ],
      alternatives: [
        // The row sums as a product with ones: each column of it has them all.
        {
          $0.withSoftmax { y, dy in
            let ones = Matrix(repeating: 1, shape: [y.columns, y.columns])
            return y * (dy - matmul(dy * y, ones))
          }
        },
        throughJacobian,
        { $0.withSoftmax { y, dy in dy * y - (y.transposed * (dy * y).sum(axis: 1)).transposed } },
      ],
      given: { [("y", Core.softmax($0.x)), ("dy", $0.dy)] },
      attempt: asks { try $0.softmaxBackward($1.dy, y: Core.softmax($1.x)) }
    )
  }

  /// The slow way: each row's Jacobian ∂yⱼ/∂xᵢ = yⱼ (δᵢⱼ - yᵢ), times the row of dy.
  private static func throughJacobian(_ question: ActivationQuestion) -> Matrix {
    let (y, dy) = (Core.softmax(question.x), question.dy)
    var dx = Matrix(shape: y.shape)
    for row in 0..<y.rows {
      for i in 0..<y.columns {
        for j in 0..<y.columns {
          dx[row, i] += dy[row, j] * y[row, j] * ((i == j ? 1 : 0) - y[row, i])
        }
      }
    }
    return dx
  }
}

extension ActivationQuestion {
  fileprivate func withSoftmax(_ answer: (_ y: Matrix, _ dy: Matrix) -> Matrix) -> Matrix {
    answer(Core.softmax(x), dy)
  }
}

extension Matrix {
  /// Each row times a number of its own: [m, n] · [m].
  fileprivate func timesPerRow(_ numbers: Matrix) -> Matrix {
    (transposed * numbers).transposed
  }

  /// Each row less a number of its own: [m, n] - [m].
  fileprivate func minusPerRow(_ numbers: Matrix) -> Matrix {
    (transposed - numbers).transposed
  }
}
