public import Checking
import Core

/// Means over the features, one a row, and what a layer norm makes of them.
struct Rows {
  let question: NormalizationQuestion
  /// √(variance + ε) of each row, or what an answer takes for it.
  var deviation: Matrix
  /// x - mean.
  let centred: Matrix

  init(_ question: NormalizationQuestion) {
    self.question = question
    centred = question.x.perRow(-, question.x.mean(axis: 1))
    deviation = (centred * centred).mean(axis: 1).map { ($0 + question.epsilon).squareRoot() }
  }

  /// x̂.
  var normal: Matrix { centred.perRow(/, deviation) }

  var gradients: NormalizationGradients {
    let dy = question.dy
    return (
      dx(from: dy * question.gamma), (dy * normal).sum(axis: 0), dy.sum(axis: 0)
    )
  }

  /// The gradient of x from that of x̂.
  func dx(from dNormal: Matrix) -> Matrix {
    let throughMean = dNormal.mean(axis: 1)
    let throughVariance = normal.perRow(*, (dNormal * normal).mean(axis: 1))
    return (dNormal.perRow(-, throughMean) - throughVariance).perRow(/, deviation)
  }
}

extension Matrix {
  /// A matrix and a number for each of its rows: [m, n] and [m].
  fileprivate func perRow(_ combine: (Matrix, Matrix) -> Matrix, _ numbers: Matrix) -> Matrix {
    combine(transposed, numbers).transposed
  }
}

