public import Checking
public import Core
import ManyMachines

/// The weights that some clients have come to, each on its own samples.
public struct FederatedQuestion: Question {
  /// A row for each client, `[clients, n]`.
  public var weights: Matrix
  public let sizes: [Int]

  public init(weights: Matrix, sizes: [Int]) { (self.weights, self.sizes) = (weights, sizes) }

  init(_ sizes: [Int], _ n: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(weights: Tensor(shape: [sizes.count, n], using: &generator), sizes: sizes)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("weights", \.weights)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of clients", \.weights.rows), ("the number of samples", \.total)]
  }
  /// Who has samples has weights; who has none may have anything.
  public var isPermitted: Bool {
    total > 0
      && sizes.indices.allSatisfy { k in
        sizes[k] >= 0
          && (sizes[k] == 0 || (0..<weights.columns).allSatisfy { weights[k, $0].isFinite })
      }
  }
  public var summary: String { "weights \(weights.shape), sizes \(sizes)" }

  var total: Int { sizes.reduce(0, +) }

  /// Rows with a share each, added up; a share of nil leaves a row out.
  func sum(_ share: (_ client: Int) -> Double?) -> Matrix {
    var sum = Matrix(shape: [weights.columns])
    for k in 0..<weights.rows {
      guard let share = share(k) else { continue }
      for j in 0..<weights.columns { sum[j] += share * weights[k, j] }
    }
    return sum
  }

  /// The same for a client with samples; others are left out.
  func sumOfTrained(_ share: (_ client: Int) -> Double) -> Matrix {
    sum { sizes[$0] > 0 ? share($0) : nil }
  }

  /// The same clients, the second of whom has no samples and no weights either.
  fileprivate var withEmptyClient: Self {
    var (weights, sizes) = (weights, sizes)
    sizes[1] = 0
    for j in 0..<weights.columns { weights[1, j] = .nan }
    return Self(weights: weights, sizes: sizes)
  }
}

extension Chapter16Problems {
  /// 16.4, the mean of clients' weights.
  public static var federated: Problem<FederatedQuestion, Matrix> {
    Problem(
      "16.4", "federatedAverage", minutes: 10, difficulty: 2,
      section: "The data stay where they are",
      hints: [
        "It looks like 16.1, with weights in the place of gradients. What is new is a client that has no "
          + "samples: which share has it, and what may stand in its row?",
        "Two clients, with 3 samples and 1, have come to 2 and 6: (3·2 + 1·6)/4 = 3. A third one has no "
          + "samples, and its mean loss was 0/0, so its weights are nan. What is 0·nan?",
        "weights is [clients, n], a client a row; the result is [n]. Sizes may be 0, not all of them.",
        "w = Σ nₖ·wₖ / Σ nₖ, over the clients with nₖ > 0",
        "for k in sizes.indices where sizes[k] > … { for j in … { sum[j] += Double(sizes[k]) * … } }; return "
          + "sum / …",
      ],
      cases: [
        Case(FederatedQuestion([30, 10, 0, 25], 4, seed: 1631)),
        Case(FederatedQuestion([5, 2, 8], 3, seed: 1632)),
        Case(FederatedQuestion([4, 4], 5, seed: 1633)),
        Case(FederatedQuestion([6], 3, seed: 1634)),
        Case(FederatedQuestion([0, 0, 7, 2, 1], 1, seed: 1635)).rounded(),
        Case(FederatedQuestion([8, 3, 2, 5], 2, seed: 1636).withEmptyClient),
      ],
      forward: nil,
      reference: { ManyMachines.federatedAverage($0.weights, sizes: $0.sizes) },
      parts: [Part("the weights")],
      misconceptions: federatedMisconceptions,
      alternatives: [
        { question in
          question.sumOfTrained { Double(question.sizes[$0]) / Double(question.total) }
        },
        { question in
          // The rows that count, and then a product.
          let trained = question.sizes.indices.filter { question.sizes[$0] > 0 }
          let shares = Matrix(
            trained.map { Double(question.sizes[$0]) }, shape: [1, trained.count])
          return matmul(shares, question.weights.rows(trained))
            .reshaped([question.weights.columns]) / shares.sum()
        },
        { question in
          // A mean that is moved by each client in turn.
          var (mean, seen) = (Matrix(shape: [question.weights.columns]), 0)
          for (k, size) in question.sizes.enumerated() where size != 0 {
            seen += size
            let share = Double(size) / Double(seen)
            for j in 0..<mean.count {
              mean[j] = (1 - share) * mean[j] + share * question.weights[k, j]
            }
          }
          return mean
        },
      ],
      given: { $0.tensors + [("sizes", Matrix($0.sizes.map { Double($0) }))] },
      attempt: asks { try $0.federatedAverage($1.weights, sizes: $1.sizes) }
    )
  }

  private static var federatedMisconceptions: [Misconception<FederatedQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (FederatedQuestion) -> Matrix
    ) -> Misconception<FederatedQuestion, Matrix> {
      Misconception("federated-" + name, sentence, answer: answer)
    }
    func size(_ question: FederatedQuestion, _ k: Int) -> Double { Double(question.sizes[k]) }
    return [
      wrong(
        "plain-mean",
        "The plain mean counts a client with one sample as much as one with a thousand, and one with none, "
          + "too. Weigh each by its samples."
      ) { question in question.sum { _ in 1 / Double(question.sizes.count) } },
      wrong(
        "plain-mean-of-trained",
        "The plain mean counts a client with one sample as much as one with a thousand. You left out those "
          + "without any; weigh the others by their samples."
      ) { question in
        let trained = Double(question.sizes.count { $0 > 0 })
        return question.sumOfTrained { _ in 1 / trained }
      },
      wrong(
        "summed",
        "These are weights of whole networks: a sum of four is four times too large. Take the mean."
      ) { question in question.sum { _ in 1 } },
      wrong(
        "divided-by-largest",
        "Shares must sum to 1: divide by Σ nₖ. You divided by the largest client's samples."
      ) { question in
        let largest = Double(question.sizes.max() ?? 1)
        return question.sumOfTrained { size(question, $0) / largest }
      },
      wrong("not-divided", "A weighted sum is no mean yet: divide it by Σ nₖ.") { question in
        question.sumOfTrained { size(question, $0) }
      },
      wrong(
        "divided-by-clients",
        "Shares must sum to 1: divide by the number of samples, Σ nₖ. You divided by the number of clients."
      ) { question in
        question.sumOfTrained { size(question, $0) / Double(question.sizes.count) }
      },
      wrong(
        "empty-counts-as-one",
        "A client without samples has learned nothing, and counts for nothing. You counted it as one sample."
      ) { question in
        let sizes = question.sizes.map { Double(max($0, 1)) }
        return question.sum { sizes[$0] / sizes.reduce(0, +) }
      },
      wrong(
        "empty-not-left-out",
        "A client without samples may have weights that are no numbers, and 0·nan is nan, for all. Leave its "
          + "row out."
      ) { question in question.sum { size(question, $0) / Double(question.total) } },
      wrong("last-only", "Every client's weights count. You kept those of the last one.") {
        question in
        question.sum { $0 == question.sizes.count - 1 ? 1 : nil }
      },
      wrong("first-only", "Every client's weights count. You kept those of the first one.") {
        question in question.sum { $0 == 0 ? 1 : nil }
      },
    ]
  }
}
