public import Checking
public import Core
import Generating

/// A draw z = μ + e^(ℓ/2)⊙ε, and the gradient that arrives at it.
public struct LatentDrawQuestion: Question {
  /// μ, `[m, d]`; no answer is given it.
  public var mean: Matrix
  /// ℓ, ε and dz, `[m, d]` each.
  public var logVariance: Matrix, noise: Matrix, dz: Matrix

  public init(mean: Matrix, logVariance: Matrix, noise: Matrix, dz: Matrix) {
    (self.mean, self.logVariance, self.noise, self.dz) = (mean, logVariance, noise, dz)
  }

  fileprivate init(_ rows: Int, _ columns: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [rows, columns], using: &generator) }
    self.init(mean: draw(), logVariance: draw(), noise: draw(), dz: draw())
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("mu", \.mean), ("l", \.logVariance), ("epsilon", \.noise), ("dz", \.dz)]
  }
  public var summary: String { "dz, l, epsilon \(dz.shape)" }

  /// σ = e^(ℓ/2).
  fileprivate var deviation: Matrix { logVariance.map { Double.exp($0 / 2) } }
  fileprivate var variance: Matrix { logVariance.map { Double.exp($0) } }
  fileprivate var right: Matrix { 0.5 * dz * noise * deviation }
}

extension Chapter13Problems {
  /// 13.1, the gradients of a draw.
  public static var latentDraw: Problem<LatentDrawQuestion, MomentGradients> {
    Problem(
      "13.1", "reparameterizeBackward", minutes: 15, difficulty: 2,
      section: "A die that lets a gradient pass",
      hints: [
        "ε has been drawn and lies on the table: it is a number like any other now. What is z "
          + "then, seen from μ? And seen from ℓ?",
        "One number, μ = 0, ℓ = 0, ε = 2: z = 0 + e⁰·2 = 2. With ℓ = 0.02 it is e^0.01·2 = "
          + "2.0201. So z rose by 0.0201 for 0.02 of ℓ: a slope of 1, where ε is 2. With ε = -2 "
          + "it is -1, and with ε = 0 there is none. What would ℓ = 2 change?",
        "dz, ℓ and ε are [m, d], and so are both results. Everything is element by element. μ is "
          + "not needed: z is μ plus something that does not know it.",
        "dμ = dz, dℓ = ½·dz⊙ε⊙e^(ℓ/2)",
        "let deviation = logVariance.map { Double.exp($0 / …) }\n"
          + "return (dz, … * dz * noise * …)",
      ],
      cases: [
        Case(LatentDrawQuestion(4, 3, seed: 1301)), Case(LatentDrawQuestion(1, 5, seed: 1302)),
        Case(LatentDrawQuestion(3, 1, seed: 1303)),
        Case(LatentDrawQuestion(5, 2, seed: 1304)).rounded(),
        Case(LatentDrawQuestion(2, 2, seed: 1305)),
      ],
      forward: {
        ($0.dz * reparameterized(mean: $0.mean, logVariance: $0.logVariance, noise: $0.noise)).sum()
      },
      reference: {
        reparameterizedBackward($0.dz, logVariance: $0.logVariance, noise: $0.noise)
      },
      parts: [
        Part("dMean", of: \.mean) { $0.dMean },
        Part("dLogVariance", of: \.logVariance) { $0.dLogVariance },
      ],
      misconceptions: drawMisconceptions,
      alternatives: [
        { ($0.dz, $0.right) },
        { question in
          // Through σ: dσ = dz⊙ε, and σ = e^(ℓ/2).
          let dDeviation = question.dz * question.noise
          return (question.dz, dDeviation * question.deviation / 2)
        },
        { question in
          // Through what was added to μ.
          let added =
            reparameterized(
              mean: 0 * question.mean, logVariance: question.logVariance, noise: question.noise)
          return (1 * question.dz, question.dz * added * 0.5)
        },
      ],
      given: { question in
        [
          ("dz", question.dz), ("l", question.logVariance), ("epsilon", question.noise),
          ("e^(l/2)", question.deviation),
        ]
      },
      attempt: asks {
        try $0.reparameterizeBackward($1.dz, logVariance: $1.logVariance, noise: $1.noise)
      }
    )
  }

  private static var drawMisconceptions: [Misconception<LatentDrawQuestion, MomentGradients>] {
    func wrong(
      _ name: String, _ sentence: String, _ dLogVariance: @escaping (LatentDrawQuestion) -> Matrix
    ) -> Misconception<LatentDrawQuestion, MomentGradients> {
      Misconception("draw-" + name, sentence) { ($0.dz, dLogVariance($0)) }
    }
    func wrongMean(
      _ name: String, _ sentence: String, _ dMean: @escaping (LatentDrawQuestion) -> Matrix
    ) -> Misconception<LatentDrawQuestion, MomentGradients> {
      Misconception("draw-" + name, sentence) { (dMean($0), $0.right) }
    }
    return [
      wrong(
        "half-forgotten", "ℓ is halved in e^(ℓ/2), and that ½ comes down with the derivative."
      ) { $0.dz * $0.noise * $0.deviation },
      wrong(
        "noise-forgotten",
        "The slope of e^(ℓ/2)⊙ε in ℓ has ε in it: a draw far out feels a wider σ more than one "
          + "near the middle, and one on the other side the other way."
      ) { 0.5 * $0.dz * $0.deviation },
      wrong("noise-squared", "ε is in z once, and so it is in dℓ. You have its square.") {
        0.5 * $0.dz * $0.noise * $0.noise * $0.deviation
      },
      wrong(
        "deviation-for-log",
        "dz⊙ε is the gradient of σ. What is asked is that of ℓ, the logarithm of the variance: "
          + "σ = e^(ℓ/2) is one step more."
      ) { $0.dz * $0.noise },
      wrong(
        "deviation-forgotten",
        "The derivative of e^(ℓ/2) is ½·e^(ℓ/2): the exponential stays, and you left it out."
      ) { 0.5 * $0.dz * $0.noise },
      wrong(
        "variance-for-deviation",
        "What multiplies ε is the standard deviation e^(ℓ/2). You took the variance, e^ℓ."
      ) { 0.5 * $0.dz * $0.noise * $0.variance },
      wrong(
        "log-of-deviation",
        "This is right if ℓ were the logarithm of σ. It is that of the variance, σ²."
      ) { $0.dz * $0.noise * $0.variance },
      wrong(
        "deviation-inverted",
        "e^(ℓ/2) multiplies: a large ℓ makes the slope larger. You divide by it."
      ) { 0.5 * $0.dz * $0.noise / $0.deviation },
      wrongMean(
        "mean-scaled", "z is μ plus something: the slope in μ is 1, not σ. dμ is dz as it comes."
      ) { $0.dz * $0.deviation },
      wrongMean(
        "mean-noised",
        "z is μ plus something: the slope in μ is 1, whatever ε was. dμ is dz as it comes."
      ) { $0.dz * $0.noise },
      Misconception(
        "draw-divided-by-batch",
        "The loss is a mean already, and dz carries the division. You divided by the batch once "
          + "more."
      ) { ($0.dz / Double($0.dz.rows), $0.right / Double($0.dz.rows)) },
    ]
  }
}
