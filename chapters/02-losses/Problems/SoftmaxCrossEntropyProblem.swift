public import Checking
public import Core

extension ClassificationQuestion {
  /// One class of several for each row: random logits, and targets whose rows sum to 1.
  fileprivate init(soft batch: Int, _ classes: Int, seed: UInt64) {
    areRowsOneAnswer = true
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(standardDeviation: 2, shape: [batch, classes], using: &generator)
    targets = softmax(Tensor(shape: [batch, classes], using: &generator))
  }

  /// The same, with targets that are labels.
  fileprivate init(labels: [Int], classes: Int, seed: UInt64) {
    areRowsOneAnswer = true
    var generator = SplitMix64(caseSeed: seed)
    logits = Tensor(standardDeviation: 2, shape: [labels.count, classes], using: &generator)
    targets = oneHot(labels, classes: classes)
  }

  /// Sure of everything, and two of three wrong.
  fileprivate static var extremeRows: ClassificationQuestion {
    ClassificationQuestion(
      logits: Tensor(rows: [
        [1000, -1000, 3, 2], [-1000, -1000, 999, 1000], [-1000, -1000, -1000, -1001],
      ]),
      targets: Tensor(rows: [[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0.25, 0.75]]),
      areRowsOneAnswer: true)
  }
}

extension Chapter02Problems {
  public static var softmaxCrossEntropy: Problem<ClassificationQuestion, Matrix> {
    Problem(
      "2.3", "softmaxCrossEntropyBackward", minutes: 20, difficulty: 3,
      section: "Softmax and cross-entropy",
      hints: [
        "For one row the loss is log Σ eᶻ - Σ t·z. What is the slope of each part?",
        "A row of two: z = 0 and log 3, t = 1 and 0. The slope of log(e^z₁ + e^z₂) with respect "
          + "to z₁ is e^z₁/(e^z₁ + e^z₂) = 1/4, and that of z₁·t₁ + z₂·t₂ is 1: together -3/4. What "
          + "are they with respect to z₂? You have met 1/4 and 3/4 under another name.",
        "z and t are [m, n]. Each row gives one loss, and the mean is over the m rows.",
        "dLogits = (p - t)/m, with p = softmax(z)",
        "return (softmax(…) - …) / Double(logits.rows)",
      ],
      cases: [
        Case(ClassificationQuestion(soft: 5, 3, seed: 221)),
        Case(ClassificationQuestion(labels: [2, 0, 3, 2], classes: 4, seed: 222)),
        Case(ClassificationQuestion(soft: 1, 7, seed: 223)),
        Case(ClassificationQuestion(labels: [1, 0, 1, 1, 0, 0], classes: 2, seed: 224)),
        Case(.extremeRows),
        Case(ClassificationQuestion(soft: 2, 6, seed: 225)).rounded("logits"),
      ],
      forward: { Core.softmaxCrossEntropy(logits: $0.logits, targets: $0.targets).loss },
      reference: {
        Core.softmaxCrossEntropy(logits: $0.logits, targets: $0.targets).gradient
      },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: softmaxCrossEntropyMisconceptions,
      alternatives: [
        { question in
          // pⱼ = 1/Σ e^(zₖ - zⱼ): where that overflows, p is 0.
          let z = question.logits
          var gradient = z
          for i in 0..<z.rows {
            for j in 0..<z.columns {
              let sum = (0..<z.columns).reduce(0) { $0 + Double.exp(z[i, $1] - z[i, j]) }
              gradient[i, j] = (1 / sum - question.targets[i, j]) / Double(z.rows)
            }
          }
          return gradient
        },
        { question in
          var gradient = question.logits
          for i in 0..<gradient.rows {
            let row = (0..<gradient.columns).map { question.logits[i, $0] }
            let largest = row.reduce(row[0]) { max($0, $1) }
            let sum = row.reduce(0) { $0 + .exp($1 - largest) }
            for j in 0..<gradient.columns {
              let p = Double.exp(row[j] - largest) / sum
              gradient[i, j] = (p - question.targets[i, j]) / Double(gradient.rows)
            }
          }
          return gradient
        },
        { question in
          let normalizers = logSumExp(question.logits)
          var gradient = question.targets * -1
          for i in 0..<gradient.rows {
            for j in 0..<gradient.columns {
              gradient[i, j] += .exp(question.logits[i, j] - normalizers[i])
            }
          }
          return gradient * (1 / Double(gradient.rows))
        },
      ],
      given: { $0.tensors + [("p", softmax($0.logits))] },
      attempt: asks { try $0.softmaxCrossEntropyBackward(logits: $1.logits, targets: $1.targets) }
    )
  }

