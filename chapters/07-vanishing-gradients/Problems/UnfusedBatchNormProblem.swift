public import Checking
public import Core

/// What a batch norm is given, for its steps.
public struct UnfusedNormalizationQuestion: Question {
  public var x: Matrix
  public var gamma: Matrix
  public var epsilon: Double
  public var dy: Matrix
  /// What central differences add to each step.
  fileprivate var nudges: NormalizationStepGradients

  public init(x: Matrix, gamma: Matrix, epsilon: Double, dy: Matrix) {
    (self.x, self.gamma, self.epsilon, self.dy) = (x, gamma, epsilon, dy)
    nudges = Self.zeros(x.shape)
  }

  fileprivate init(_ batch: Int, _ features: Int, epsilon: Double, seed: UInt64) {
    let whole = NormalizationQuestion(batch, features, epsilon: epsilon, seed: seed)
    self.init(x: whole.x, gamma: whole.gamma, epsilon: epsilon, dy: whole.dy)
  }

  public var isPermitted: Bool { epsilon > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("γ", \.gamma), ("dy", \.dy)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("epsilon", \.epsilon)]
  }
  public var summary: String {
    "x \(x.shape), dy \(dy.shape), γ \(gamma.shape), ε = \(epsilon)"
  }

  /// The gradients of a batch, each of its shape, and 0.
  fileprivate static func zeros(_ shape: [Int]) -> NormalizationStepGradients {
    let (matrix, row) = (Matrix(shape: shape), Matrix(shape: [shape[1]]))
    return (matrix, row, row, matrix, row, matrix)
  }
}

// The forward pass, line by line.
extension UnfusedNormalizationQuestion {
  fileprivate var m: Double { Double(x.rows) }
  public var centred: Matrix {
    let x = x + nudges.dx
    return x - (x.mean(axis: 0) + nudges.dMean) + nudges.dCentred
  }
  public var deviation: Matrix {
    let variance = (centred * centred).mean(axis: 0) + nudges.dVariance
    return variance.map { ($0 + epsilon).squareRoot() } + nudges.dDeviation
  }
  public var normal: Matrix { centred / deviation + nudges.dNormal }
  fileprivate var loss: Double { (dy * (normal * gamma)).sum() }
}

extension Chapter07Problems {
  /// 7.3a, the gradient of each step of batch normalization.
  public static var unfusedBatchNorm:
    Problem<UnfusedNormalizationQuestion, NormalizationStepGradients>
  {
    Problem(
      "7.3a", "unfusedBatchNormBackward", minutes: 25, difficulty: 3,
      section: "Batch normalization, step by step",
      hints: [
        "Start with the last line, and take one line at a time. At each ask: what is its slope, and "
          + "is the number used in another line, too? c is: in x̂, and in v. So is x.",
        "One column of two, c = (-1, 1), with ε next to 0: v = 1, s = 1, x̂ = (-1, 1). Let γ = 1 and "
          + "dy = (1, 0): dNormal is (1, 0). Raise s a little: x̂₁ = -1/s rises as fast, so "
          + "dDeviation is 1. v = s², so s rises half as fast as v: dVariance is ½. Now c₁: x̂₁ rises "
          + "with it at the rate 1, and v, the mean of two squares, at the rate -1. Together? And "
          + "c₂, of which x̂₁ knows through v alone? What falls when μ rises?",
        "dy, c, x̂, dNormal, dCentred and dx are [m, n]; γ, s, dDeviation, dVariance and dMean are "
          + "[n], one number a column: where a [n] went to every row, its gradient is a sum over the "
          + "rows, axis 0. A mean over m rows hands each of them 1/m on the way back: v is one, and "
          + "so is μ.",
        "dNormal = dy·γ, dDeviation = -Σ dNormal·c/s² over the batch, dVariance = dDeviation/(2s), "
          + "dCentred = dNormal/s + dVariance·2c/m, dMean = -Σ dCentred over the batch, dx = dCentred "
          + "+ dMean/m",
        "let m = Double(dy.rows); let dNormal = dy * …; let dDeviation = -(dNormal * centred)"
          + ".sum(axis: 0) / (…); let dVariance = dDeviation / (2 * …); let dCentred = dNormal / … + "
          + "centred * (dVariance * 2 / m); let dMean = -dCentred.…; let dx = dCentred + …",
      ],
      cases: [
        Case(UnfusedNormalizationQuestion(5, 3, epsilon: 0.01, seed: 731)),
        Case(UnfusedNormalizationQuestion(4, 4, epsilon: 1e-3, seed: 732)),
        Case(UnfusedNormalizationQuestion(2, 7, epsilon: 0.3, seed: 733)),
        Case(UnfusedNormalizationQuestion(6, 1, epsilon: 1e-3, seed: 734)),
        Case(UnfusedNormalizationQuestion(3, 6, epsilon: 1.3, seed: 735)).rounded(),
      ],
      forward: { $0.loss },
      reference: { normalizationSteps.gradients($0) },
      parts: normalizationSteps.parts,
      misconceptions: unfusedBatchNormMisconceptions,
      alternatives: [fromPublishedEquations, throughInverse, normalizationByElements],
      given: { question in
        [
          ("dy", question.dy), ("γ", question.gamma), ("centred", question.centred),
          ("deviation", question.deviation), ("normal", question.normal),
        ]
      },
      attempt: asks {
        try $0.unfusedBatchNormBackward(
          $1.dy, gamma: $1.gamma, centred: $1.centred, deviation: $1.deviation, normal: $1.normal)
      }
    )
  }

