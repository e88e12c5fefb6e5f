public import Checking
public import Core
import Generating

/// Predictions with a doubt of their own, and what came.
public struct LikelihoodQuestion: Question {
  /// μ, ℓ and x, `[m, n]` each.
  public var mean: Matrix, logVariance: Matrix, targets: Matrix

  public init(mean: Matrix, logVariance: Matrix, targets: Matrix) {
    (self.mean, self.logVariance, self.targets) = (mean, logVariance, targets)
  }

  fileprivate init(_ rows: Int, _ columns: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [rows, columns], using: &generator) }
    self.init(mean: draw(), logVariance: draw(), targets: draw())
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("mu", \.mean), ("l", \.logVariance), ("x", \.targets)]
  }
  public var summary: String { "mu, l, x \(mean.shape)" }

  fileprivate var m: Double { Double(mean.rows) }
  fileprivate var count: Double { Double(mean.count) }
  /// x - μ.
  fileprivate var error: Matrix { targets - mean }
  /// 1/σ² = e^(-ℓ).
  fileprivate var precision: Matrix { logVariance.map { Double.exp(-$0) } }
  fileprivate var dMean: Matrix { -1 * error * precision / count }
  fileprivate var dLogVariance: Matrix { (1 - error * error * precision) / (2 * count) }
}

extension Chapter13Problems {
  /// 13.6, the gradients of a Gaussian's negative log-likelihood.
  public static var gaussianLikelihood: Problem<LikelihoodQuestion, MomentGradients> {
    Problem(
      "13.6", "gaussianLikelihoodBackward", minutes: 20, difficulty: 2,
      section: "A prediction that knows its doubt",
      hints: [
        "A wrong prediction has two ways out: move, or admit more doubt. Which terms of the loss "
          + "does μ stand in, and which ones ℓ?",
        "One number, μ = 0, ℓ = 0, x = 1: the loss is ½(0 + 1) = 0.5. With μ = 0.01 it is "
          + "0.49005: a slope of -1. With ℓ = 0.01 it is ½(0.01 + 0.99005) = 0.500025: no slope, "
          + "since the doubt σ = 1 is just the size of the error. With x = 2 it would be ½(0.01 + "
          + "3.9602) after 2: what is the slope now?",
        "μ, ℓ, x and both results are [m, n]. The loss is a mean over all m·n numbers; x has no "
          + "gradient.",
        "dμ = (μ - x)·e^(-ℓ)/(m·n), dℓ = ½(1 - (x - μ)²·e^(-ℓ))/(m·n)",
        "let precision = logVariance.map { Double.exp(-$0) }\n"
          + "let error = targets - mean; let count = Double(mean.count)\n"
          + "return (… * precision / count, (1 - error * error * …) / (… * count))",
      ],
      cases: [
        Case(LikelihoodQuestion(4, 3, seed: 1351)), Case(LikelihoodQuestion(1, 5, seed: 1352)),
        Case(LikelihoodQuestion(3, 1, seed: 1353)), Case(LikelihoodQuestion(2, 2, seed: 1354)),
        Case(LikelihoodQuestion(5, 2, seed: 1355)).rounded(),
      ],
      forward: { likelihood($0).loss },
      reference: {
        let (_, dMean, dLogVariance) = likelihood($0)
        return (dMean, dLogVariance)
      },
      parts: [
        Part("dMean", of: \.mean) { $0.dMean },
        Part("dLogVariance", of: \.logVariance) { $0.dLogVariance },
      ],
      misconceptions: likelihoodMisconceptions,
      alternatives: [
        { ($0.dMean, $0.dLogVariance) },
        { question in
          // In units of σ.
          let deviation = question.logVariance.map { Double.exp($0 / 2) }
          let distance = question.error / deviation
          return (
            -1 * distance / deviation / question.count,
            (1 - distance * distance) * 0.5 / question.count
          )
        },
        { question in
          // Through the variance v: ½(log v + e²/v), and v = e^ℓ.
          let variance = question.logVariance.map { Double.exp($0) }
          let square = question.error * question.error
          let dVariance = (1 / variance - square / (variance * variance)) * 0.5
          return (
            (question.mean - question.targets) / variance / question.count,
            dVariance * variance / question.count
          )
        },
      ],
      given: { question in
        question.tensors + [
          ("x - mu", question.error), ("e^-l", question.precision),
          ("(x - mu)²·e^-l", question.error * question.error * question.precision),
        ]
      },
      attempt: asks {
        try $0.gaussianLikelihoodBackward(
          mean: $1.mean, logVariance: $1.logVariance, targets: $1.targets)
      }
    )
  }

  private static func likelihood(_ question: LikelihoodQuestion) -> GaussianLoss<Double> {
    gaussianNegativeLogLikelihood(
      mean: question.mean, logVariance: question.logVariance, targets: question.targets)
  }

