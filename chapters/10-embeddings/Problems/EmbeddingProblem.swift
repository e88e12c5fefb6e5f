public import Checking
public import Core
import Embeddings

/// A table, the ids that were looked up in it, and the gradient that arrives at what came out.
public struct EmbeddingQuestion: Question {
  /// E, `[vocabulary, d]`; no answer is given it.
  public var table: Matrix
  public let ids: [[Int]]
  /// `[m, t, d]`.
  public var dy: Matrix

  public init(table: Matrix, ids: [[Int]], dy: Matrix) {
    (self.table, self.ids, self.dy) = (table, ids, dy)
  }

  init(_ ids: [[Int]], vocabulary: Int, width: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      table: Tensor(shape: [vocabulary, width], using: &generator), ids: ids,
      dy: Tensor(shape: [ids.count, ids.first?.count ?? 0, width], using: &generator))
  }

  public var vocabulary: Int { table.rows }
  var batch: Int { ids.count }
  var steps: Int { ids.first?.count ?? 0 }
  var width: Int { table.columns }

  /// dy with a row for each id, `[m·t, d]`.
  fileprivate var rows: Matrix { dy.reshaped([batch * steps, width]) }
  fileprivate var flatIds: [Int] { Array(ids.joined()) }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("E", \.table), ("dy", \.dy)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the length of a sequence", \.steps), ("vocabulary", \.vocabulary)]
  }
  public var summary: String { "dy \(dy.shape), ids \(ids), vocabulary \(vocabulary)" }
  public var label: String { "ids \(ids)" }

  /// dE by what each use adds to which row; nil for a use that adds nothing.
  fileprivate func scattered(_ row: (_ sample: Int, _ step: Int, _ id: Int) -> Int?) -> Matrix {
    var dE = Matrix(shape: table.shape)
    for i in 0..<batch {
      for s in 0..<steps {
        guard let place = row(i, s, ids[i][s]), 0..<vocabulary ~= place else { continue }
        for j in 0..<width { dE[place, j] += rows[i * steps + s, j] }
      }
    }
    return dE
  }

  /// How often an id is used, 1 at least.
  fileprivate func uses(_ id: Int) -> Double { Double(max(flatIds.count { $0 == id }, 1)) }
}

extension Chapter10Problems {
  /// 10.1, the gradient of a lookup table.
  public static var embedding: Problem<EmbeddingQuestion, Matrix> {
    Problem(
      "10.1", "embeddingBackward", minutes: 15, difficulty: 2, section: "A table that learns",
      hints: [
        "Which rows of the table has the batch seen? What is the gradient of one that it has not? And "
          + "what does chapter 3 say of a number that is used twice?",
        "Two sequences of one id, 2 and 2, in a table of three rows with one number each. dy is 5 and 7. "
          + "Raise that number of row 2 a little: both outputs rise with it, and the loss by 5 + 7 = 12 "
          + "times as much. Rows 0 and 1 get 0. What if the second id were 0?",
        "dE is [vocabulary, d], as the table. dy is [m, t, d]: one row of d numbers for each id. "
          + "dy.reshaped([m * t, d]) has them one below the other, that of ids[i][s] in row i·t + s.",
        "dE[v] = Σ dy[i, s] over all i and s with ids[i][s] = v",
        "var dE = Matrix(shape: [vocabulary, d]); for i in …, for s in …, for j in 0..<d: "
          + "dE[ids[i][s], j] += rows[i * t + …, j]",
      ],
      cases: [
        Case(
          EmbeddingQuestion(
            [[1, 4, 1, 5], [0, 1, 3, 0], [5, 5, 3, 1]], vocabulary: 6, width: 2, seed: 1001)),
        Case(EmbeddingQuestion([[3, 0], [3, 3]], vocabulary: 4, width: 3, seed: 1002)),
        Case(EmbeddingQuestion([[2, 0, 2, 1, 2]], vocabulary: 3, width: 1, seed: 1003)),
        Case(EmbeddingQuestion([[0], [4], [0], [2]], vocabulary: 5, width: 2, seed: 1004)),
        Case(
          EmbeddingQuestion([[6, 2, 0], [2, 2, 6]], vocabulary: 7, width: 3, seed: 1005)
        ).rounded(),
      ],
      forward: { ($0.rows * $0.table.rows($0.flatIds)).sum() },
      reference: { scatterAdd($0.rows, to: $0.flatIds, of: $0.vocabulary) },
      parts: [Part("dE", of: \.table)],
      misconceptions: embeddingMisconceptions, clues: EmbeddingQuestion.clues,
      alternatives: [
        // As what it is: a dense layer on one-hot rows, dW = xᵀ·dy.
        { matmul(transposed: oneHot($0.flatIds, classes: $0.vocabulary), $0.rows) },
        { question in
          // Word by word.
          let words = (0..<question.vocabulary).map { word in
            question.flatIds.indices.filter { question.flatIds[$0] == word }
          }
          return Matrix(
            rows: words.map { uses in
              (0..<question.width).map { j in uses.reduce(0) { $0 + question.rows[$1, j] } }
            })
        },
        { Embedding(table: $0.table).backward($0.dy, .init(ids: $0.ids)).gradient.table },
      ],
      given: { [("dy", $0.dy)] },
      attempt: asks {
        try $0.embeddingBackward($1.dy, ids: $1.ids, vocabulary: $1.vocabulary)
      }
    )
  }

