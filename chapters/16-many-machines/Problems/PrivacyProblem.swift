public import Checking
public import Core
import ManyMachines

/// A lot of samples as a dense layer saw it, and the noise that shall hide them.
public struct PrivacyQuestion: Question {
  /// `[m, in]` and, for each sample's own loss, `[m, out]`.
  public var x: Matrix, dy: Matrix
  /// Drawn with the deviation σ, not yet times C, in the shapes of W and b.
  public var noiseW: Matrix, noiseB: Matrix
  /// C, and B, the expected number of samples.
  public var clip: Double, lot: Double

  public init(
    x: Matrix, dy: Matrix, noiseW: Matrix, noiseB: Matrix, clip: Double, lot: Double
  ) {
    (self.x, self.dy, self.noiseW, self.noiseB) = (x, dy, noiseW, noiseB)
    (self.clip, self.lot) = (clip, lot)
  }

  init(
    _ m: Int, _ inputs: Int, _ outputs: Int, clip: Double, lot: Double, noise: Double = 0.8,
    seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int], _ deviation: Double = 1) -> Matrix {
      Tensor(standardDeviation: deviation, shape: shape, using: &generator)
    }
    self.init(
      x: draw([m, inputs]), dy: draw([m, outputs]), noiseW: draw([inputs, outputs], noise),
      noiseB: draw([outputs], noise), clip: clip, lot: lot)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy), ("noiseW", \.noiseW), ("noiseB", \.noiseB)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("clip", \.clip), ("lot", \.lot)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of samples", \.x.rows)]
  }
  public var isPermitted: Bool { clip > 0 && lot > 0 }
  public var summary: String {
    "x \(x.shape), dy \(dy.shape), clip \(digits(clip)), lot \(digits(lot))"
  }

  fileprivate func square(_ rows: Matrix, _ i: Int) -> Double {
    (0..<rows.columns).reduce(0) { $0 + rows[i, $1] * rows[i, $1] }
  }

  /// ‖gᵢ‖, W and b together.
  func norm(_ i: Int) -> Double { ((square(x, i) + 1) * square(dy, i)).squareRoot() }

  /// What the answer's own lengths make of the gradients.
  fileprivate func gradients(from norms: Matrix) -> PrivacyAnswer { gradients(norm: { norms[$0] }) }

  /// C/‖g‖ where that is below 1.
  fileprivate func share(_ norm: Double) -> Double { norm > clip ? clip / norm : 1 }

  /// All three with any shares, noise, divisor and lengths.
  ///
  /// - Parameters:
  ///   - weight: The share of sample i's gradient of W.
  ///   - bias: The same for b; that of W unless it is given.
  ///   - noise: What the noise is multiplied with.
  ///   - divisor: What the sum with its noise is divided by.
  ///   - norm: What is said to be the length of sample i's gradient.
  /// - Returns: The lengths, and both gradients.
  fileprivate func gradients(
    weight: ((Int) -> Double)? = nil, bias: ((Int) -> Double)? = nil, noise: Double? = nil,
    divisor: Double? = nil, norm: ((Int) -> Double)? = nil
  ) -> PrivacyAnswer {
    let norms = (0..<x.rows).map(norm ?? self.norm)
    let own = weight ?? { share(norms[$0]) }
    let (noise, divisor) = (noise ?? clip, divisor ?? lot)
    var (dW, db) = (noise * noiseW, noise * noiseB)
    for i in 0..<x.rows {
      for o in 0..<dy.columns {
        db[o] += (bias ?? own)(i) * dy[i, o]
        for c in 0..<x.columns { dW[c, o] += own(i) * x[i, c] * dy[i, o] }
      }
    }
    return (Matrix(norms), dW / divisor, db / divisor)
  }
}

/// The length of each sample's gradient, and the private gradients of W and b.
public typealias PrivacyAnswer = (norms: Matrix, dW: Matrix, db: Matrix)

