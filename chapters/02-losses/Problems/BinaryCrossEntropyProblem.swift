public import Checking
public import Core

/// A network's scores before the last sigmoid or softmax, and the probabilities wanted.
public struct ClassificationQuestion: Question {
  public var logits: Matrix
  public var targets: Matrix
  /// Whether each row of targets sums to 1, one answer a row.
  let areRowsOneAnswer: Bool

  public init(logits: Matrix, targets: Matrix) {
    self.init(logits: logits, targets: targets, areRowsOneAnswer: false)
  }

  init(logits: Matrix, targets: Matrix, areRowsOneAnswer: Bool) {
    (self.logits, self.targets) = (logits, targets)
    self.areRowsOneAnswer = areRowsOneAnswer
  }

  public var isPermitted: Bool {
    targets.scalars.allSatisfy { 0 <= $0 && $0 <= 1 }
      && (!areRowsOneAnswer || targets.areDistributions)
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits), ("targets", \.targets)]
  }
}

extension ClassificationQuestion {
  /// Independent yes-or-no questions: random logits, targets of 0, of 1 and between.
  fileprivate init(binary batch: Int, _ outputs: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    areRowsOneAnswer = false
    logits = Tensor(standardDeviation: 2, shape: [batch, outputs], using: &generator)
    let soft = Tensor<Double>(uniform: 0...1, shape: [batch, outputs], using: &generator)
    targets = soft.map { $0 < 0.3 ? 0 : $0 > 0.6 ? 1 : $0 }
  }

  /// Sure of everything, and half of it wrong.
  fileprivate static var extremeBinary: ClassificationQuestion {
    ClassificationQuestion(
      logits: Tensor(rows: [[1000, -1000], [-1000, 1000], [2, -1000]]),
      targets: Tensor(rows: [[1, 1], [0, 0], [0, 0.25]]))
  }
}

extension Chapter02Problems {
  public static var binaryCrossEntropy: Problem<ClassificationQuestion, Matrix> {
    let sigmoid = Activation<Double>.sigmoid
    return Problem(
      "2.2", "binaryCrossEntropyWithLogitsBackward", minutes: 15, difficulty: 2,
      section: "Binary cross-entropy on logits",
      hints: [
        "What is the slope of log(1 + eᶻ)? You know this function.",
        "A column of two: z = 0 and log 3, t = 1 and 0. One element's loss is log(1 + eᶻ) - "
          + "z·t. At z = 0 the slope of the first part is e⁰/(1 + e⁰) = 0.5 and that of the second "
          + "1: together -0.5. What is it at log 3, and what becomes of both in the mean?",
        "All are [m, n]: element by element. Each is an answer of its own, `logits.count` of "
          + "them.",
        "dLogits = (σ(z) - t)/(m·n)",
        "return (Activation.sigmoid(logits) - …) / Double(…)",
      ],
      cases: [
        Case(ClassificationQuestion(binary: 5, 3, seed: 211)),
        Case(ClassificationQuestion(binary: 4, 4, seed: 212)),
        Case(ClassificationQuestion(binary: 1, 7, seed: 213)),
        Case(ClassificationQuestion(binary: 6, 1, seed: 214)), Case(.extremeBinary),
        Case(ClassificationQuestion(binary: 2, 6, seed: 215)).rounded(),
      ],
      forward: { Core.binaryCrossEntropy(logits: $0.logits, targets: $0.targets).loss },
      reference: { Core.binaryCrossEntropy(logits: $0.logits, targets: $0.targets).gradient },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: [
        Misconception(
          "binary-cross-entropy-slope-again",
          "(σ(z) - t) has passed through the sigmoid already: do not multiply by p(1 - p) again."
        ) {
          let p = sigmoid($0.logits)
          return (p - $0.targets) * p * (1 - p) / Double(p.count)
        },
        Misconception(
          "binary-cross-entropy-forgot-mean",
          "The loss is a mean over m·n answers, so each slope is divided by m·n."
        ) { sigmoid($0.logits) - $0.targets },
        Misconception(
          "binary-cross-entropy-mean-over-batch-only",
          "You divided by m. Each of the m·n elements is an answer of its own: divide by m·n."
        ) { (sigmoid($0.logits) - $0.targets) / Double($0.logits.rows) },
        Misconception(
          "binary-cross-entropy-wrong-sign",
          "Where the target is 0, a larger logit makes the loss larger: take p - t, not t - p."
        ) { ($0.targets - sigmoid($0.logits)) / Double($0.logits.count) },
        Misconception(
          "binary-cross-entropy-forgot-sigmoid",
          "You compared logits with targets. Turn the logits into probabilities first: σ(z) - t."
        ) { ($0.logits - $0.targets) / Double($0.logits.count) },
        Misconception(
          "binary-cross-entropy-at-probabilities",
          "This is the gradient with respect to p. Asked is the logit's: one more step of the "
            + "chain rule, times σ′(z)."
        ) {
          let p = sigmoid($0.logits)
          return (p - $0.targets) / (p * (1 - p)) / Double(p.count)
        },
        Misconception(
          "binary-cross-entropy-softmax",
          "You took the softmax of a row. Here each element is a question of its own: σ(z), element "
            + "by element."
        ) { (softmax($0.logits) - $0.targets) / Double($0.logits.count) },
        Misconception(
          "binary-cross-entropy-factor-two",
          "The factor 2 belongs to the squared error. Cross-entropy has no square to bring it."
        ) { (sigmoid($0.logits) - $0.targets) * (2 / Double($0.logits.count)) },
        Misconception(
          "binary-cross-entropy-squared-error",
          "This is the squared error's gradient, behind a sigmoid. Cross-entropy has no square, and "
            + "its p(1 - p) cancels."
        ) {
          let p = sigmoid($0.logits)
          return (p - $0.targets) * p * (1 - p) * (2 / Double(p.count))
        },
        Misconception(
          "binary-cross-entropy-overflow",
          "At a logit of 1000, eᶻ is infinite and ∞/∞ is no number. Write σ(z) as 1/(1 + e⁻ᶻ)."
        ) { ($0.logits.map { .exp($0) / (1 + .exp($0)) } - $0.targets) / Double($0.logits.count) },
        Misconception(
          "binary-cross-entropy-unfused",
          "Right on paper, but where p rounds to 0 or 1 this divides 0 by 0. Let p(1 - p) cancel "
            + "before you compute."
        ) {
          let p = sigmoid($0.logits)
          return (p - $0.targets) / (p * (1 - p)) * (p * (1 - p)) / Double(p.count)
        },
      ],
      alternatives: [
        // σ(z) = (1 + tanh(z/2))/2, element by element.
        { question in
          question.logits.zip(question.targets) { z, t in
            ((1 + Double.tanh(z / 2)) / 2 - t) / Double(question.logits.count)
          }
        },
        { question in
          var gradient = question.logits
          for i in 0..<gradient.rows {
            for j in 0..<gradient.columns {
              let p = 1 / (1 + Double.exp(-question.logits[i, j]))
              let (t, count) = (question.targets[i, j], Double(gradient.count))
              gradient[i, j] = (p * (1 - t) - (1 - p) * t) / count
            }
          }
          return gradient
        },
        { question in
          let p = question.logits.map { (1 + .tanh($0 / 2)) / 2 }
          return p / Double(p.count) - question.targets / Double(p.count)
        },
      ],
      given: { $0.tensors + [("p", sigmoid($0.logits))] },
      attempt: asks {
        try $0.binaryCrossEntropyWithLogitsBackward(logits: $1.logits, targets: $1.targets)
      }
    )
  }
}