  private static var embeddingMisconceptions: [Misconception<EmbeddingQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, row: @escaping (Int, Int, Int) -> Int?
    ) -> Misconception<EmbeddingQuestion, Matrix> {
      Misconception("embedding-" + name, sentence) { $0.scattered(row) }
    }
    func divided(
      _ name: String, _ sentence: String, by size: @escaping (EmbeddingQuestion) -> Double
    ) -> Misconception<EmbeddingQuestion, Matrix> {
      Misconception("embedding-" + name, sentence) { question in
        question.scattered { $2 } / size(question)
      }
    }
    return [
      Misconception(
        "embedding-assigned",
        "A row that is used twice gets a sum: each use adds (+=). You assign, so that the last use wins."
      ) { question in
        var dE = Matrix(shape: question.table.shape)
        for (place, id) in question.flatIds.enumerated() {
          for j in 0..<question.width { dE[id, j] = question.rows[place, j] }
        }
        return dE
      },
      Misconception(
        "embedding-averaged",
        "You took the mean over a row's uses. Ways into the loss add: a word that occurs often gets a "
          + "larger gradient."
      ) { question in
        var dE = question.scattered { $2 }
        for id in 0..<question.vocabulary {
          for j in 0..<question.width { dE[id, j] /= question.uses(id) }
        }
        return dE
      },
      divided(
        "divided-by-batch",
        "The loss is a mean already, and dy carries the division. You divided by the batch once more."
      ) { Double($0.batch) },
      divided(
        "divided-by-positions",
        "The loss is a mean already, and dy carries the division. You divided by the number of ids."
      ) { Double($0.batch * $0.steps) },
      wrong(
        "rows-by-position",
        "A use adds to the row of its id, ids[i][s]. You added to row s, its place in the sequence."
      ) { _, s, _ in s },
      wrong(
        "rows-by-sample",
        "A use adds to the row of its id, ids[i][s]. You added to row i, the number of the sequence."
      ) { i, _, _ in i },
      wrong(
        "first-column",
        "Every place of a sequence was looked up. You followed the first id of each only."
      ) { $1 == 0 ? $2 : nil },
      wrong(
        "first-sequence", "The batch has more sequences than the first: add up over all of them."
      ) { $0 == 0 ? $2 : nil },
      wrong(
        "padding",
        "Row 0 is a row like any other here. Where a library skips it as padding, it has been told to."
      ) { $2 == 0 ? nil : $2 },
      wrong("off-by-one", "Ids count from 0: id 3 is row 3. You took row 2.") { $2 - 1 },
      wrong("one-too-far", "Ids count from 0: id 3 is row 3. You took row 4.") { $2 + 1 },
    ]
  }
}
