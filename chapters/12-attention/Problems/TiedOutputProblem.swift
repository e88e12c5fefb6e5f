public import Checking
public import Core

/// One table that was used twice: for reading ids, and for writing logits.
public struct TiedOutputQuestion: Question {
  /// E, `[vocabulary, d]`.
  public var table: Matrix
  /// What the blocks gave, `[n, d]`, and what arrives at its logits, `[n, vocabulary]`.
  public var h: Matrix, dLogits: Matrix
  /// What arrives at the rows that were looked up, `[ids.count, d]`.
  public var dx: Matrix
  public let ids: [Int]

  public init(table: Matrix, h: Matrix, dLogits: Matrix, ids: [Int], dx: Matrix) {
    (self.table, self.h, self.dLogits, self.ids, self.dx) = (table, h, dLogits, ids, dx)
  }

  init(_ n: Int, _ d: Int, vocabulary: Int, ids: [Int], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    self.init(
      table: draw([vocabulary, d]), h: draw([n, d]), dLogits: draw([n, vocabulary]), ids: ids,
      dx: draw([ids.count, d]))
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("E", \.table), ("h", \.h), ("dLogits", \.dLogits), ("dx", \.dx)]
  }
  public var isPermitted: Bool { true }
  public var summary: String {
    "E \(table.shape), h \(h.shape), dLogits \(dLogits.shape), ids \(ids), dx \(dx.shape)"
  }
  public var label: String { "E \(table.shape), h \(h.shape), ids \(ids)" }
}

/// The gradients of the table and of h.
public typealias TiedOutputGradients = (dTable: Matrix, dh: Matrix)

