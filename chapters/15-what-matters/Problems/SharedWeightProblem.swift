public import Checking
public import Core
import Importance

/// The gradient of weights that are few shared numbers, and where each number stands.
public struct SharedWeightQuestion: Question {
  /// C, `[k]`; its values have no part in the gradient.
  public var codebook: Matrix
  /// ∂loss/∂W, `[in, out]`.
  public var dW: Matrix
  public let index: [[Int]]

  public init(codebook: Matrix, dW: Matrix, index: [[Int]]) {
    (self.codebook, self.dW, self.index) = (codebook, dW, index)
  }

  init(_ k: Int, index: [[Int]], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    self.init(
      codebook: draw([k]), dW: draw([index.count, index.first?.count ?? 0]), index: index)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("C", \.codebook), ("dW", \.dW)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("count", \.count)] }
  public var count: Int { codebook.count }
  public var isPermitted: Bool { true }
  public var summary: String { "dW \(dW.shape), index \(index), count \(count)" }

  /// The gradients of a value's uses, in the order of rows, for each value.
  fileprivate var uses: [[Double]] {
    var uses = [[Double]](repeating: [], count: count)
    for (place, gradient) in zip(index.joined(), dW.scalars) { uses[place].append(gradient) }
    return uses
  }
}

extension Chapter15Problems {
  /// 15.4, the gradient of a codebook.
  public static var sharedWeights: Problem<SharedWeightQuestion, Matrix> {
    Problem(
      "15.4", "sharedWeightBackward", minutes: 15, difficulty: 1, section: "Sixteen values",
      hints: [
        "Turn it round: not \"which value has this weight?\" but \"which weights have this value?\". All of "
          + "them move when it moves.",
        "Three weights, two values: index (0, 1, 0), so W = (C₀, C₁, C₀). With dW = (3, 5, 4): if C₀ grows by "
          + "0.1, two weights grow by 0.1. How much does the loss grow? What if there were a C₂ that no "
          + "weight has?",
        "dW and index are [in][out] alike, dC is [count], with a place for values that nobody uses, too. Begin "
          + "with Matrix(shape: [count]), which is zeros.",
        "dC[j] = Σ dW[a, b] over all places a, b with index[a][b] = j",
        "var dC = Matrix(shape: [count]); for i in index.indices { for j in index[i].indices { dC[…] += … } "
          + "}; return dC",
      ],
      cases: [
        Case(SharedWeightQuestion(4, index: [[2, 0, 2], [1, 2, 0]], seed: 1531)),
        Case(
          SharedWeightQuestion(
            codebook: Matrix([-1, 0, 1]), dW: Matrix(rows: [[1, 2, 3], [4, 5, 6]]),
            index: [[0, 1, 2], [2, 2, 0]])),
        Case(SharedWeightQuestion(3, index: [[0, 1, 1], [2, 0, 1], [0, 2, 2]], seed: 1532)),
        Case(SharedWeightQuestion(1, index: [[0, 0], [0, 0], [0, 0]], seed: 1533)),
        Case(SharedWeightQuestion(5, index: [[4, 4, 1, 4]], seed: 1534)),
        Case(SharedWeightQuestion(2, index: [[1]], seed: 1535)),
        Case(SharedWeightQuestion(3, index: [[2], [0], [2], [2]], seed: 1536)).rounded("dW"),
        Case(
          SharedWeightQuestion(6, index: [[5, 0, 3, 3], [0, 5, 5, 0], [3, 1, 0, 5]], seed: 1537)),
      ],
      forward: { question in
        let weight = sharedWeight(
          question.codebook, index: Array(question.index.joined()), shape: question.dW.shape)
        return (question.dW * weight).sum()
      },
      reference: { question in
        Importance.sharedWeightBackward(
          question.dW, index: question.index.flatMap { $0 }, of: question.count)
      },
      parts: [Part("dC", of: \.codebook)],
      misconceptions: [
        Misconception(
          "shared-averaged",
          "All weights that have a value move when it moves: their gradients add up. You took a mean."
        ) { question in
          Matrix(question.uses.map { $0.reduce(0, +) / Double(max($0.count, 1)) })
        },
        Misconception(
          "shared-last-use-wins",
          "All weights that have a value add their gradients, with +=. Yours keeps the last one."
        ) { question in Matrix(question.uses.map { $0.last ?? 0 }) },
        Misconception(
          "shared-first-use-wins",
          "All weights that have a value add their gradients. Yours keeps the first one."
        ) { question in Matrix(question.uses.map { $0.first ?? 0 }) },
        Misconception(
          "shared-summed-down-columns",
          "Each weight has a place of its own in the index. You summed dW over its rows first, and took the "
            + "places of the first row."
        ) { question in
          var dC = Matrix(shape: [question.count])
          for (place, sum) in zip(question.index[0], question.dW.sum(axis: 0).scalars) {
            dC[place] += sum
          }
          return dC
        },
        Misconception(
          "shared-summed-along-rows",
          "Each weight has a place of its own in the index. You summed each row of dW first, and took the "
            + "places of the first column."
        ) { question in
          var dC = Matrix(shape: [question.count])
          for (row, sum) in zip(question.index, question.dW.sum(axis: 1).scalars) {
            dC[row[0]] += sum
          }
          return dC
        },
        Misconception(
          "shared-unused-not-zero",
          "A value that no weight has gets 0, an empty sum. Yours is no number there: is something divided "
            + "by how many uses there are?"
        ) { question in
          Matrix(question.uses.map { $0.isEmpty ? .nan : $0.reduce(0, +) })
        },
        Misconception(
          "shared-times-count",
          "The sum over a value's weights is all. You multiplied it by how many there are."
        ) { question in Matrix(question.uses.map { $0.reduce(0, +) * Double($0.count) }) },
        Misconception(
          "shared-spread-over-all",
          "Each weight speaks for the value that it has, and for no other. You gave each value the sum over "
            + "all weights."
        ) { question in Matrix(repeating: question.dW.sum(), shape: [question.count]) },
        Misconception(
          "shared-counts-alone",
          "What adds up is dW at those places. You counted the places."
        ) { question in Matrix(question.uses.map { Double($0.count) }) },
      ],
      alternatives: [
        { question in Matrix(question.uses.map { $0.reduce(0, +) }) },
        { question in
          // The lookup as a product with one-hot rows.
          let hot: Matrix = oneHot(Array(question.index.joined()), classes: question.count)
          let column = question.dW.reshaped([question.dW.count, 1])
          return matmul(transposed: hot, column).reshaped([question.count])
        },
        { question in
          var dC = Matrix(shape: [question.count])
          for j in 0..<question.count {
            for (a, row) in question.index.enumerated() {
              for b in row.indices where row[b] == j { dC[j] += question.dW[a, b] }
            }
          }
          return dC
        },
      ],
      given: { [("dW", $0.dW)] },
      attempt: asks {
        try $0.sharedWeightBackward($1.dW, index: $1.index, count: $1.count)
      }
    )
  }
}
