public import Checking
public import Core

/// The input and parameters of a normalization, and the gradient that arrives at its output.
public struct NormalizationQuestion: Question {
  public var x: Matrix
  public var gamma: Matrix
  public var beta: Matrix
  public var epsilon: Double
  public var dy: Matrix

  public init(x: Matrix, gamma: Matrix, beta: Matrix, epsilon: Double, dy: Matrix) {
    (self.x, self.gamma, self.beta) = (x, gamma, beta)
    (self.epsilon, self.dy) = (epsilon, dy)
  }

  init(_ batch: Int, _ features: Int, epsilon: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    // Features of different sizes and means.
    x = Tensor(normal: 0.4, standardDeviation: 1.5, shape: [batch, features], using: &generator)
    gamma = Tensor(normal: 0.5, shape: [features], using: &generator)
    beta = Tensor(shape: [features], using: &generator)
    self.epsilon = epsilon
    dy = Tensor(shape: [batch, features], using: &generator)
  }

  public var isPermitted: Bool { epsilon > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("γ", \.gamma), ("β", \.beta), ("dy", \.dy)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("epsilon", \.epsilon)]
  }
  public var summary: String {
    "x \(x.shape), dy \(dy.shape), γ \(gamma.shape), ε = \(epsilon)"
  }
}

/// The gradients of a normalization.
public typealias NormalizationGradients = (dx: Matrix, dGamma: Matrix, dBeta: Matrix)

/// Means over the batch, one a column, and what a batch norm makes of them.
private struct Columns {
  let question: NormalizationQuestion
  /// √(variance + ε) of each column, or what an answer takes for it.
  var deviation: Matrix
  /// x - mean.
  let centred: Matrix

  init(_ question: NormalizationQuestion) {
    self.question = question
    centred = question.x - question.x.mean(axis: 0)
    deviation = (centred * centred).mean(axis: 0).map { ($0 + question.epsilon).squareRoot() }
  }

  /// x̂.
  var normal: Matrix { centred / deviation }

  var gradients: NormalizationGradients {
    let (dy, dNormal) = (question.dy, question.dy * question.gamma)
    let dx =
      (dNormal - dNormal.mean(axis: 0) - normal * (dNormal * normal).mean(axis: 0)) / deviation
    return (dx, (dy * normal).sum(axis: 0), dy.sum(axis: 0))
  }
}