extension Chapter16Problems {
  /// 16.5, a gradient that says little about each sample.
  public static var privacy: Problem<PrivacyQuestion, PrivacyAnswer> {
    Problem(
      "16.5", "privateGradient", minutes: 25, difficulty: 3, section: "A sum that may not be split",
      hints: [
        "Take one sample at a time. Its gradient of W is a column times a row, of b a row. How long are both "
          + "together? Shorten it if it is too long. Then add, then hide, then divide.",
        "One input, one output, two samples: x = 2 and 0, dy = 1 and 0.5, C = 1. The first has the gradients 2 "
          + "and 1, of length √5; it is shortened to 2/√5 and 1/√5. The second has 0 and 0.5, of length 0.5, "
          + "and stays. Sum for W: 2/√5. And for b?",
        "x [m, in], dy [m, out]; dW and noiseW [in, out], db and noiseB [out]. m numbers, one a sample, say how "
          + "much of it stays, the same for W and for b. The noise is C times what you are given. Divide by "
          + "lot, not by m.",
        "‖gᵢ‖ = √((‖xᵢ‖² + 1)·‖dyᵢ‖²); cᵢ = min(1, C/‖gᵢ‖); dW = (Σᵢ cᵢ·xᵢᵀ·dyᵢ + C·noiseW)/B, "
          + "db = (Σᵢ cᵢ·dyᵢ + C·noiseB)/B",
        "var scaled = dy; for i in 0..<x.rows { …; let c = norm > clip ? … : 1; for o in … { scaled[i, o] *= c } "
          + "}; return (norms, (matmul(transposed: x, scaled) + clip * noiseW) / lot, (scaled.sum(axis: 0) + …) / lot)",
      ],
      cases: [
        Case(PrivacyQuestion(5, 3, 2, clip: 1.3, lot: 4.7, seed: 1641)),
        Case(PrivacyQuestion(3, 3, 3, clip: 2.5, lot: 6, seed: 1642)),
        Case(PrivacyQuestion(1, 2, 4, clip: 0.5, lot: 2.5, seed: 1643)),
        Case(PrivacyQuestion(6, 2, 1, clip: 100, lot: 5, seed: 1644)),
        Case(PrivacyQuestion(1, 1, 2, clip: 50, lot: 3, seed: 1646)),
        Case(PrivacyQuestion(4, 2, 3, clip: 1.5, lot: 3, seed: 1645)).rounded(),
        Case(
          PrivacyQuestion(
            x: Matrix(rows: [[1, 2], [0, 1], [2, 0], [3, 4]]),
            dy: Matrix(rows: [[1], [-2], [0.1], [0]]), noiseW: Matrix(rows: [[0], [0]]),
            noiseB: Matrix([0]), clip: 1, lot: 3)),
      ],
      forward: nil,
      reference: { question in
        let gradients = privateGradients(
          [DenseSamples(x: question.x, dy: question.dy)], clip: question.clip,
          noise: [WeightAndBias(weight: question.noiseW, bias: question.noiseB)],
          lot: question.lot)
        let norms = perSampleNorms([DenseSamples(x: question.x, dy: question.dy)])
        return (Matrix(norms), gradients[0].weight, gradients[0].bias)
      },
      parts: [
        Part("norms") { $0.norms },
        Part("dW", by: { $0.gradients(from: $1.norms).dW }) { $0.dW },
        Part("db", by: { $0.gradients(from: $1.norms).db }) { $0.db },
      ],
      misconceptions: privacyMisconceptions,
      alternatives: [
        { $0.gradients() },
        { question in
          // Each sample's gradient as it is, then its length.
          var norms = Matrix(shape: [question.x.rows])
          var (dW, db) = (
            Matrix(shape: question.noiseW.shape), Matrix(shape: question.noiseB.shape)
          )
          for i in 0..<question.x.rows {
            let own = matmul(transposed: question.x.rows([i]), question.dy.rows([i]))
            let bias = question.dy.rows([i]).sum(axis: 0)
            let length = (own.squaredNorm() + bias.squaredNorm()).squareRoot()
            norms[i] = length
            let share = length == 0 ? 1 : min(1, question.clip / length)
            dW += share * own
            db += share * bias
          }
          return (
            norms, (dW + question.clip * question.noiseW) / question.lot,
            (db + question.clip * question.noiseB) / question.lot
          )
        },
        { question in
          // A one behind each x makes the bias a row of W.
          let m = question.x.rows
          let wide = Matrix(
            (0..<m).flatMap { i in (0..<question.x.columns).map { question.x[i, $0] } + [1] },
            shape: [m, question.x.columns + 1])
          let norms = (0..<m).map { i -> Double in
            wide.rows([i]).squaredNorm().squareRoot()
              * question.dy.rows([i]).squaredNorm().squareRoot()
          }
          let shares = norms.map { question.clip / max($0, question.clip) }
          let scaled = (question.dy.transposed * Matrix(shares)).transposed
          let all: Matrix = matmul(transposed: wide, scaled) / question.lot
          let share: Double = question.clip / question.lot
          let dW: Matrix = all.rows(0..<question.x.columns) + share * question.noiseW
          let db: Matrix = all.rows([question.x.columns]).sum(axis: 0) + share * question.noiseB
          return (Matrix(norms), dW, db)
        },
      ],
      given: { $0.tensors },
      attempt: asks {
        try $0.privateGradient(
          $1.dy, x: $1.x, clip: $1.clip, noiseW: $1.noiseW, noiseB: $1.noiseB, lot: $1.lot)
      }
    )
  }

