public import Checking
public import Core
import ManyMachines

/// Gradients of shards, each a mean over its own samples.
public struct ShardsQuestion: Question {
  /// A row for each shard, `[shards, n]`.
  public var means: Matrix
  public let sizes: [Int]

  public init(means: Matrix, sizes: [Int]) { (self.means, self.sizes) = (means, sizes) }

  init(_ sizes: [Int], _ n: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(means: Tensor(shape: [sizes.count, n], using: &generator), sizes: sizes)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("means", \.means)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of shards", \.means.rows), ("the number of samples", \.total)]
  }
  public var isPermitted: Bool { sizes.allSatisfy { $0 >= 1 } }
  public var summary: String { "means \(means.shape), sizes \(sizes)" }

  var total: Int { sizes.reduce(0, +) }

  /// Rows with a weight each, added up.
  func sum(_ weight: (_ shard: Int) -> Double) -> Matrix {
    var sum = Matrix(shape: [means.columns])
    for k in 0..<means.rows {
      for j in 0..<means.columns { sum[j] += weight(k) * means[k, j] }
    }
    return sum
  }
}

extension Chapter16Problems {
  /// 16.1, the gradient of a batch from those of its shards.
  public static var shards: Problem<ShardsQuestion, Matrix> {
    Problem(
      "16.1", "shardedGradient", minutes: 10, difficulty: 1, section: "A sum that may be split",
      hints: [
        "Each machine has divided by its own number of samples. What would it have to send so that the "
          + "sums of all machines could simply be added?",
        "Three samples with the gradients 0, 1, 2 and one with 9. The machines say 1 and 9. The whole batch "
          + "has the gradient (0 + 1 + 2 + 9)/4 = 3. How does one get 3 from 1, 9 and the sizes 3, 1?",
        "means is [shards, n], a shard a row; sizes has a number for each. The result is [n].",
        "g = Σ nₖ·gₖ / Σ nₖ",
        "var sum = Matrix(shape: [means.columns]); for k in … { for j in … { sum[j] += Double(sizes[k]) * … "
          + "} }; return sum / Double(sizes.reduce(0, +))",
      ],
      cases: [
        Case(ShardsQuestion([50, 30, 28, 20], 5, seed: 1601)),
        Case(ShardsQuestion([3, 1], 2, seed: 1602)),
        Case(ShardsQuestion([4, 4, 4], 3, seed: 1603)),
        Case(ShardsQuestion([7], 4, seed: 1604)),
        Case(ShardsQuestion([1, 2, 5], 3, seed: 1605)).rounded(),
        Case(ShardsQuestion([2, 9, 9, 1, 3], 1, seed: 1606)),
      ],
      forward: nil,
      reference: { ManyMachines.shardedGradient($0.means, sizes: $0.sizes) },
      parts: [Part("the gradient")],
      misconceptions: shardMisconceptions,
      alternatives: [
        { question in question.sum { Double(question.sizes[$0]) } / Double(question.total) },
        { question in
          // As one row times a matrix.
          let weights = Matrix(
            question.sizes.map { Double($0) / Double(question.total) },
            shape: [1, question.sizes.count])
          return matmul(weights, question.means).reshaped([question.means.columns])
        },
        { question in
          // A mean that is moved by each shard in turn.
          var (mean, seen) = (Matrix(shape: [question.means.columns]), 0.0)
          for (k, size) in question.sizes.enumerated() {
            seen += Double(size)
            for j in 0..<mean.count {
              mean[j] += (question.means[k, j] - mean[j]) * Double(size) / seen
            }
          }
          return mean
        },
      ],
      given: { $0.tensors + [("sizes", Matrix($0.sizes.map { Double($0) }))] },
      attempt: asks { try $0.shardedGradient($1.means, sizes: $1.sizes) }
    )
  }

  private static var shardMisconceptions: [Misconception<ShardsQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String,
      _ weight: @escaping (ShardsQuestion, _ shard: Int) -> Double
    ) -> Misconception<ShardsQuestion, Matrix> {
      Misconception("shards-" + name, sentence) { question in
        question.sum { weight(question, $0) }
      }
    }
    func size(_ question: ShardsQuestion, _ k: Int) -> Double { Double(question.sizes[k]) }
    return [
      wrong(
        "plain-mean",
        "The plain mean counts every shard alike, and a sample of a small shard more than one of a large "
          + "shard. It is right only where all have one size: weigh each by its samples."
      ) { question, _ in 1 / Double(question.sizes.count) },
      wrong(
        "summed",
        "These gradients are means already. Their sum is about as many times too long as there are shards."
      ) { _, _ in 1 },
      wrong(
        "not-divided",
        "Σ nₖ·gₖ is the sum over all samples; the loss is their mean. Divide by Σ nₖ."
      ) { size($0, $1) },
      wrong(
        "divided-by-shards",
        "Σ nₖ·gₖ is a sum over samples: divide it by their number, Σ nₖ. You divided by the number of shards."
      ) { size($0, $1) / Double($0.sizes.count) },
      wrong(
        "divided-twice",
        "Σ nₖ·gₖ / Σ nₖ is the mean already. You divided by the number of shards as well."
      ) { size($0, $1) / Double($0.total) / Double($0.sizes.count) },
      wrong(
        "largest-only",
        "This is the largest shard's gradient alone. The others have samples of the batch, too."
      ) { question, k in
        k == question.sizes.indices.max { question.sizes[$0] < question.sizes[$1] } ? 1 : 0
      },
      wrong(
        "first-only",
        "This is the first shard's gradient alone. The others have samples of the batch, too."
      ) { $1 == 0 ? 1 : 0 },
      wrong(
        "weights-inverted",
        "A shard counts the more, the more samples it has: times nₖ. You divided by nₖ once more; it was in "
          + "the mean already."
      ) { question, k in
        1 / size(question, k) / question.sizes.reduce(0) { $0 + 1 / Double($1) }
      },
    ]
  }
}