extension Chapter07Problems {
  /// 7.3, the gradients of batch normalization in training.
  public static var batchNorm: Problem<NormalizationQuestion, NormalizationGradients> {
    Problem(
      "7.3", "batchNormBackward", minutes: 35, difficulty: 4,
      section: "Batch normalization, backwards",
      hints: [
        "x reaches y by three paths: by itself, through the mean, and through the variance. Every "
          + "row of a column is in that column's mean and variance.",
        "One column of two, x = (0, 2), with ε next to 0: the mean is 1, s is 1, x̂ = (-1, 1), "
          + "and it stays so however you move the two. So dx is 0. Let γ = 1 and dy = (1, 0). By "
          + "itself x gets (1, 0), through the mean (-½, -½). What must come through the "
          + "variance, and what has it to do with x̂?",
        "mean, var, s, γ, dγ, dβ are [n], one number a column; x, x̂, dy, g, dx are [m, n]. A "
          + "vector [n] beside a matrix [m, n] meets every row. So each path through a mean is "
          + "one number a column, taken over the m rows.",
        "dx = (g - mean(g) - x̂·mean(g·x̂))/s, dγ = Σ dy·x̂, dβ = Σ dy, with g = dy·γ, with x̂ = "
          + "(x - mean)/s, with s = √(var + ε). Means and sums run over the batch.",
        "let centred = x - x.mean(axis: 0); let deviation = (centred * centred).mean(axis: 0)"
          + ".map { ($0 + epsilon).squareRoot() }; let normal = centred / …; let g = dy * gamma; "
          + "let dx = (g - g.mean(axis: 0) - normal * (…).mean(axis: 0)) / deviation",
      ],
      cases: [
        Case(NormalizationQuestion(5, 3, epsilon: 0.01, seed: 74)),
        Case(NormalizationQuestion(4, 4, epsilon: 1e-5, seed: 75)),
        Case(NormalizationQuestion(2, 7, epsilon: 0.3, seed: 76)),
        Case(NormalizationQuestion(6, 1, epsilon: 1e-3, seed: 77)),
        Case(NormalizationQuestion(3, 6, epsilon: 1.3, seed: 82)).rounded(),
      ],
      forward: { question in
        let y = Columns(question).normal * question.gamma + question.beta
        return (question.dy * y).sum()
      },
      reference: { Columns($0).gradients },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dGamma", of: \.gamma) { $0.dGamma },
        Part("dBeta", of: \.beta) { $0.dBeta },
      ],
      misconceptions: batchNormMisconceptions,
      alternatives: [
        { question in
          // With sums for means: (m·g - Σg - x̂·Σg·x̂)/(m·s).
          let m = Double(question.x.rows)
          let mean = question.x.sum(axis: 0) / m
          let squares = (question.x * question.x).sum(axis: 0) / m
          let deviation = (squares - mean * mean + question.epsilon).map { $0.squareRoot() }
          let normal = (question.x - mean) / deviation
          let g = question.dy * question.gamma
          let dx = (m * g - g.sum(axis: 0) - normal * (g * normal).sum(axis: 0)) / (m * deviation)
          return (dx, (normal * question.dy).sum(axis: 0), question.dy.sum(axis: 0))
        }, batchNormStepByStep, batchNormByElements,
      ],
      given: { $0.tensors.filter { $0.name != "β" } + [("x̂", Columns($0).normal)] },
      attempt: asks {
        try $0.batchNormBackward($1.dy, x: $1.x, gamma: $1.gamma, epsilon: $1.epsilon)
      }
    )
  }

  private static var batchNormMisconceptions:
    [Misconception<NormalizationQuestion, NormalizationGradients>]
  {
    [
      wrong(
        "batch-norm-statistics-constant",
        "dy·γ/s takes mean and variance for constants. Both are made of x: each x moves them, and "
          + "through them every row of its column."
      ) { $1.dx = $0.question.dy * $0.question.gamma / $0.deviation },
      wrong(
        "batch-norm-variance-constant",
        "You have the path through the mean. The one through the variance is missing: "
          + "- x̂·mean(g·x̂)."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.mean(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-mean-constant",
        "You have the path through the variance. The one through the mean is missing: - mean(g)."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - $0.normal * (g * $0.normal).mean(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-sums-for-means",
        "Each x is one of m in the mean: g and g·x̂ are averaged over the batch, not summed."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.sum(axis: 0) - $0.normal * (g * $0.normal).sum(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-mean-over-all",
        "Each column has a mean of its own: mean(axis: 0). Without the axis it is one number for "
          + "the whole batch."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx =
          (g - g.mean() - $0.normal * (g * $0.normal).mean(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-variance-over-all",
        "mean(g·x̂) is one number a column: mean(axis: 0). You took one for the whole batch."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.mean(axis: 0) - $0.normal * (g * $0.normal).mean()) / $0.deviation
      },
      wrong(
        "batch-norm-means-over-all",
        "g and g·x̂ have a mean in every column: mean(axis: 0). You took both over the whole batch."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.mean() - $0.normal * (g * $0.normal).mean()) / $0.deviation
      },
      wrong(
        "batch-norm-not-divided",
        "x̂ is x - mean divided by √(var + ε), and so is the gradient: the division is missing."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = g - g.mean(axis: 0) - $0.normal * (g * $0.normal).mean(axis: 0)
      },
      wrong(
        "batch-norm-variance-added",
        "Both means are subtracted: g - mean(g) - x̂·mean(g·x̂). You added the last one."
      ) {
        let g = $0.question.dy * $0.question.gamma
        $1.dx = (g - g.mean(axis: 0) + $0.normal * (g * $0.normal).mean(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-gamma-forgotten", "y = γ·x̂ + β: on the way back to x̂, dy is multiplied by γ."
      ) {
        let dy = $0.question.dy
        $1.dx = (dy - dy.mean(axis: 0) - $0.normal * (dy * $0.normal).mean(axis: 0)) / $0.deviation
      },
      wrong(
        "batch-norm-gamma-from-x", "γ multiplies x̂, not x: dγ is Σ dy·x̂."
      ) { $1.dGamma = ($0.question.dy * $0.question.x).sum(axis: 0) },
      wrong(
        "batch-norm-parameters-averaged",
        "γ and β act on every row, so their gradients are sums over the batch, not means."
      ) {
        $1.dGamma = $1.dGamma / Double($0.question.x.rows)
        $1.dBeta = $1.dBeta / Double($0.question.x.rows)
      },
      deviating(
        "batch-norm-epsilon-left-out",
        "ε is missing under the root. Backward must divide by the same √(var + ε) as forward."
      ) { variance, _ in variance.squareRoot() },
      deviating(
        "batch-norm-epsilon-outside",
        "ε belongs under the root, √(var + ε). You added it to the root."
      ) { variance, question in variance.squareRoot() + question.epsilon },
      deviating(
        "batch-norm-variance-for-deviation",
        "You divided by var + ε. x̂ is x - mean divided by the root of it."
      ) { variance, question in variance + question.epsilon },
      deviating(
        "batch-norm-unbiased-variance",
        "This variance divides by m - 1. In training batch norm divides by m; only the running "
          + "variance, kept for inference, is the unbiased one."
      ) { variance, question in
        let m = Double(question.x.rows)
        return (variance * m / (m - 1) + question.epsilon).squareRoot()
      },
      Misconception(
        "batch-norm-over-features",
        "Mean and variance run down the batch, axis 0, one for each column. Yours run along the "
          + "rows: that is layer norm."
      ) { Rows($0).gradients },
    ]
  }

  /// A misconception about a gradient: the right answer, with that one spoilt.
  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (Columns, inout NormalizationGradients) -> Void
  ) -> Misconception<NormalizationQuestion, NormalizationGradients> {
    Misconception(name, sentence) {
      let columns = Columns($0)
      var gradients = columns.gradients
      spoil(columns, &gradients)
      return gradients
    }
  }

  /// A misconception about what x - mean is divided by.
  private static func deviating(
    _ name: String, _ sentence: String,
    deviation: @escaping (_ variance: Double, NormalizationQuestion) -> Double
  ) -> Misconception<NormalizationQuestion, NormalizationGradients> {
    Misconception(name, sentence) { question in
      var columns = Columns(question)
      columns.deviation = (columns.centred * columns.centred).mean(axis: 0)
        .map { deviation($0, question) }
      return columns.gradients
    }
  }

  /// The gradient of each line of the forward pass by itself, from the last to the first.
  private static func batchNormStepByStep(
    _ question: NormalizationQuestion
  ) -> NormalizationGradients {
    let (x, dy, m) = (question.x, question.dy, Double(question.x.rows))
    let centred = x - x.sum(axis: 0) / m
    let variance = (centred * centred).sum(axis: 0) / m
    let inverse = variance.map { 1 / ($0 + question.epsilon).squareRoot() }
    let dNormal = dy * question.gamma
    let dInverse = (dNormal * centred).sum(axis: 0)
    let dVariance = dInverse.zip(inverse) { $0 * -0.5 * $1 * $1 * $1 }
    let dCentred = dNormal * inverse + centred * (dVariance * 2 / m)
    let dMean = -dCentred.sum(axis: 0)
    return (dCentred + dMean / m, (dy * centred * inverse).sum(axis: 0), dy.sum(axis: 0))
  }

  /// Column by column, each x with each of its column.
  private static func batchNormByElements(
    _ question: NormalizationQuestion
  ) -> NormalizationGradients {
    let (x, gamma, dy, m) = (question.x, question.gamma, question.dy, Double(question.x.rows))
    var dx = Matrix(shape: x.shape)
    var (dGamma, dBeta) = (Matrix(shape: gamma.shape), Matrix(shape: gamma.shape))
    for j in 0..<x.columns {
      var (mean, variance) = (0.0, 0.0)
      for i in 0..<x.rows { mean += x[i, j] / m }
      for i in 0..<x.rows { variance += (x[i, j] - mean) * (x[i, j] - mean) / m }
      let deviation = (variance + question.epsilon).squareRoot()
      for i in 0..<x.rows {
        let normal = (x[i, j] - mean) / deviation
        dGamma[j] += dy[i, j] * normal
        dBeta[j] += dy[i, j]
        for other in 0..<x.rows {
          let otherNormal = (x[other, j] - mean) / deviation
          let slope = ((i == other ? m : 0) - 1 - normal * otherNormal) / (m * deviation)
          dx[i, j] += dy[other, j] * gamma[j] * slope
        }
      }
    }
    return (dx, dGamma, dBeta)
  }
}