extension Chapter12Problems {
  /// 12.5, the gradient of a table with two uses.
  public static var tiedOutput: Problem<TiedOutputQuestion, TiedOutputGradients> {
    Problem(
      "12.5", "tiedOutputBackward", minutes: 15, difficulty: 2,
      section: "One table, two uses",
      hints: [
        "Forget for a moment that it is one table. Write down what E would get if it were used for "
          + "writing alone, then what it would get if it were used for reading alone.",
        "Two letters, width 1: E = (2; 5), h = 3 at one place, dLogits = (0.1, -0.1), and the id that "
          + "was read is 1, with dx = 7. Writing: logit v is 3·E[v], so E gets 3·0.1 and 3·(-0.1). "
          + "Reading: x was E[1], so row 1 gets 7. What does row 1 get in all? And if the same id had been "
          + "read twice?",
        "dLogits is [n, v], h and dh [n, d], E and dE [v, d], and dx has a row for each id. Several ids may be "
          + "equal, and all their rows belong to one row of dE.",
        "dh = dLogits·E; dE = dLogitsᵀ·h, and then row ids[i] gets dx[i] added, for every i",
        "var dTable = matmul(transposed: …, h); for (i, id) in ids.enumerated() { for j in "
          + "0..<table.columns { dTable[id, j] += … } }; return (dTable, matmul(dLogits, …))",
      ],
      cases: [
        Case(TiedOutputQuestion(4, 3, vocabulary: 5, ids: [2, 0, 2, 4], seed: 1241)),
        Case(TiedOutputQuestion(3, 3, vocabulary: 3, ids: [1, 1, 1], seed: 1242)),
        Case(TiedOutputQuestion(1, 2, vocabulary: 4, ids: [3], seed: 1243)),
        Case(TiedOutputQuestion(2, 3, vocabulary: 1, ids: [0, 0], seed: 1246)),
        Case(TiedOutputQuestion(2, 5, vocabulary: 3, ids: [0, 2, 0, 1, 0, 2], seed: 1244)),
        Case(TiedOutputQuestion(5, 1, vocabulary: 4, ids: [3, 0, 3, 3, 1], seed: 1245)).rounded(),
      ],
      forward: { question in
        let logits = matmul(question.h, transposed: question.table)
        return (question.dLogits * logits).sum()
          + (question.dx * question.table.rows(question.ids)).sum()
      },
      reference: right,
      parts: [
        Part("dTable", of: \.table) { $0.dTable }, Part("dh", of: \.h) { $0.dh },
      ],
      misconceptions: [
        wrong(
          "tied-output-only",
          "This is what E gets for writing logits. It was also read from: add dx to the rows of the ids."
        ) { $1.dTable = matmul(transposed: $0.dLogits, $0.h) },
        wrong(
          "tied-input-only",
          "This is what E gets for being read. It also wrote the logits: add dLogitsᵀ·h."
        ) { $1.dTable = reading($0) },
        wrong(
          "tied-averaged", "Two uses, two gradients, and they add up. You took their mean."
        ) { $1.dTable = $1.dTable / 2 },
        wrong(
          "tied-transposed", "dE has the shape of E, [vocabulary, d]: dLogitsᵀ·h. Yours is turned."
        ) { $1.dTable = $1.dTable.transposed },
        wrong(
          "tied-last-use-wins",
          "An id that was read several times gets all of its rows of dx, added up. Yours keeps the last "
            + "one."
        ) {
          $1.dTable = matmul(transposed: $0.dLogits, $0.h) + reading($0) { _, new in new }
        },
        wrong(
          "tied-overwritten",
          "The rows of the ids lost what they had from the logits: add dx to it, with += in the place of ="
        ) {
          var dTable = matmul(transposed: $0.dLogits, $0.h)
          for (i, id) in $0.ids.enumerated() {
            for j in 0..<dTable.columns { dTable[id, j] = $0.dx[i, j] }
          }
          $1.dTable = dTable
        },
        wrong(
          "tied-rows-by-place",
          "Row ids[i] of E was read at place i: that row gets dx[i]. You added it to row i."
        ) {
          var dTable = matmul(transposed: $0.dLogits, $0.h)
          for i in $0.ids.indices {
            for j in 0..<dTable.columns { dTable[i % dTable.rows, j] += $0.dx[i, j] }
          }
          $1.dTable = dTable
        },
        wrong(
          "tied-dh-untransposed",
          "logits = h·Eᵀ, and so dh = dLogits·E. You turned E once more."
        ) { $1.dh = matmul($0.dLogits, $0.table.transposed.reshaped($0.table.shape)) },
      ],
      alternatives: [
        { question in
          // The lookup as a product with one-hot rows.
          let hot: Matrix = oneHot(question.ids, classes: question.table.rows)
          return (
            matmul(transposed: question.dLogits, question.h)
              + matmul(transposed: hot, question.dx), matmul(question.dLogits, question.table)
          )
        },
        { question in
          var dTable = reading(question)
          var dh = Matrix(shape: question.h.shape)
          for i in 0..<question.h.rows {
            for v in 0..<question.table.rows {
              for j in 0..<question.table.columns {
                dTable[v, j] += question.dLogits[i, v] * question.h[i, j]
                dh[i, j] += question.dLogits[i, v] * question.table[v, j]
              }
            }
          }
          return (dTable, dh)
        },
        { question in
          let writing = matmul(question.h.transposed, question.dLogits).transposed
          return (
            writing + reading(question),
            matmul(transposed: question.table, question.dLogits.transposed).transposed
          )
        },
      ],
      given: { [("reading", reading($0))] + $0.tensors },
      attempt: asks {
        try $0.tiedOutputBackward(
          $1.dLogits, h: $1.h, table: $1.table, ids: $1.ids, dx: $1.dx)
      }
    )
  }

  private static func right(_ question: TiedOutputQuestion) -> TiedOutputGradients {
    (
      matmul(transposed: question.dLogits, question.h) + reading(question),
      matmul(question.dLogits, question.table)
    )
  }

  /// What the table gets for being read, its uses added up or combined in another way.
  private static func reading(
    _ question: TiedOutputQuestion, _ combine: (Double, Double) -> Double = { $0 + $1 }
  ) -> Matrix {
    var dTable = Matrix(shape: question.table.shape)
    for (i, id) in question.ids.enumerated() {
      for j in 0..<dTable.columns {
        dTable[id, j] = combine(dTable[id, j], question.dx[i, j])
      }
    }
    return dTable
  }

  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (TiedOutputQuestion, inout TiedOutputGradients) -> Void
  ) -> Misconception<TiedOutputQuestion, TiedOutputGradients> {
    Misconception(name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
