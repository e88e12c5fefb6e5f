public import Checking
public import Core
import Generating

/// The gradients of quantised vectors: that of z, and that of the list of codes.
public typealias QuantizerGradients = (dz: Matrix, dCodebook: Matrix)

/// Vectors, a list of codes, and the gradient that arrives at what was chosen.
public struct QuantizerQuestion: Question {
  /// z and dq, `[m, n]` each.
  public var z: Matrix, dq: Matrix
  /// E, `[codes, n]`.
  public var codebook: Matrix
  public var beta: Double

  public init(z: Matrix, codebook: Matrix, dq: Matrix, beta: Double) {
    (self.z, self.codebook, self.dq, self.beta) = (z, codebook, dq, beta)
  }

  fileprivate init(_ rows: Int, _ width: Int, codes: Int, beta: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    self.init(
      z: draw([rows, width]), codebook: draw([codes, width]), dq: draw([rows, width]), beta: beta)
  }

  public var isPermitted: Bool { beta >= 0 && beta.isFinite }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("dq", \.dq), ("z", \.z), ("E", \.codebook)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("beta", \.beta)]
  }
  public var summary: String { "dq, z \(z.shape), E \(codebook.shape), beta \(digits(beta))" }

  fileprivate var m: Double { Double(z.rows) }
  fileprivate var count: Double { Double(z.count) }
  fileprivate var chosen: [Int] { nearestRows(z, in: codebook) }
  /// The last of equally near codes.
  fileprivate var lastChosen: [Int] {
    let reversed = codebook.rows((0..<codebook.rows).reversed().map { $0 })
    return nearestRows(z, in: reversed).map { codebook.rows - 1 - $0 }
  }
  /// z - q.
  fileprivate var distance: Matrix { z - codebook.rows(chosen) }

  /// Σ of some rows, each at its code.
  fileprivate func gathered(_ rows: Matrix, _ chosen: [Int]) -> Matrix {
    var sums = 0 * codebook
    for (i, code) in chosen.enumerated() {
      for j in 0..<rows.columns { sums[code, j] += rows[i, j] }
    }
    return sums
  }

  /// The gradients with factors of their own.
  fileprivate func gradients(
    straight: Double = 1, commitment: Double, codes: Double, chosen: [Int]? = nil
  ) -> QuantizerGradients {
    let chosen = chosen ?? self.chosen
    let distance = z - codebook.rows(chosen)
    return (
      straight * dq + (2 * commitment / count) * distance,
      gathered((-2 * codes / count) * distance, chosen)
    )
  }
  fileprivate var right: QuantizerGradients { gradients(commitment: beta, codes: 1) }
}