  private static var likelihoodMisconceptions: [Misconception<LikelihoodQuestion, MomentGradients>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (LikelihoodQuestion) -> MomentGradients
    ) -> Misconception<LikelihoodQuestion, MomentGradients> {
      Misconception("likelihood-" + name, sentence, answer: answer)
    }
    /// dℓ alone is another one.
    func doubt(
      _ name: String, _ sentence: String, _ dLogVariance: @escaping (LikelihoodQuestion) -> Matrix
    ) -> Misconception<LikelihoodQuestion, MomentGradients> {
      wrong(name, sentence) { ($0.dMean, dLogVariance($0)) }
    }
    func place(
      _ name: String, _ sentence: String, _ dMean: @escaping (LikelihoodQuestion) -> Matrix
    ) -> Misconception<LikelihoodQuestion, MomentGradients> {
      wrong(name, sentence) { (dMean($0), $0.dLogVariance) }
    }
    return [
      wrong(
        "deviation-for-log",
        "You took ℓ for σ. It is the logarithm of the variance: σ² = e^ℓ, and its slope is its own."
      ) { question in
        let s = question.logVariance
        return (
          -1 * question.error / (s * s) / question.count,
          (1 / s - question.error * question.error / (s * s * s)) / question.count
        )
      },
      wrong(
        "deviation-for-variance",
        "The error's square is divided by the variance, e^ℓ. You divided by the standard "
          + "deviation, e^(ℓ/2)."
      ) { question in
        let precision = question.logVariance.map { Double.exp(-$0 / 2) }
        return (
          -1 * question.error * precision / question.count,
          (1 - question.error * question.error * precision) / (2 * question.count)
        )
      },
      wrong(
        "log-of-deviation",
        "You took ℓ for the logarithm of σ. It is that of the variance: e^(-ℓ), not "
          + "e^(-2ℓ)."
      ) { question in
        let precision = question.precision * question.precision
        return (
          -1 * question.error * precision / question.count,
          (1 - question.error * question.error * precision) / question.count
        )
      },
      wrong(
        "variance-for-precision",
        "A large variance makes an error count less: e^(-ℓ). You multiplied by e^ℓ."
      ) { question in
        let variance = question.logVariance.map { Double.exp($0) }
        return (
          -1 * question.error * variance / question.count,
          (1 - question.error * question.error * variance) / (2 * question.count)
        )
      },
      wrong(
        "columns-not-averaged", "The mean is over all m·n numbers. You divided by the rows alone."
      ) { ($0.dMean * ($0.count / $0.m), $0.dLogVariance * ($0.count / $0.m)) },
      wrong("summed", "The loss is a mean over all m·n numbers: divide.") {
        ($0.dMean * $0.count, $0.dLogVariance * $0.count)
      },
      wrong(
        "halves-left-out",
        "Here ½ stands before the bracket, for ℓ and for the square. Other programs leave it out; then "
          + "both gradients are twice as large."
      ) { (2 * $0.dMean, 2 * $0.dLogVariance) },
      doubt(
        "error-not-divided",
        "In dℓ the square of the error is measured in variances: (x - μ)²·e^(-ℓ). You left e^(-ℓ) "
          + "out."
      ) { (1 - $0.error * $0.error) / (2 * $0.count) },
      doubt("half-forgotten", "The ½ in front of the bracket stays in dℓ.") {
        2 * $0.dLogVariance
      },
      doubt(
        "one-forgotten",
        "ℓ stands alone in the loss as well, and that slope is ½. Without it doubt costs nothing, "
          + "and grows for ever."
      ) { -1 * $0.error * $0.error * $0.precision / (2 * $0.count) },
      doubt(
        "error-not-squared", "The error's square is in dℓ, so that its sign does not count."
      ) { (1 - $0.error * $0.precision) / (2 * $0.count) },
      doubt(
        "doubt-uphill", "The sign of dℓ is turned: where the error is larger than σ, ℓ shall grow."
      ) { -1 * $0.dLogVariance },
      doubt(
        "other-sign-of-the-square",
        "The derivative of e^(-ℓ) is -e^(-ℓ): the square of the error is subtracted in dℓ."
      ) { (1 + $0.error * $0.error * $0.precision) / (2 * $0.count) },
      place(
        "mean-uphill",
        "The sign of dμ is turned: μ shall move towards x, so dμ has the sign of μ - x."
      ) { -1 * $0.dMean },
      place(
        "squared-error",
        "In dμ the error is measured in variances: (μ - x)·e^(-ℓ). Where the prediction admits "
          + "doubt, an error pulls less."
      ) { -1 * $0.error / $0.count },
      place(
        "mean-doubled", "The slope of ½(x - μ)² is μ - x: the 2 that comes down meets the ½."
      ) { 2 * $0.dMean },
      place(
        "mean-halved",
        "The slope of ½(x - μ)² is μ - x: the 2 that comes down meets the ½, and you kept "
          + "the ½."
      ) { $0.dMean / 2 },
    ]
  }
}