  private static var privacyMisconceptions: [Misconception<PrivacyQuestion, PrivacyAnswer>] {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (PrivacyQuestion) -> PrivacyAnswer
    ) -> Misconception<PrivacyQuestion, PrivacyAnswer> {
      Misconception("private-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "mean-clipped",
        "Each sample's gradient is shortened by itself. You shortened their mean: one sample may then be as "
          + "long as it likes, as long as the others make up for it."
      ) { question in
        let plain = question.gradients(weight: { _ in 1 }, noise: 0)
        let length = (plain.dW.squaredNorm() + plain.db.squaredNorm()).squareRoot()
        let share = question.share(length)
        let noise = question.clip / question.lot
        return (
          plain.norms, share * plain.dW + noise * question.noiseW,
          share * plain.db + noise * question.noiseB
        )
      },
      wrong(
        "tensors-by-themselves",
        "C is for all of a sample's gradient, W and b together. You shortened each tensor to C by itself: "
          + "together they may have √2·C."
      ) { question in
        question.gradients(
          weight: {
            question.share(
              (question.square(question.x, $0) * question.square(question.dy, $0)).squareRoot())
          }, bias: { question.share(question.square(question.dy, $0).squareRoot()) })
      },
      wrong(
        "scaled-up",
        "Gradients that are short stay as they are: min(1, C/‖g‖). You made all of them as long as C, and one "
          + "of length 0 no number."
      ) { question in question.gradients(weight: { question.clip / question.norm($0) }) },
      wrong(
        "epsilon-added",
        "You added 10⁻⁶ to the length before you divided, as programs do that fear 0/0. Only a length above C is "
          + "divided by, and no longer than C means exactly C."
      ) { question in
        question.gradients(weight: { min(question.clip / (question.norm($0) + 1e-6), 1) })
      },
      wrong(
        "noise-without-clip",
        "The noise must be as large as what it hides, up to C: C times what you are given."
      ) { $0.gradients(noise: 1) },
      wrong(
        "noise-per-sample",
        "The noise is added once, to the sum. You added it once for every sample."
      ) { $0.gradients(noise: $0.clip * Double($0.x.rows)) },
      wrong(
        "divided-before-noise",
        "The noise hides one sample in the *sum*: add it, then divide all by B. You divided first, and the noise "
          + "is B times too large."
      ) { $0.gradients(noise: $0.clip * $0.lot) },
      wrong(
        "noise-by-root",
        "One draw is added to a sum, and then divided by B as the sum is. √B would be right for B draws, one a "
          + "sample."
      ) { $0.gradients(noise: $0.clip * $0.lot.squareRoot()) },
      wrong(
        "bias-left-out",
        "The bias is a parameter like others: ‖gᵢ‖² = (‖xᵢ‖² + 1)·‖dyᵢ‖². The 1 is the bias, and yours has none."
      ) { question in
        question.gradients(norm: {
          (question.square(question.x, $0) * question.square(question.dy, $0)).squareRoot()
        })
      },
      wrong(
        "divided-by-those-who-came",
        "How many came is a secret, too: divide by the number that was expected, lot. You divided by m."
      ) { $0.gradients(divisor: Double($0.x.rows)) },
      wrong(
        "not-clipped", "No sample may be longer than C. You added them as they are."
      ) { $0.gradients(weight: { _ in 1 }) },
      wrong(
        "upstream-clipped",
        "The gradient of W is x times dy, and its length is not that of dy alone. You shortened dy to C."
      ) { question in
        question.gradients(norm: { question.square(question.dy, $0).squareRoot() })
      },
      wrong(
        "square-in-place-of-length",
        "(‖xᵢ‖² + 1)·‖dyᵢ‖² is the square of the length: the root is missing."
      ) { question in
        question.gradients(norm: { question.norm($0) * question.norm($0) })
      },
      wrong(
        "noise-forgotten", "Shortened gradients still tell who was there: the noise is missing."
      ) {
        $0.gradients(noise: 0)
      },
      wrong("not-divided", "A lot's gradient is a mean: divide sum and noise by lot.") {
        $0.gradients(divisor: 1)
      },
    ]
  }
}