extension Chapter13Problems {
  /// 13.7, the gradients of vector quantisation.
  public static var vectorQuantizer: Problem<QuantizerQuestion, QuantizerGradients> {
    Problem(
      "13.7", "vectorQuantizeBackward", minutes: 30, difficulty: 4, isChallenge: true,
      section: "Codes from a list",
      hints: [
        "Which code was chosen does not change when z moves a little: by differences z would "
          + "learn nothing. So a gradient is agreed upon. Read the three lines of the comment: "
          + "who is stopped where?",
        "One number, z = 0.2, codes 0 and 1, so q = 0; dq = 5, β = 0.5, m·n = 1. Straight "
          + "through, z gets 5. The second term, 0.5·(z - 0)², has the slope 0.2 in z. The first, "
          + "(q - 0.2)², has the slope -0.4 in q, which is the code 0; the code 1 was not chosen. "
          + "What are dz and dE?",
        "dq, z and dz are [m, n]; E and dE [codes, n]. For each row of z the nearest row of E by "
          + "squared distance, the first of equals; a row of dE adds up over all rows of z that "
          + "chose it.",
        "dz = dq + 2β(z - q)/(m·n); dE[k] = Σ 2(q - z)/(m·n) over the rows that chose k",
        "var (nearest, smallest) = (0, Double.infinity); for k in …: if distance < smallest …\n"
          + "dz[i, j] += 2 * … * (z[i, j] - codebook[nearest, j]) / count\n"
          + "dCodebook[nearest, j] += 2 * (… - …) / count",
      ],
      cases: [
        Case(QuantizerQuestion(5, 3, codes: 4, beta: 0.25, seed: 1361)),
        Case(QuantizerQuestion(1, 4, codes: 3, beta: 0.7, seed: 1362)),
        Case(QuantizerQuestion(7, 2, codes: 2, beta: 0.4, seed: 1363)),
        Case(QuantizerQuestion(4, 1, codes: 6, beta: 0.1, seed: 1364)),
        Case(QuantizerQuestion(3, 2, codes: 1, beta: 0.6, seed: 1365)),
        Case(QuantizerQuestion(4, 4, codes: 4, beta: 1.6, seed: 1366)),
        Case(QuantizerQuestion(6, 3, codes: 5, beta: 0.5, seed: 1367)).rounded("E"),
        // Two codes equally near, a code that is z itself, two equal codes.
        Case(
          QuantizerQuestion(
            z: Matrix(rows: [[0, 0.5], [2, 2], [-1, 0], [0.5, 0]]),
            codebook: Matrix(rows: [[1, 0.5], [-1, 0.5], [2, 2], [2, 2], [9, 9]]),
            dq: Matrix(rows: [[1, -1], [0, 2], [0.5, 0.5], [0, -0.5]]), beta: 0.25)),
      ],
      forward: nil,
      reference: {
        let (dZ, dCodebook) = vectorQuantizedBackward(
          $0.dq, z: $0.z, codebook: $0.codebook, beta: $0.beta)
        return (dZ, dCodebook)
      },
      parts: [
        Part("dz", of: \.z) { $0.dz }, Part("dCodebook", of: \.codebook) { $0.dCodebook },
      ],
      misconceptions: quantizerMisconceptions,
      alternatives: [
        { $0.right },
        { question in
          // As a product with one-hot choices.
          let choices: Matrix = oneHot(question.chosen, classes: question.codebook.rows)
          return (
            question.dq + question.distance * (2 * question.beta / question.count),
            matmul(transposed: choices, question.distance) * (-2 / question.count)
          )
        },
        { question in
          // Code by code: how many chose it, and where they are on average.
          var dCodebook = 0 * question.codebook
          for code in 0..<question.codebook.rows {
            let users = question.chosen.indices.filter { question.chosen[$0] == code }
            for j in 0..<question.z.columns {
              let sum = users.reduce(0) { $0 + question.z[$1, j] }
              let all = Double(users.count) * question.codebook[code, j]
              dCodebook[code, j] = 2 * (all - sum) / question.count
            }
          }
          return (question.right.dz, dCodebook)
        },
      ],
      given: { question in
        question.tensors + [
          ("q", question.codebook.rows(question.chosen)), ("z - q", question.distance),
        ]
      },
      attempt: asks {
        try $0.vectorQuantizeBackward($1.dq, z: $1.z, codebook: $1.codebook, beta: $1.beta)
      }
    )
  }

