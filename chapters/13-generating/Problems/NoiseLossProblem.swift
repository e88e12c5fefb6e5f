public import Checking
public import Core
import Generating

/// Images in noise, what they are said to be, and the noise that was added.
public struct NoiseLossQuestion: Question {
  /// x̂₀, x_t and ε, `[m, n]` each.
  public var prediction: Matrix, noisy: Matrix, noise: Matrix
  /// ᾱ of each row, `[m]`, above 0 and under 1.
  public var signals: Matrix

  public init(prediction: Matrix, noisy: Matrix, noise: Matrix, signals: Matrix) {
    (self.prediction, self.noisy, self.noise) = (prediction, noisy, noise)
    self.signals = signals
  }

  fileprivate init(_ rows: Int, _ columns: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [rows, columns], using: &generator) }
    self.init(
      prediction: draw(), noisy: draw(), noise: draw(),
      signals: Tensor(uniform: 0.05...0.95, shape: [rows], using: &generator))
  }

  public var isPermitted: Bool { signals.scalars.allSatisfy { 0 < $0 && $0 < 1 } }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x0", \.prediction), ("xt", \.noisy), ("epsilon", \.noise), ("a", \.signals),
    ]
  }
  public var summary: String { "x0, xt, epsilon \(noisy.shape), a \(signals.shape)" }

  fileprivate var m: Double { Double(noisy.rows) }
  fileprivate var count: Double { Double(noisy.count) }

  /// Each row times a number that its ᾱ gives.
  fileprivate func rows(_ x: Matrix, _ factor: (Double) -> Double) -> Matrix {
    (x.transposed * signals.map(factor)).transposed
  }
  /// ε̂ - ε, by some ᾱ.
  fileprivate var errors: Matrix {
    rows(noisy - rows(prediction) { $0.squareRoot() }) { 1 / (1 - $0).squareRoot() } - noise
  }
  /// -√ᾱ/√(1 - ᾱ)·2(ε̂ - ε)/(m·n).
  fileprivate var right: Matrix {
    rows(errors) { -($0 / (1 - $0)).squareRoot() } * (2 / count)
  }
  /// The same question with other ᾱ.
  fileprivate func with(_ signals: Matrix) -> Self {
    Self(prediction: prediction, noisy: noisy, noise: noise, signals: signals)
  }
}

extension Chapter13Problems {
  /// 13.5, the gradient of the noise loss at the predicted image.
  public static var noiseLoss: Problem<NoiseLossQuestion, Matrix> {
    Problem(
      "13.5", "noiseLossBackward", minutes: 20, difficulty: 3,
      section: "The noise, seen through the image",
      hints: [
        "Two steps forward, so two steps back: from x̂₀ to ε̂, and from ε̂ to a mean of squares. "
          + "Which letters are numbers that are given, and which one moves?",
        "One number, ᾱ = 0.8, x_t = 1, x̂₀ = 0, ε = 0: √(1 - ᾱ) is 0.447 and √ᾱ 0.894, so ε̂ = "
          + "2.236 and the loss 5. With x̂₀ = 0.01 ε̂ is 2.216: it fell by 0.02, twice as much as "
          + "x̂₀ rose. And a square of 2.236 has the slope 4.47. What is the loss's slope in x̂₀? "
          + "Where does the 2 come from?",
        "x̂₀, x_t, ε and the result are [m, n]; ᾱ is [m], one number for each row. The mean is "
          + "over all m·n numbers.",
        "dx̂₀ = -√ᾱ/√(1 - ᾱ)·2(ε̂ - ε)/(m·n), each row with its own ᾱ",
        "let (image, rest) = (signals[i].squareRoot(), (1 - signals[i]).squareRoot())\n"
          + "let shown = (noisy[i, j] - … * prediction[i, j]) / …\n"
          + "dPrediction[i, j] = -image / … * 2 * (shown - …) / Double(…)",
      ],
      cases: [
        Case(NoiseLossQuestion(4, 3, seed: 1341)), Case(NoiseLossQuestion(1, 5, seed: 1342)),
        Case(NoiseLossQuestion(3, 1, seed: 1343)), Case(NoiseLossQuestion(2, 2, seed: 1344)),
        Case(NoiseLossQuestion(5, 2, seed: 1345)).rounded("x0", "xt", "epsilon"),
        // Two rows of one strength.
        Case(
          NoiseLossQuestion(2, 3, seed: 1346).with(Matrix([0.5, 0.5]))),
      ],
      forward: { loss($0).loss },
      reference: { loss($0).gradient },
      parts: [Part("dPrediction", of: \.prediction)],
      misconceptions: noiseMisconceptions,
      alternatives: [
        { $0.right },
        { question in
          // As a multiple of x̂₀ - x₀: ε̂ - ε = -√ᾱ/√(1 - ᾱ)·(x̂₀ - x₀).
          let image = question.rows(
            question.noisy - question.rows(question.noise) { (1 - $0).squareRoot() }
          ) { 1 / $0.squareRoot() }
          return question.rows(question.prediction - image) { $0 / (1 - $0) } * (2 / question.count)
        },
        { question in
          // Number by number.
          var gradient = question.prediction
          for i in 0..<gradient.rows {
            let signal = question.signals[i]
            for j in 0..<gradient.columns {
              let all = question.noisy[i, j] - signal.squareRoot() * question.prediction[i, j]
              let error = all / (1 - signal).squareRoot() - question.noise[i, j]
              gradient[i, j] = -2 * error * (signal / (1 - signal)).squareRoot() / question.count
            }
          }
          return gradient
        },
      ],
      given: { question in
        question.tensors + [
          ("ε̂", question.errors + question.noise), ("ε̂ - ε", question.errors),
        ]
      },
      attempt: asks {
        try $0.noiseLossBackward(
          prediction: $1.prediction, noisy: $1.noisy, noise: $1.noise, signals: $1.signals)
      }
    )
  }