extension Chapter07Problems {
  /// 7.5, the gradients of layer normalization.
  public static var layerNorm: Problem<NormalizationQuestion, NormalizationGradients> {
    Problem(
      "7.5", "layerNormBackward", minutes: 25, difficulty: 4, isChallenge: true,
      section: "Layer normalization",
      hints: [
        "It is batch norm with the axes exchanged, except that γ and β still belong to the "
          + "columns. Which means must now carry γ inside?",
        "One row of two, x = (0, 2), with ε next to 0: x̂ = (-1, 1), and dx is 0 as in 7.3. Let γ "
          + "= (1, 3) and dy = (1, 1): x̂ gets (1, 3), whose mean is 2. By itself x gets (1, 3), "
          + "through the mean (-2, -2). What must come through the variance?",
        "mean, var and s are [m], one number a row; γ, β, dγ, dβ are [n]. A vector beside a "
          + "matrix meets its rows, so numbers of rows need a loop, or .transposed before and "
          + "after.",
        "g = dy·γ; in each row dx = (g - mean(g) - x̂·mean(g·x̂))/s; dγ = Σ dy·x̂ and dβ = Σ dy "
          + "over the batch.",
        "for i in 0..<x.rows { … for j in 0..<x.columns { let g = dy[i, j] * gamma[j]; "
          + "dx[i, j] = (g - meanOfG - normal[i, j] * meanOfGNormal) / deviation } }",
      ],
      cases: [
        Case(NormalizationQuestion(5, 3, epsilon: 0.01, seed: 78)),
        Case(NormalizationQuestion(4, 4, epsilon: 1e-5, seed: 79)),
        Case(NormalizationQuestion(1, 7, epsilon: 0.3, seed: 80)),
        Case(NormalizationQuestion(6, 2, epsilon: 1e-3, seed: 81)),
        Case(NormalizationQuestion(3, 6, epsilon: 1.3, seed: 83)).rounded(),
      ],
      forward: { question in
        let y = Rows(question).normal * question.gamma + question.beta
        return (question.dy * y).sum()
      },
      reference: { Rows($0).gradients },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dGamma", of: \.gamma) { $0.dGamma },
        Part("dBeta", of: \.beta) { $0.dBeta },
      ],
      misconceptions: layerNormMisconceptions,
      alternatives: [
        { question in
          // As batch norm of the transposed matrix, whose γ is in dy already.
          let (n, g) = (Double(question.x.columns), (question.dy * question.gamma).transposed)
          let centred = question.x.transposed - question.x.transposed.mean(axis: 0)
          let deviation = ((centred * centred).mean(axis: 0) + question.epsilon)
            .map { $0.squareRoot() }
          let normal = centred / deviation
          let dx = (n * g - g.sum(axis: 0) - normal * (g * normal).sum(axis: 0)) / (n * deviation)
          return (
            dx.transposed, (question.dy * normal.transposed).sum(axis: 0), question.dy.sum(axis: 0)
          )
        }, layerNormByElements, layerNormStepByStep,
      ],
      given: { $0.tensors.filter { $0.name != "β" } + [("x̂", Rows($0).normal)] },
      attempt: asks {
        try $0.layerNormBackward($1.dy, x: $1.x, gamma: $1.gamma, epsilon: $1.epsilon)
      }
    )
  }

  private static var layerNormMisconceptions:
    [Misconception<NormalizationQuestion, NormalizationGradients>]
  {
    [
      wrong(
        "layer-norm-statistics-constant",
        "dy·γ/s takes mean and variance for constants. Each x moves those of its row, and through "
          + "them the whole row."
      ) { $1.dx = ($0.question.dy * $0.question.gamma).perRow(/, $0.deviation) },
      wrong(
        "layer-norm-gamma-outside",
        "γ differs from column to column here, so it belongs inside the means over the row: "
          + "take them of g = dy·γ, not of dy."
      ) { $1.dx = $0.dx(from: $0.question.dy) * $0.question.gamma },
      wrong(
        "layer-norm-gamma-forgotten", "y = γ·x̂ + β: going back to x̂, dy is multiplied by γ."
      ) { $1.dx = $0.dx(from: $0.question.dy) },
      wrong(
        "layer-norm-variance-constant",
        "The path through the row's variance is missing: - x̂·mean(g·x̂)."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = g.perRow(-, g.mean(axis: 1)).perRow(/, $0.deviation)
      },
      wrong(
        "layer-norm-mean-constant",
        "You have the path through the variance. The one through the mean is missing: - mean(g)."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - $0.normal.perRow(*, (g * $0.normal).mean(axis: 1))).perRow(/, $0.deviation)
      },
      wrong(
        "layer-norm-sums-for-means",
        "Each x is one of n in the mean of its row: g and g·x̂ are averaged over the row, not summed."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = g.perRow(-, g.sum(axis: 1))
        $1.dx = ($1.dx - $0.normal.perRow(*, (g * $0.normal).sum(axis: 1)))
          .perRow(/, $0.deviation)
      },
      wrong(
        "layer-norm-divided-by-batch",
        "The means run over the n features of a row: divide by n, the columns. You divided by m."
      ) {
        let g = $0.question.dy * $0.question.gamma
        let m = Double(g.rows)
        $1.dx = g.perRow(-, g.sum(axis: 1) / m)
        $1.dx = ($1.dx - $0.normal.perRow(*, (g * $0.normal).sum(axis: 1) / m))
          .perRow(/, $0.deviation)
      },
      wrong(
        "layer-norm-means-over-all",
        "Each row has means of its own: mean(axis: 1). Without the axis it is one number for the "
          + "whole batch."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.mean() - $0.normal * (g * $0.normal).mean()).perRow(/, $0.deviation)
      },
      wrong(
        "layer-norm-parameters-over-features",
        "γ and β have one number a column: sum their gradients down the batch, axis 0, although "
          + "the statistics run along the row."
      ) {
        $1.dGamma = ($0.question.dy * $0.normal).sum(axis: 1)
        $1.dBeta = $0.question.dy.sum(axis: 1)
      },
      deviating(
        "layer-norm-epsilon-left-out",
        "ε is missing under the root: backward divides by the same √(var + ε) as forward."
      ) { variance, _ in
        variance.squareRoot()
      },
      deviating(
        "layer-norm-unbiased-variance",
        "This variance divides by n - 1. Layer norm divides by n, the number of features."
      ) { variance, question in
        let n = Double(question.x.columns)
        return (variance * n / (n - 1) + question.epsilon).squareRoot()
      },
      Misconception(
        "layer-norm-over-batch",
        "Mean and variance run along the row, axis 1, one for each sample. Yours run down the "
          + "batch: that is batch norm."
      ) { batchNorm.reference($0) },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (Rows, inout NormalizationGradients) -> Void
  ) -> Misconception<NormalizationQuestion, NormalizationGradients> {
    Misconception(name, sentence) {
      let rows = Rows($0)
      var gradients = rows.gradients
      spoil(rows, &gradients)
      return gradients
    }
  }

  private static func deviating(
    _ name: String, _ sentence: String,
    deviation: @escaping (_ variance: Double, NormalizationQuestion) -> Double
  ) -> Misconception<NormalizationQuestion, NormalizationGradients> {
    Misconception(name, sentence) { question in
      var rows = Rows(question)
      rows.deviation = (rows.centred * rows.centred).mean(axis: 1).map { deviation($0, question) }
      return rows.gradients
    }
  }

  /// Row by row, each x with each of its row.
  private static func layerNormByElements(
    _ question: NormalizationQuestion
  ) -> NormalizationGradients {
    let (x, gamma, dy, n) = (question.x, question.gamma, question.dy, Double(question.x.columns))
    var dx = Matrix(shape: x.shape)
    var (dGamma, dBeta) = (Matrix(shape: gamma.shape), Matrix(shape: gamma.shape))
    for i in 0..<x.rows {
      let row = (0..<x.columns).map { x[i, $0] }
      let mean = row.reduce(0, +) / n
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      let deviation = (variance + question.epsilon).squareRoot()
      let normal = row.map { ($0 - mean) / deviation }
      for j in 0..<x.columns {
        dGamma[j] += dy[i, j] * normal[j]
        dBeta[j] += dy[i, j]
        for other in 0..<x.columns {
          let slope = ((j == other ? n : 0) - 1 - normal[j] * normal[other]) / (n * deviation)
          dx[i, j] += dy[i, other] * gamma[other] * slope
        }
      }
    }
    return (dx, dGamma, dBeta)
  }

  /// The gradient of each line of the forward pass by itself, on the transposed matrix.
  private static func layerNormStepByStep(
    _ question: NormalizationQuestion
  ) -> NormalizationGradients {
    let (x, n) = (question.x.transposed, Double(question.x.columns))
    let dNormal = (question.dy * question.gamma).transposed  // [n, m]
    let centred = x - x.sum(axis: 0) / n
    let inverse = ((centred * centred).sum(axis: 0) / n)
      .map { 1 / ($0 + question.epsilon).squareRoot() }
    let dInverse = (dNormal * centred).sum(axis: 0)
    let dVariance = dInverse.zip(inverse) { $0 * -0.5 * $1 * $1 * $1 }
    let dCentred = dNormal * inverse + centred * (dVariance * 2 / n)
    let dx = (dCentred - dCentred.mean(axis: 0)).transposed
    return (
      dx, (question.dy * (centred * inverse).transposed).sum(axis: 0), question.dy.sum(axis: 0)
    )
  }
}