  /// The steps back, from the last line of the forward pass to the first.
  private static var normalizationSteps:
    Steps<UnfusedNormalizationQuestion, NormalizationStepGradients>
  {
    Steps(
      [
        Step("dNormal", \.dNormal, nudge: \.nudges.dNormal) { question, _ in
          question.dy * question.gamma
        },
        Step("dDeviation", \.dDeviation, nudge: \.nudges.dDeviation) {
          -($1.dNormal * $0.centred).sum(axis: 0) / ($0.deviation * $0.deviation)
        },
        Step("dVariance", \.dVariance, nudge: \.nudges.dVariance) {
          $1.dDeviation / (2 * $0.deviation)
        },
        Step("dCentred", \.dCentred, nudge: \.nudges.dCentred) {
          $1.dNormal / $0.deviation + $0.centred * ($1.dVariance * (2 / $0.m))
        },
        Step("dMean", \.dMean, nudge: \.nudges.dMean) { -$1.dCentred.sum(axis: 0) },
        Step("dx", \.dx, nudge: \.nudges.dx) { $1.dCentred + $1.dMean / $0.m },
      ], from: { UnfusedNormalizationQuestion.zeros($0.x.shape) })
  }

  private static var unfusedBatchNormMisconceptions:
    [Misconception<UnfusedNormalizationQuestion, NormalizationStepGradients>]
  {
    typealias Gradients = NormalizationStepGradients
    func wrong(
      _ name: String, _ place: WritableKeyPath<Gradients, Matrix>, _ sentence: String,
      gradient: @escaping (UnfusedNormalizationQuestion, Gradients) -> Matrix
    ) -> Misconception<UnfusedNormalizationQuestion, Gradients> {
      normalizationSteps.wrong(
        "unfused-batch-norm-" + name, at: place, sentence, gradient: gradient)
    }
    return [
      wrong(
        "gamma-forgotten", \.dNormal, "y = γ·x̂ + β: on the way back to x̂, dy is multiplied by γ."
      ) { question, _ in question.dy },
      wrong(
        "divided-by-gamma", \.dNormal,
        "The slope of γ·x̂ in x̂ is γ: dy is multiplied by it. You divided."
      ) { question, _ in question.dy / question.gamma },
      wrong(
        "gradient-of-gamma", \.dNormal,
        "dy·x̂ is what γ gets from each row. x̂ gets the other factor: dy·γ."
      ) { question, _ in question.dy * question.normal },
      wrong(
        "quotient-sign", \.dDeviation,
        "A larger s makes every x̂ of the column smaller: the slope of c/s in s has a minus."
      ) { ($1.dNormal * $0.centred).sum(axis: 0) / ($0.deviation * $0.deviation) },
      wrong(
        "quotient-not-squared", \.dDeviation,
        "The slope of c/s in s is -c/s². You divided c by s once; it is s squared."
      ) { -($1.dNormal * $0.centred).sum(axis: 0) / $0.deviation },
      wrong(
        "quotient-of-normal", \.dDeviation,
        "You have divided by s once too often: either c/s² or x̂/s, since x̂ is c/s already."
      ) { -($1.dNormal * $0.normal).sum(axis: 0) / ($0.deviation * $0.deviation) },
      wrong(
        "quotient-without-numerator", \.dDeviation,
        "x̂ is c/s, not 1/s: its slope in s has the factor c, another one for each row."
      ) { -$1.dNormal.sum(axis: 0) / ($0.deviation * $0.deviation) },
      wrong(
        "gradient-of-inverse", \.dDeviation,
        "This is the gradient of 1/s. From there to s it is one more step, times -1/s²."
      ) { ($1.dNormal * $0.centred).sum(axis: 0) },
      wrong(
        "deviation-averaged", \.dDeviation,
        "s is used by all m rows of its column: their parts add up. You took their mean."
      ) { -($1.dNormal * $0.centred).mean(axis: 0) / ($0.deviation * $0.deviation) },
      wrong(
        "root-without-half", \.dVariance,
        "The slope of a root is 1/(2s), with s the root itself: the ½ is missing."
      ) { $1.dDeviation / $0.deviation },
      wrong(
        "root-multiplied", \.dVariance,
        "The slope of a root is 1/(2s), with s the root itself: you multiplied by s."
      ) { $1.dDeviation * $0.deviation / 2 },
      wrong(
        "root-not-taken", \.dVariance,
        "1/(2(v + ε)) has lost its root: the slope is 1/(2s), with s = √(v + ε)."
      ) { $1.dDeviation / (2 * $0.deviation * $0.deviation) },
      wrong(
        "root-of-inverse", \.dVariance,
        "-½(v + ε)^(-3/2) is the slope of 1/s. You start from the gradient of s itself, whose slope is "
          + "1/(2s)."
      ) { question, before in
        before.dDeviation.zip(question.deviation) { -0.5 * $0 / ($1 * $1 * $1) }
      },
      wrong(
        "root-sign", \.dVariance,
        "A larger v makes a larger s: no minus here. The one of the quotient is in dDeviation already."
      ) { -$1.dDeviation / (2 * $0.deviation) },
      wrong(
        "root-left-out", \.dVariance,
        "Between s and v stands the root: its slope, 1/(2s), is missing."
      ) { $1.dDeviation },
      wrong(
        "variance-constant", \.dCentred,
        "c has a second way into the loss: its square is in v. Add what comes through dVariance."
      ) { $1.dNormal / $0.deviation },
      wrong(
        "deviation-for-variance", \.dCentred,
        "The squares of c are in v, not in s: go on from dVariance. You took dDeviation."
      ) { $1.dNormal / $0.deviation + $0.centred * ($1.dDeviation * (2 / $0.m)) },
      wrong(
        "variance-alone", \.dCentred,
        "This is what c gets through v. It also stands above s in x̂: add dNormal/s."
      ) { $0.centred * ($1.dVariance * (2 / $0.m)) },
      wrong(
        "square-without-two", \.dCentred,
        "v is a mean of squares: the slope of c² is 2c, and the 2 is missing."
      ) { $1.dNormal / $0.deviation + $0.centred * ($1.dVariance / $0.m) },
      wrong(
        "variance-not-averaged", \.dCentred,
        "v is a mean of squares: each is in it with 1/m, which is missing on the way back."
      ) { $1.dNormal / $0.deviation + $0.centred * ($1.dVariance * 2) },
      wrong(
        "unbiased-variance", \.dCentred,
        "This goes back through a variance that divides by m - 1. Batch norm's divides by m; only the "
          + "one kept for inference is the unbiased one."
      ) { $1.dNormal / $0.deviation + $0.centred * ($1.dVariance * (2 / ($0.m - 1))) },
      wrong(
        "square-of-normal", \.dCentred,
        "v is made of c before it is divided by s: the slope of its square is 2c, not 2x̂."
      ) { $1.dNormal / $0.deviation + $0.normal * ($1.dVariance * (2 / $0.m)) },
      wrong(
        "variance-subtracted", \.dCentred,
        "Ways add. The minus of the quotient is in dVariance already; you subtracted it."
      ) { $1.dNormal / $0.deviation - $0.centred * ($1.dVariance * (2 / $0.m)) },
      wrong(
        "square-left-out", \.dCentred,
        "v is a mean of squares: its slope in each c is 2c/m. You handed dVariance on without the c."
      ) { $1.dNormal / $0.deviation + $1.dVariance * (2 / $0.m) },
      wrong(
        "not-divided", \.dCentred,
        "x̂ is c divided by s: on the way back to c, dNormal is divided by s as well."
      ) { $1.dNormal + $0.centred * ($1.dVariance * (2 / $0.m)) },
      wrong(
        "mean-sign", \.dMean,
        "c is x - μ: a larger μ makes every c of the column smaller, so the sum has a minus."
      ) { $1.dCentred.sum(axis: 0) },
      wrong(
        "mean-averaged", \.dMean,
        "μ is taken from all m rows of its column: what they send back adds up. You took their mean."
      ) { -$1.dCentred.mean(axis: 0) },
      wrong(
        "mean-zero", \.dMean,
        "Only the way through v is 0, since the deviations from a mean add up to 0. μ is in every c, "
          + "and through them in every x̂."
      ) { question, before in 0 * before.dVariance },
      wrong(
        "mean-constant", \.dx,
        "x has a second way into the loss: it is one of the m numbers in μ. Add what comes through "
          + "dMean."
      ) { $1.dCentred },
      wrong(
        "mean-alone", \.dx,
        "This is what x gets through μ. It is in its own c as well: add dCentred."
      ) { $1.dCentred * 0 + $1.dMean / $0.m },
      wrong(
        "mean-not-divided", \.dx,
        "μ is a mean: each x is in it with 1/m, so each gets dMean/m. You added the whole of dMean."
      ) { $1.dCentred + $1.dMean },
      wrong(
        "mean-unbiased", \.dx,
        "μ divides by m, so each x is in it with 1/m. You divided dMean by m - 1."
      ) { $1.dCentred + $1.dMean / ($0.m - 1) },
      wrong(
        "mean-subtracted", \.dx,
        "Ways add. The minus of x - μ is in dMean already; you subtracted it."
      ) { $1.dCentred - $1.dMean / $0.m },
      wrong(
        "variance-forgotten-again", \.dx,
        "dNormal/s is but one part of dCentred: c's way through v is in the rest. Take dCentred."
      ) { $1.dNormal / $0.deviation + $1.dMean / $0.m },
    ]
  }
}