  private static func loss(_ question: NoiseLossQuestion) -> Loss<Double> {
    Generating.noiseLoss(
      prediction: question.prediction, noisy: question.noisy, noise: question.noise,
      signals: question.signals)
  }

  private static var noiseMisconceptions: [Misconception<NoiseLossQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (NoiseLossQuestion) -> Matrix
    ) -> Misconception<NoiseLossQuestion, Matrix> {
      Misconception("noise-" + name, sentence, answer: answer)
    }
    /// Other factors in front of ε̂ - ε.
    func factored(
      _ name: String, _ sentence: String, _ factor: @escaping (Double) -> Double
    ) -> Misconception<NoiseLossQuestion, Matrix> {
      wrong(name, sentence) { $0.rows($0.errors, factor) * (2 / $0.count) }
    }
    /// Other errors in place of ε̂ - ε.
    func mistaken(
      _ name: String, _ sentence: String, _ errors: @escaping (NoiseLossQuestion) -> Matrix
    ) -> Misconception<NoiseLossQuestion, Matrix> {
      wrong(name, sentence) {
        $0.rows(errors($0)) { -($0 / (1 - $0)).squareRoot() } * (2 / $0.count)
      }
    }
    return [
      wrong(
        "loss-of-the-image",
        "This is the gradient of (x̂₀ - x₀)², a loss of the image, as if √ᾱ/√(1 - ᾱ) were turned "
          + "over. Here the error is that of the noise, which weighs each strength otherwise."
      ) { question in
        let image = question.rows(
          question.noisy - question.rows(question.noise) { (1 - $0).squareRoot() }
        ) { 1 / $0.squareRoot() }
        return (question.prediction - image) * (2 / question.count)
      },
      wrong(
        "sign",
        "x̂₀ stands in ε̂ with a minus: more image means less noise. All signs are turned."
      ) { -1 * $0.right },
      factored(
        "image-factor-forgotten",
        "x̂₀ is multiplied by √ᾱ before it is subtracted: the factor √ᾱ is missing on the way back."
      ) { -1 / (1 - $0).squareRoot() },
      factored(
        "rest-factor-forgotten",
        "ε̂ is a difference divided by √(1 - ᾱ): the division is missing on the way back."
      ) { -$0.squareRoot() },
      factored("variance-for-root", "ε̂ is divided by √(1 - ᾱ). You left out the root.") {
        -$0.squareRoot() / (1 - $0)
      },
      factored("signal-for-root", "x̂₀ is multiplied by √ᾱ. You left out the root.") {
        -$0 / (1 - $0).squareRoot()
      },
      factored("both-without-roots", "Both factors are roots: √ᾱ/√(1 - ᾱ), not ᾱ/(1 - ᾱ).") {
        -$0 / (1 - $0)
      },
      factored(
        "stopped-at-the-noise",
        "2(ε̂ - ε)/(m·n) is the gradient of ε̂. What is asked is that of x̂₀, one step further "
          + "back."
      ) { _ in 1 },
      wrong(
        "columns-not-averaged", "The mean is over all m·n numbers. You divided by the rows alone."
      ) { $0.right * ($0.count / $0.m) },
      wrong(
        "rows-not-averaged", "The mean is over all m·n numbers. You divided by the columns alone."
      ) { $0.right * $0.m },
      wrong("summed", "The loss is a mean: divide by m·n.") { $0.right * $0.count },
      wrong("two-forgotten", "The slope of a square has a 2.") { $0.right / 2 },
      wrong(
        "next-row",
        "Each row has drowned to a depth of its own: row i has ᾱ of place i. Yours is another "
          + "row's."
      ) { question in
        let m = question.signals.count
        return question.with(question.signals.rows((0..<m).map { ($0 + 1) % m })).right
      },
      wrong(
        "first-row",
        "Each row has drowned to a depth of its own. You took the first row's ᾱ for all."
      ) { question in
        question.with(0 * question.signals + question.signals[0]).right
      },
      wrong(
        "signal-and-rest-exchanged",
        "ᾱ is what is left of the image, 1 - ᾱ the noise's part. You exchanged "
          + "them."
      ) { question in question.with(1 - question.signals).right },
      mistaken(
        "noise-not-subtracted",
        "The error is ε̂ - ε. You left ε out: then the noise shall be nothing."
      ) { $0.errors + $0.noise },
      mistaken(
        "error-without-division",
        "ε̂ is (x_t - √ᾱ·x̂₀)/√(1 - ᾱ). You left the division out of the error."
      ) { $0.noisy - $0.rows($0.prediction) { $0.squareRoot() } - $0.noise },
      mistaken(
        "error-without-signal",
        "ε̂ is (x_t - √ᾱ·x̂₀)/√(1 - ᾱ). You left √ᾱ out of the error."
      ) { $0.rows($0.noisy - $0.prediction) { 1 / (1 - $0).squareRoot() } - $0.noise },
    ]
  }
}
