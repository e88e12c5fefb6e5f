public import Checking
public import Core

/// Logits, the right class of each row, and how much each class counts.
public struct WeightedQuestion: Question {
  public var logits: Matrix
  public let labels: [Int]
  public let classWeights: [Double]

  public init(logits: Matrix, labels: [Int], classWeights: [Double]) {
    (self.logits, self.labels, self.classWeights) = (logits, labels, classWeights)
  }

  init(_ labels: [Int], classWeights: [Double], seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(
      standardDeviation: 2, shape: [labels.count, classWeights.count], using: &generator)
    (self.labels, self.classWeights) = (labels, classWeights)
  }

  public var isPermitted: Bool { classWeights.allSatisfy { $0 >= 0 } && total > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits)]
  }

  public var tensors: [(name: String, value: Matrix)] {
    [
      ("logits", logits), ("labels", Tensor(labels.map { Double($0) })),
      ("classWeights", Tensor(classWeights)),
    ]
  }

  /// p - t, with a weight for each element, divided by a number.
  fileprivate func gradient(
    dividedBy divisor: Double, weight: (_ label: Int, _ column: Int) -> Double
  ) -> Matrix {
    var gradient = softmax(logits) - oneHot(labels, classes: logits.columns)
    for i in 0..<gradient.rows {
      for j in 0..<gradient.columns { gradient[i, j] *= weight(labels[i], j) / divisor }
    }
    return gradient
  }

  /// The sum of the weights of the labels in the batch.
  fileprivate var total: Double { labels.reduce(0) { $0 + classWeights[$1] } }
}

extension Chapter02Problems {
  public static var weightedCrossEntropy: Problem<WeightedQuestion, Matrix> {
    Problem(
      "2.5", "weightedCrossEntropyBackward", minutes: 20, difficulty: 3, section: "Class weights",
      hints: [
        "The loss is a weighted mean of the rows' losses. What is the gradient of one row's "
          + "loss?",
        "Two rows with the labels 0 and 1, class weights 1 and 3: the loss is (1·ℓ₁ + 3·ℓ₂)/(1 "
          + "+ 3). Row 1 of z is in ℓ₁ only, so its gradient is 1/4 of that of ℓ₁. What is the "
          + "factor of row 2? And what are both factors if both labels are 1?",
        "Logits, p and t are [m, n]; each of the m rows has one weight, "
          + "classWeights[labels[i]].",
        "dLogits, row i = w(yᵢ)·(p - t)/Σw, where Σw sums the weights of the labels in the "
          + "batch",
        "for i in 0..<m { for j in 0..<n { dLogits[i, j] *= classWeights[…] / total } }",
      ],
      cases: [
        Case(WeightedQuestion([2, 0, 1, 0, 2], classWeights: [1, 4, 0.5], seed: 251)),
        Case(WeightedQuestion([3, 1, 1, 0], classWeights: [2, 0.3, 5, 1], seed: 252)),
        Case(WeightedQuestion([4], classWeights: [1, 2, 3, 4, 5, 6, 7], seed: 253)),
        Case(WeightedQuestion([0, 0, 1, 0, 0, 0], classWeights: [0.2, 9], seed: 254)),
        Case(WeightedQuestion([1, 0, 2], classWeights: [0, 1.5, 3, 2, 1], seed: 255)),
        Case(WeightedQuestion([3, 5], classWeights: [2, 1, 3, 0.5, 1, 4], seed: 256)).rounded(),
      ],
      forward: {
        Core.weightedCrossEntropy(
          logits: $0.logits, labels: $0.labels, classWeights: $0.classWeights
        ).loss
      },
      reference: {
        Core.weightedCrossEntropy(
          logits: $0.logits, labels: $0.labels, classWeights: $0.classWeights
        ).gradient
      },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: [
        Misconception(
          "weighted-divided-by-batch",
          "A weighted mean is divided by the sum of the weights. You divided by m."
        ) { question in
          question.gradient(dividedBy: Double(question.labels.count)) { label, _ in
            question.classWeights[label]
          }
        },
        Misconception(
          "weighted-forgot-weights",
          "This is the gradient without weights: multiply each row by the weight of its label."
        ) { question in question.gradient(dividedBy: Double(question.labels.count)) { _, _ in 1 } },
        Misconception(
          "weighted-divided-by-all-classes",
          "Σw has one term for each row of the batch, the weight of its label; you summed the list "
            + "of class weights instead."
        ) { question in
          question.gradient(dividedBy: question.classWeights.reduce(0, +)) { label, _ in
            question.classWeights[label]
          }
        },
        Misconception(
          "weighted-by-column",
          "The weight belongs to the row's label, and multiplies the whole row. You took the "
            + "column's."
        ) { question in
          question.gradient(dividedBy: question.total) { _, column in
            question.classWeights[column]
          }
        },
        Misconception(
          "weighted-not-divided",
          "The loss is a weighted mean: divide by the sum of the weights of the batch's labels."
        ) { question in
          question.gradient(dividedBy: 1) { label, _ in question.classWeights[label] }
        },
        Misconception(
          "weighted-divided-twice",
          "The sum of the weights replaces m. You divided by both."
        ) { question in
          question.gradient(dividedBy: question.total * Double(question.labels.count)) {
            label, _ in
            question.classWeights[label]
          }
        },
        Misconception(
          "weighted-rows-not-weighted",
          "You divided by the sum of the weights, but each row still counts the same: multiply it "
            + "by the weight of its label."
        ) { question in question.gradient(dividedBy: question.total) { _, _ in 1 } },
        Misconception(
          "weighted-wrong-sign",
          "A larger logit for a wrong class makes the loss larger: the difference is p - t."
        ) { question in
          question.gradient(dividedBy: -question.total) { label, _ in
            question.classWeights[label]
          }
        },
      ],
      alternatives: [
        { question in
          let normalizers = logSumExp(question.logits)
          var gradient = question.logits
          for (i, label) in question.labels.enumerated() {
            let share = question.classWeights[label] / question.total
            for j in 0..<gradient.columns {
              let p = Double.exp(gradient[i, j] - normalizers[i])
              gradient[i, j] = share * p - (j == label ? share : 0)
            }
          }
          return gradient
        },
        { question in
          let weights = question.labels.map { question.classWeights[$0] }
          let sum = weights.reduce(0, +)
          var gradient = softmax(question.logits)
          for (i, label) in question.labels.enumerated() {
            gradient[i, label] -= 1
            for j in 0..<gradient.columns { gradient[i, j] = gradient[i, j] * weights[i] / sum }
          }
          return gradient
        },
        { question in
          let m = question.labels.count
          var diagonal = Matrix(shape: [m, m])
          for i in 0..<m {
            diagonal[i, i] = question.classWeights[question.labels[i]] / question.total
          }
          let targets: Matrix = oneHot(question.labels, classes: question.logits.columns)
          return matmul(diagonal, softmax(question.logits)) - matmul(diagonal, targets)
        },
      ],
      given: { question in
        let targets: Matrix = oneHot(question.labels, classes: question.logits.columns)
        return question.tensors + [("p", softmax(question.logits)), ("oneHot(labels)", targets)]
      },
      attempt: asks {
        try $0.weightedCrossEntropyBackward(
          logits: $1.logits, labels: $1.labels, classWeights: $1.classWeights)
      }
    )
  }
}