// Other right answers.
extension Chapter07Problems {
  /// As Ioffe and Szegedy print them: μ by way of v as well, and dx of three parts.
  private static func fromPublishedEquations(
    _ question: UnfusedNormalizationQuestion
  ) -> NormalizationStepGradients {
    let (c, s, m) = (question.centred, question.deviation, question.m)
    let dNormal = question.dy * question.gamma
    let dVariance = (dNormal * c).sum(axis: 0).zip(s) { $0 * -0.5 * .pow($1, -3) }
    let dMean = -(dNormal / s).sum(axis: 0) + dVariance * (-2 * c).sum(axis: 0) / m
    let dCentred = dNormal / s + c * dVariance * 2 / m
    let dx = dNormal / s + c * dVariance * 2 / m + dMean / m
    return (dNormal, 2 * s * dVariance, dVariance, dCentred, dMean, dx)
  }

  /// By x̂, and by 1/s in the place of a quotient.
  private static func throughInverse(
    _ question: UnfusedNormalizationQuestion
  ) -> NormalizationStepGradients {
    let inverse = question.deviation.map { 1 / $0 }
    let dNormal = question.dy * question.gamma
    let dInverse = (dNormal * question.centred).sum(axis: 0)
    let dDeviation = dInverse * inverse * inverse * -1
    let dVariance = 0.5 * dDeviation * inverse
    let shares = question.normal * (dNormal * question.normal).mean(axis: 0)
    let dCentred = (dNormal - shares) * inverse
    let dMean = (dNormal * inverse).sum(axis: 0) * -1
    return (dNormal, dDeviation, dVariance, dCentred, dMean, dCentred - dCentred.mean(axis: 0))
  }

  /// With loops alone.
  private static func normalizationByElements(
    _ question: UnfusedNormalizationQuestion
  ) -> NormalizationStepGradients {
    var found = UnfusedNormalizationQuestion.zeros(question.x.shape)
    let (c, s, m) = (question.centred, question.deviation, question.m)
    for j in 0..<c.columns {
      for i in 0..<c.rows {
        found.dNormal[i, j] = question.gamma[j] * question.dy[i, j]
        found.dDeviation[j] -= found.dNormal[i, j] * question.normal[i, j] / s[j]
      }
      found.dVariance[j] = 1 / s[j] / 2 * found.dDeviation[j]
      for i in 0..<c.rows {
        found.dCentred[i, j] = found.dNormal[i, j] / s[j] + 2 / m * c[i, j] * found.dVariance[j]
        found.dMean[j] -= found.dCentred[i, j]
      }
      for i in 0..<c.rows { found.dx[i, j] = found.dMean[j] / m + found.dCentred[i, j] }
    }
    return found
  }
}