  private static var quantizerMisconceptions: [Misconception<QuantizerQuestion, QuantizerGradients>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (QuantizerQuestion) -> QuantizerGradients
    ) -> Misconception<QuantizerQuestion, QuantizerGradients> {
      Misconception("quantizer-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "no-straight-through",
        "dq goes straight through to z, as if q were z. Without it, what made z never hears of the "
          + "loss."
      ) { $0.gradients(straight: 0, commitment: $0.beta, codes: 1) },
      wrong(
        "codes-from-dq",
        "You handed dq to the codes. It goes straight through to z; the codes learn from (q - stop "
          + "z)² alone."
      ) { ($0.right.dz, $0.right.dCodebook + $0.gathered($0.dq, $0.chosen)) },
      wrong(
        "codes-from-dq-alone",
        "You gave dq to the codes, and nothing else. dq goes straight through to z; the codes "
          + "learn from (q - stop z)²."
      ) { ($0.right.dz, $0.gathered($0.dq, $0.chosen)) },
      wrong(
        "beta-on-the-codes",
        "β belongs to the term that holds z to its code, (z - stop q)². You put it on the codes' "
          + "term, as more than one well-known program did."
      ) { $0.gradients(commitment: 1, codes: $0.beta) },
      wrong("beta-on-both", "β is on z's term alone. The codes' term has none.") {
        $0.gradients(commitment: $0.beta, codes: $0.beta)
      },
      wrong("beta-forgotten", "The term that holds z to its code has the factor β.") {
        $0.gradients(commitment: 1, codes: 1)
      },
      wrong(
        "straight-through-first",
        "You put z in q's place before you took (q - stop z)². Then that term moves z, away from "
          + "its code, and the codes learn nothing."
      ) { ($0.gradients(commitment: $0.beta - 1, codes: 1).dz, 0 * $0.codebook) },
      wrong(
        "codes-without-gradient",
        "You left dE at 0, as programs do that move each code by a running mean of what chose it. Here "
          + "the codes learn by their own term, (q - stop z)²."
      ) { ($0.right.dz, 0 * $0.codebook) },
      wrong(
        "nothing-stopped",
        "Each of the two terms moves one of the two: (q - stop z)² the codes, (z - stop q)² the vectors. "
          + "You stopped nothing, and both terms move both."
      ) { $0.gradients(commitment: $0.beta + 1, codes: $0.beta + 1) },
      wrong(
        "unused-moved",
        "A code that no row chose has no part in the loss: its row is 0. You drew all codes to all "
          + "rows."
      ) { question in
        var dCodebook = 0 * question.codebook
        for code in 0..<dCodebook.rows {
          for i in 0..<question.z.rows {
            for j in 0..<question.z.columns {
              dCodebook[code, j] += 2 * (question.codebook[code, j] - question.z[i, j])
            }
          }
        }
        return (question.right.dz, dCodebook / question.count)
      },
      wrong(
        "assigned",
        "A code that several rows chose gets a sum: each row adds (+=). You assign, so that the "
          + "last row wins."
      ) { question in
        var dCodebook = 0 * question.codebook
        for (i, code) in question.chosen.enumerated() {
          for j in 0..<question.z.columns {
            dCodebook[code, j] = -2 * question.distance[i, j] / question.count
          }
        }
        return (question.right.dz, dCodebook)
      },
      wrong(
        "averaged-over-users",
        "You took the mean over the rows that chose a code. Ways into the loss add: the division "
          + "is by m·n alone."
      ) { question in
        var dCodebook = question.right.dCodebook
        for code in 0..<dCodebook.rows {
          let users = max(question.chosen.count { $0 == code }, 1)
          for j in 0..<dCodebook.columns { dCodebook[code, j] /= Double(users) }
        }
        return (question.right.dz, dCodebook)
      },
      wrong("two-forgotten", "The slope of a square has a 2, in both terms.") {
        $0.gradients(commitment: $0.beta / 2, codes: 0.5)
      },
      wrong("columns-not-averaged", "Both terms are means over all m·n numbers. You divided by m.")
      {
        let n = $0.count / $0.m
        return $0.gradients(commitment: $0.beta * n, codes: n)
      },
      wrong("summed", "Both terms are means: divide by m·n.") {
        $0.gradients(commitment: $0.beta * $0.count, codes: $0.count)
      },
      wrong(
        "commitment-sign", "z shall come to its code: 2β(z - q) is added. You subtract it."
      ) { $0.gradients(commitment: -$0.beta, codes: 1) },
      wrong(
        "codes-flee", "The codes shall come to what chose them: q - z. Yours go away from it."
      ) { $0.gradients(commitment: $0.beta, codes: -1) },
      wrong("last-of-equals", "Of equally near codes the first is chosen. You took the last.") {
        $0.gradients(commitment: $0.beta, codes: 1, chosen: $0.lastChosen)
      },
      wrong(
        "commitment-forgotten", "z is held to its code: 2β(z - q)/(m·n) is added to dq."
      ) { $0.gradients(commitment: 0, codes: 1) },
      wrong(
        "divided-before-straight-through",
        "dq carries its division already. Only the two squares are divided by m·n."
      ) { $0.gradients(straight: 1 / $0.count, commitment: $0.beta, codes: 1) },
    ]
  }
}
