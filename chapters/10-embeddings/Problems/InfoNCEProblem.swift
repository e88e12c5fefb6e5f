public import Checking
public import Core
import Embeddings

/// The gradients of InfoNCE.
public typealias InfoNCEAnswer = (dA: Matrix, dB: Matrix)

/// Two matrices of which row i and row i belong together.
public struct InfoNCEQuestion: Question {
  public var a: Matrix
  public var b: Matrix
  public var temperature: Double

  public init(a: Matrix, b: Matrix, temperature: Double) {
    (self.a, self.b, self.temperature) = (a, b, temperature)
  }

  init(_ batch: Int, _ width: Int, temperature: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let a: Matrix = Tensor(standardDeviation: 0.7, shape: [batch, width], using: &generator)
    let noise: Matrix = Tensor(standardDeviation: 0.6, shape: [batch, width], using: &generator)
    self.init(a: a, b: a + noise, temperature: temperature)
  }

  public var isPermitted: Bool { temperature > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("A", \.a), ("B", \.b)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("temperature", \.temperature)]
  }
  public var summary: String { "A, B \(a.shape), temperature \(digits(temperature))" }

  fileprivate var m: Double { Double(a.rows) }
  fileprivate var scores: Matrix { matmul(a, transposed: b) / temperature }
  fileprivate var identity: Matrix { oneHot(Array(0..<a.rows), classes: a.rows) }
  fileprivate var ofRows: Matrix { softmax(scores) }
  fileprivate var ofColumns: Matrix { softmax(scores.transposed).transposed }
  fileprivate var dS: Matrix { (ofRows + ofColumns - 2 * identity) / (2 * m) }

  fileprivate func gradients(dS: Matrix) -> InfoNCEAnswer {
    (matmul(dS, b) / temperature, matmul(transposed: dS, a) / temperature)
  }
}

extension Chapter10Problems {
  /// 10.4, the gradients of InfoNCE.
  public static var infoNCE: Problem<InfoNCEQuestion, InfoNCEAnswer> {
    Problem(
      "10.4", "infoNCEBackward", minutes: 25, difficulty: 3, section: "Pick your partner",
      hints: [
        "Each row of S is a classification: m classes, and the right one is on the diagonal. So is each "
          + "column. What does chapter 2 say of softmax and cross-entropy together?",
        "Two pairs, S = (0 0; 0 0): every softmax is ½. By rows dS is (½ - 1, ½; ½, ½ - 1)/2, by columns "
          + "it is the same. The loss has half of each: what is dS? With a₁ = 1, b₁ = 2, b₂ = 3 and τ = ½, "
          + "S₁₂ = 1·3/½. How fast does it rise with a₁, how fast with b₂?",
        "S and dS are [m, m]: a row for each row of A, a column for each row of B. dA and dB are [m, d]. "
          + "dS is square, so shapes do not say where it has to be transposed.",
        "S = A·Bᵀ/τ; dS = (softmax by rows + softmax by columns - 2·identity)/(2m); dA = dS·B/τ, "
          + "dB = dSᵀ·A/τ. softmax(S.T).T is the softmax by columns.",
        "let s = matmul(a, transposed: b) / …; let targets = oneHot(Array(0..<a.rows), classes: a.rows); "
          + "let dS = (softmax(s) + softmax(s.T).T - …) / …; return (matmul(dS, b) / …, "
          + "matmul(transposed: …, a) / …)",
      ],
      cases: [
        Case(InfoNCEQuestion(5, 3, temperature: 0.4, seed: 1031)),
        Case(InfoNCEQuestion(4, 4, temperature: 1.7, seed: 1032)),
        Case(InfoNCEQuestion(2, 5, temperature: 0.6, seed: 1033)),
        // One pair has nobody else to pick: both are 0.
        Case(InfoNCEQuestion(1, 3, temperature: 0.5, seed: 1034)),
        Case(InfoNCEQuestion(3, 2, temperature: 0.8, seed: 1035)).rounded(),
        // Scores of ±1000: no exponential may overflow.
        Case(
          InfoNCEQuestion(
            a: Matrix(rows: [[30, 0], [0, 30], [30, 0]]),
            b: Matrix(rows: [[30, 1], [-30, 2], [0, 3]]),
            temperature: 0.9)),
      ],
      forward: { Embeddings.infoNCE($0.a, $0.b, temperature: $0.temperature).loss },
      reference: {
        let (_, dA, dB) = Embeddings.infoNCE($0.a, $0.b, temperature: $0.temperature)
        return (dA, dB)
      },
      parts: [Part("dA", of: \.a) { $0.dA }, Part("dB", of: \.b) { $0.dB }],
      misconceptions: infoNCEMisconceptions, clues: InfoNCEQuestion.clues,
      alternatives: [
        { $0.gradients(dS: $0.dS) },
        { question in
          // Each direction for itself, and the mean of both.
          let rows = question.gradients(dS: (question.ofRows - question.identity) / question.m)
          let columns = question.gradients(
            dS: (question.ofColumns - question.identity) / question.m)
          return ((rows.dA + columns.dA) / 2, (rows.dB + columns.dB) / 2)
        },
        { question in
          // With loops alone.
          let (dS, t) = (question.dS, question.temperature)
          var (dA, dB) = (0 * question.a, 0 * question.b)
          for i in 0..<dA.rows {
            for k in 0..<dA.rows {
              for j in 0..<dA.columns {
                dA[i, j] += dS[i, k] * question.b[k, j] / t
                dB[k, j] += dS[i, k] * question.a[i, j] / t
              }
            }
          }
          return (dA, dB)
        },
      ],
      attempt: asks { try $0.infoNCEBackward($1.a, $1.b, temperature: $1.temperature) }
    )
  }

