public import Checking
public import Core
import Generating

/// Means and logarithms of variances of codes.
public struct DivergenceQuestion: Question {
  /// μ, `[m, d]`.
  public var mean: Matrix
  /// ℓ, `[m, d]`.
  public var logVariance: Matrix

  public init(mean: Matrix, logVariance: Matrix) {
    (self.mean, self.logVariance) = (mean, logVariance)
  }

  fileprivate init(_ rows: Int, _ columns: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [rows, columns], using: &generator) }
    self.init(mean: draw(), logVariance: draw())
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("mu", \.mean), ("l", \.logVariance)]
  }
  public var summary: String { "mu, l \(mean.shape)" }

  fileprivate var m: Double { Double(mean.rows) }
  fileprivate var d: Double { Double(mean.columns) }
  fileprivate var variance: Matrix { logVariance.map { Double.exp($0) } }
  fileprivate var dMean: Matrix { mean / m }
  fileprivate var dLogVariance: Matrix { 0.5 * (variance - 1) / m }
}

extension Chapter13Problems {
  /// 13.2, the gradients of a Kullback–Leibler divergence.
  public static var divergence: Problem<DivergenceQuestion, MomentGradients> {
    Problem(
      "13.2", "klBackward", minutes: 15, difficulty: 2, section: "What a code may cost",
      hints: [
        "The loss is a sum of small terms, and each has one μ or one ℓ in it. Which terms know of "
          + "this ℓ?",
        "One code of one number, μ = 3, ℓ = 0: the loss is ½(9 + 1 - 1 - 0) = 4.5. With μ = 3.01 "
          + "it is 4.53005, so its slope is 3. At ℓ = 0 the terms in ℓ are at their lowest, e⁰ - "
          + "0 = 1: raise or lower ℓ a little and nothing changes. What must dℓ be there?",
        "μ and ℓ are [m, d], and so are both results. The loss adds up over d and takes the mean "
          + "over m: only one of the two sizes is divided by.",
        "dμ = μ/m, dℓ = ½(e^ℓ - 1)/m",
        "let m = Double(mean.rows)\n"
          + "return (mean / …, logVariance.map { (Double.exp($0) - …) / 2 } / …)",
      ],
      cases: [
        Case(DivergenceQuestion(4, 3, seed: 1311)), Case(DivergenceQuestion(1, 5, seed: 1312)),
        Case(DivergenceQuestion(6, 1, seed: 1313)),
        Case(DivergenceQuestion(5, 2, seed: 1314)).rounded(),
        Case(DivergenceQuestion(2, 2, seed: 1315)),
        // Nothing to pay: μ = 0, ℓ = 0.
        Case(DivergenceQuestion(mean: Matrix(shape: [2, 3]), logVariance: Matrix(shape: [2, 3]))),
      ],
      forward: {
        divergenceFromNormal(mean: $0.mean, logVariance: $0.logVariance).loss
      },
      reference: {
        let (_, dMean, dLogVariance) = divergenceFromNormal(
          mean: $0.mean, logVariance: $0.logVariance)
        return (dMean, dLogVariance)
      },
      parts: [
        Part("dMean", of: \.mean) { $0.dMean },
        Part("dLogVariance", of: \.logVariance) { $0.dLogVariance },
      ],
      misconceptions: divergenceMisconceptions,
      alternatives: [
        { ($0.dMean, $0.dLogVariance) },
        { question in
          // e^ℓ - 1 exact near 0.
          (
            question.mean * (1 / question.m),
            question.logVariance.map { Double.expMinusOne($0) } / (2 * question.m)
          )
        },
        { question in
          // Through the variance v: ½(v - log v), and v = e^ℓ.
          let dVariance = question.variance.map { 0.5 * (1 - 1 / $0) } / question.m
          return (question.dMean, dVariance * question.variance)
        },
      ],
      given: { $0.tensors + [("e^l", $0.variance)] },
      attempt: asks { try $0.klBackward(mean: $1.mean, logVariance: $1.logVariance) }
    )
  }