  private static var softmaxCrossEntropyMisconceptions:
    [Misconception<ClassificationQuestion, Matrix>]
  {
    [
      Misconception(
        "cross-entropy-forgot-mean",
        "The loss is a mean over the m rows, so each slope is divided by m."
      ) { softmax($0.logits) - $0.targets },
      Misconception(
        "cross-entropy-mean-over-all",
        "You divided by m·n. A row of n probabilities is one answer with one loss: divide by m."
      ) { (softmax($0.logits) - $0.targets) / Double($0.logits.count) },
      Misconception(
        "cross-entropy-wrong-sign",
        "A larger logit for a wrong class makes the loss larger: take p - t, not t - p."
      ) { ($0.targets - softmax($0.logits)) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-slope-again",
        "p - t has passed through the softmax already: do not multiply by p(1 - p) again."
      ) {
        let p = softmax($0.logits)
        return (p - $0.targets) * p * (1 - p) / Double(p.rows)
      },
      Misconception(
        "cross-entropy-softmax-backward-again",
        "p - t is the gradient at the logits already: do not send it through softmaxBackward."
      ) {
        let p = softmax($0.logits)
        return softmaxBackward((p - $0.targets) / Double(p.rows), y: p)
      },
      Misconception(
        "cross-entropy-softmax-twice",
        "You took the softmax of the softmax. The logits go through it once."
      ) { (softmax(softmax($0.logits)) - $0.targets) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-forgot-softmax",
        "You compared logits with targets. Turn the logits into probabilities first."
      ) { ($0.logits - $0.targets) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-sigmoid",
        "You took the sigmoid of each logit. A row is one question with several answers: its "
          + "probabilities come from softmax, and sum to 1."
      ) { (Activation.sigmoid($0.logits) - $0.targets) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-hard-targets",
        "Targets can be soft: subtract t as it is, not a 1 at its largest element."
      ) {
        let hardened: Matrix = oneHot($0.targets.argmaxOfRows(), classes: $0.targets.columns)
        return (softmax($0.logits) - hardened) / Double($0.logits.rows)
      },
      Misconception(
        "cross-entropy-target-class-only",
        "Wrong classes have a gradient too: their logits are in the sum Σ eᶻ. Theirs is p/m."
      ) {
        let p = softmax($0.logits)
        return ($0.targets * p - $0.targets) / Double(p.rows)
      },
      Misconception(
        "cross-entropy-at-probabilities",
        "-t/p is the gradient with respect to p. Asked is the logits': go on through the softmax."
      ) { -$0.targets / softmax($0.logits) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-softmax-over-batch",
        "The softmax went down the columns. Each row is one sample: its own probabilities sum to 1."
      ) { (softmax($0.logits.transposed).transposed - $0.targets) / Double($0.logits.rows) },
      Misconception(
        "cross-entropy-overflow",
        "At a logit of 1000, eᶻ is infinite and ∞/∞ is no number. Subtract the row's largest "
          + "logit first, as the library's softmax does."
      ) {
        var p = $0.logits.map { .exp($0) }
        let sums = p.sum(axis: 1)
        for i in 0..<p.rows {
          for j in 0..<p.columns { p[i, j] /= sums[i] }
        }
        return (p - $0.targets) / Double(p.rows)
      },
      Misconception(
        "cross-entropy-unfused",
        "Right on paper, but where p rounds to 0 this divides by 0. Let the p cancel before you "
          + "compute: what remains is p - t."
      ) {
        let p = softmax($0.logits)
        return softmaxBackward(-$0.targets / p / Double(p.rows), y: p)
      },
    ]
  }
}