  private static var infoNCEMisconceptions: [Misconception<InfoNCEQuestion, InfoNCEAnswer>] {
    func wrong(
      _ name: String, _ sentence: String, dS: @escaping (InfoNCEQuestion) -> Matrix
    ) -> Misconception<InfoNCEQuestion, InfoNCEAnswer> {
      Misconception("infonce-" + name, sentence) { $0.gradients(dS: dS($0)) }
    }
    func spoiled(
      _ name: String, _ sentence: String,
      _ answer: @escaping (InfoNCEQuestion, InfoNCEAnswer) -> InfoNCEAnswer
    ) -> Misconception<InfoNCEQuestion, InfoNCEAnswer> {
      Misconception("infonce-" + name, sentence) { answer($0, $0.gradients(dS: $0.dS)) }
    }
    return [
      wrong(
        "rows-only",
        "The loss has two halves. You let A pick among B's rows; B picks among A's as well, by columns."
      ) { ($0.ofRows - $0.identity) / $0.m },
      wrong(
        "columns-only",
        "The loss has two halves. You let B pick among A's rows; A picks among B's as well, by rows."
      ) { ($0.ofColumns - $0.identity) / $0.m },
      wrong("without-half", "The loss is half the sum of both cross-entropies: the ½ is missing.") {
        2 * $0.dS
      },
      spoiled(
        "temperature-forgotten",
        "S is A·Bᵀ/τ: on the way back to A and B, dS is divided by τ as well."
      ) { ($1.dA * $0.temperature, $1.dB * $0.temperature) },
      spoiled(
        "temperature-twice", "You divided by τ twice on the way back. It stands in S once."
      ) { ($1.dA / $0.temperature, $1.dB / $0.temperature) },
      wrong(
        "temperature-not-in-softmax", "The softmax is that of S = A·Bᵀ/τ. You left τ out of it."
      ) { question in
        let s = matmul(question.a, transposed: question.b)
        return (softmax(s) + softmax(s.transposed).transposed - 2 * question.identity)
          / (2 * question.m)
      },
      spoiled(
        "scores-untransposed",
        "dB = dSᵀ·A/τ. dS is square, so dS·A has the right shape and the wrong numbers."
      ) { ($1.dA, matmul($0.dS, $0.a) / $0.temperature) },
      wrong(
        "partner-left-out",
        "A softmax is over all m scores of its row or column, the partner's too. You left that one out of "
          + "the sum, so that the others' shares add up to 1 without it."
      ) { question in
        func shares(_ s: Matrix) -> Matrix {
          var others = s
          for i in 0..<s.rows { others[i, i] = -.infinity }
          return softmax(others)
        }
        let s = question.scores
        return (shares(s) + shares(s.transposed).transposed - 2 * question.identity)
          / (2 * question.m)
      },
      Misconception(
        "infonce-normalised-first",
        "A and B come as they are: S = A·Bᵀ/τ. You divided their rows by their lengths first, which is a "
          + "step of its own."
      ) { question in
        let other = InfoNCEQuestion(
          a: l2Normalize(question.a), b: l2Normalize(question.b), temperature: question.temperature)
        return other.gradients(dS: other.dS)
      },
      Misconception(
        "infonce-temperature-multiplied",
        "S is A·Bᵀ divided by τ. You multiplied, as with a scale of 1/τ."
      ) { question in
        let other = InfoNCEQuestion(
          a: question.a, b: question.b, temperature: 1 / question.temperature)
        return other.gradients(dS: other.dS)
      },
      wrong(
        "rows-turned",
        "You transposed the softmax of the rows. The columns need one of their own: each sums to 1."
      ) { ($0.ofRows + $0.ofRows.transposed - 2 * $0.identity) / (2 * $0.m) },
      wrong(
        "targets-forgotten", "The partners are on the diagonal: each softmax less its target, 1."
      ) {
        ($0.ofRows + $0.ofColumns) / (2 * $0.m)
      },
      wrong(
        "first-column",
        "Row i belongs to row i: the targets are on the diagonal. Yours are all in the first column, as "
          + "where the right score has been put first."
      ) { question in
        let first: Matrix = oneHot(
          [Int](repeating: 0, count: question.a.rows), classes: question.a.rows)
        return (question.ofRows + question.ofColumns - first - first.transposed) / (2 * question.m)
      },
      wrong("not-divided", "Each cross-entropy is a mean over its m rows: the 1/m is missing.") {
        $0.m * $0.dS
      },
      spoiled(
        "partner-stopped",
        "B is made by a network too, and gets a gradient as A does. You took it for a constant."
      ) { ($1.dA, 0 * $1.dB) },
    ]
  }
}