  private static var divergenceMisconceptions: [Misconception<DivergenceQuestion, MomentGradients>]
  {
    func scaled(
      _ name: String, _ sentence: String, by factor: @escaping (DivergenceQuestion) -> Double
    ) -> Misconception<DivergenceQuestion, MomentGradients> {
      Misconception("kl-" + name, sentence) {
        ($0.dMean * factor($0), $0.dLogVariance * factor($0))
      }
    }
    func wrong(
      _ name: String, _ sentence: String, _ dLogVariance: @escaping (DivergenceQuestion) -> Matrix
    ) -> Misconception<DivergenceQuestion, MomentGradients> {
      Misconception("kl-" + name, sentence) { ($0.dMean, dLogVariance($0)) }
    }
    func wrongMean(
      _ name: String, _ sentence: String, factor: Double
    ) -> Misconception<DivergenceQuestion, MomentGradients> {
      Misconception("kl-" + name, sentence) { ($0.dMean * factor, $0.dLogVariance) }
    }
    return [
      scaled(
        "mean-over-dimensions",
        "The divergence of a code is the sum over its d dimensions: only the batch is averaged. "
          + "You divided by m·d, which is a smaller β."
      ) { 1 / $0.d },
      scaled(
        "batch-not-averaged",
        "The loss takes the mean over the batch, as the reconstruction beside it does: divide by m."
      ) { $0.m },
      scaled(
        "divided-by-dimensions-alone",
        "You divided by d, the number of dimensions. It is the batch, m, that is averaged over."
      ) { $0.m / $0.d },
      scaled(
        "uphill",
        "This drives the codes away from N(0, 1). The divergence is minimised: all signs turn."
      ) { _ in -1 },
      scaled(
        "halves-left-out",
        "Here ½ stands before the bracket, for μ² and for the rest. You left it out of both: a β of 2."
      ) { _ in 2 },
      wrong(
        "one-forgotten",
        "There is a -ℓ in the loss beside e^ℓ: its slope, -1, holds the variance up. Without it "
          + "every code shrinks to a point."
      ) { 0.5 * $0.variance / $0.m },
      wrong("half-forgotten", "The ½ in front of the bracket stays in dℓ.") {
        ($0.variance - 1) / $0.m
      },
      wrong(
        "deviation-for-log",
        "You took ℓ for σ: σ - 1/σ would be its gradient. ℓ is the logarithm of the variance."
      ) { question in question.logVariance.map { $0 - 1 / $0 } / question.m },
      wrong(
        "log-of-deviation",
        "You took ℓ for the logarithm of σ. It is that of the variance: e^ℓ, not e^(2ℓ)."
      ) { ($0.variance * $0.variance - 1) / $0.m },
      wrong(
        "root-of-variance",
        "The loss has the variance e^ℓ in it. You took the standard deviation, e^(ℓ/2)."
      ) { question in question.logVariance.map { 0.5 * (Double.exp($0 / 2) - 1) } / question.m },
      wrong(
        "other-way-round",
        "This is the divergence of N(0, 1) from the code, the other way round: 1 - e^(-ℓ). It is "
          + "another loss."
      ) { question in question.logVariance.map { 0.5 * (1 - Double.exp(-$0)) } / question.m },
      wrong("log-variance-uphill", "The sign of dℓ is turned: where e^ℓ is above 1, ℓ shall fall.")
      {
        -$0.dLogVariance
      },
      wrong(
        "log-variance-itself",
        "You have ½ℓ where ½(e^ℓ - 1) belongs: the two agree near 0 only."
      ) { 0.5 * $0.logVariance / $0.m },
      wrongMean(
        "mean-doubled", "The slope of ½μ² is μ: the 2 that comes down meets the ½.", factor: 2),
      wrongMean(
        "mean-halved",
        "The slope of ½μ² is μ: the 2 that comes down meets the ½, and you kept the ½.",
        factor: 0.5),
    ]
  }
}
