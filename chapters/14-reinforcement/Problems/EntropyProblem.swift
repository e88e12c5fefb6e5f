public import Checking
public import Core
import Reinforcement

/// Scores of actions, and how much it is worth to be undecided.
public struct EntropyQuestion: Question {
  public var logits: Matrix
  public var strength: Double

  public init(logits: Matrix, strength: Double) {
    (self.logits, self.strength) = (logits, strength)
  }

  init(_ batch: Int, _ choices: Int, strength: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      logits: Tensor(standardDeviation: 1.5, shape: [batch, choices], using: &generator),
      strength: strength)
  }

  var batch: Int { logits.rows }
  var choices: Int { logits.columns }

  public var isPermitted: Bool { strength >= 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("strength", \.strength)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of actions", \.choices)]
  }
  public var summary: String { "logits \(logits.shape), strength \(digits(strength))" }

  fileprivate var pi: Matrix { softmax(logits) }
  fileprivate var log: Matrix { policy(logits).log }
  /// H of each row, beside each action.
  fileprivate var h: Matrix { spread(entropies(logits), choices) }
  fileprivate var share: Double { strength / Double(batch) }
  fileprivate var reference: Loss<Double> {
    Reinforcement.entropyBonus(logits: logits, strength: strength)
  }
}

extension Chapter14Problems {
  /// 14.3, the gradient of the entropy bonus.
  public static var entropyBonus: Problem<EntropyQuestion, Matrix> {
    Problem(
      "14.3", "entropyBonusBackward", minutes: 30, difficulty: 4, section: "Not sure too soon",
      hints: [
        "Two steps. First by π, as if its numbers were free: what is the slope of π·log π? Then through "
          + "the softmax, which takes off a weighted sum. Something cancels.",
        "One row of two, z = (0, log 3), π = (¼, ¾), β = 1. By π the loss Σ π·log π has the slopes "
          + "log π + 1 = (-0.386, 0.712). Softmax: π₁·(own slope - Σ π·slopes) = ¼·(-0.386 - 0.438) = -0.206. "
          + "What is it at the second? How does Σ π·slopes look, written with H? Where is the 1?",
        "logits and dLogits are [m, actions]; H is one number a row. The mean is over the m rows. log π is "
          + "logits less logSumExp(logits), row by row.",
        "dLogits = β·π(log π + H)/m, with H = -Σ π·log π of the row",
        "let (pi, sums) = (softmax(logits), logSumExp(logits)); for i in …: var h = 0.0; for j in …: "
          + "h -= pi[i, j] * (logits[i, j] - …); for j in …: dLogits[i, j] = strength * pi[i, j] * (…) / …",
      ],
      cases: [
        Case(EntropyQuestion(5, 3, strength: 0.7, seed: 1421)),
        Case(EntropyQuestion(4, 4, strength: 0.3, seed: 1422)),
        Case(EntropyQuestion(1, 6, strength: 2, seed: 1423)),
        Case(
          EntropyQuestion(logits: Matrix(rows: [[1, 0, -1], [0, 0, 2]]), strength: 1)),
        // Undecided: as much entropy as there can be, and nowhere to go.
        Case(
          EntropyQuestion(
            logits: Matrix(rows: [[2, 2], [-1, -1], [0, 0.5]]), strength: 0.5)),
        // So sure that π is rounded to 0.
        Case(
          EntropyQuestion(
            logits: Matrix(rows: [[1000, -1000, 1], [0, 999.5, 1000], [-1, -1000, 0.5]]),
            strength: 0.4)),
        Case(EntropyQuestion(6, 2, strength: 0.1, seed: 1424)).rounded(),
      ],
      forward: { $0.reference.loss },
      reference: { $0.reference.gradient },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: entropyMisconceptions,
      alternatives: [
        { $0.share * $0.pi * ($0.log + $0.h) },
        { question in
          // By π first, then back through the softmax.
          softmaxBackward(question.share * (question.log + 1), y: question.pi)
        },
        { question in
          // log π + H is how far a logit is above the row's mean: log Σ eᶻ cancels.
          let mean = (question.pi * question.logits).sum(axis: 1)
          return question.share * question.pi * (question.logits - spread(mean, question.choices))
        },
      ],
      given: { question in
        question.tensors + [("π", question.pi), ("log π", question.log), ("H", question.h)]
      },
      attempt: asks { try $0.entropyBonusBackward(logits: $1.logits, strength: $1.strength) }
    )
  }

  private static var entropyMisconceptions: [Misconception<EntropyQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (EntropyQuestion) -> Matrix
    ) -> Misconception<EntropyQuestion, Matrix> {
      Misconception("entropy-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "sign",
        "The loss is -βH: descent shall raise the entropy. Yours lowers it, and the policy is sure in no time."
      ) { -1 * $0.reference.gradient },
      wrong(
        "at-probabilities",
        "This is the slope in π, as if each were free. Asked is that in the logits: one more step, through "
          + "the softmax."
      ) { $0.share * ($0.log + 1) },
      wrong(
        "at-probabilities-with-sign",
        "This is the slope of H in π, -(log π + 1), and of H, not of -βH. Asked is that in the logits, through "
          + "the softmax."
      ) { -$0.share * ($0.log + 1) },
      wrong(
        "entropy-forgotten",
        "The softmax takes the weighted sum of all slopes off each: that is where H comes from. You left it "
          + "out."
      ) { $0.share * $0.pi * $0.log },
      wrong(
        "one-kept",
        "Through the softmax the 1 of log π + 1 cancels, and H takes its place. You multiplied by π alone."
      ) { $0.share * $0.pi * ($0.log + 1) },
      wrong(
        "probability-forgotten", "The softmax's slope has a factor π in front. You left it out."
      ) {
        $0.share * ($0.log + $0.h)
      },
      wrong(
        "entropy-subtracted", "H is -Σ π·log π, above 0: it is added to log π. You subtracted it."
      ) { $0.share * $0.pi * ($0.log - $0.h) },
      wrong(
        "per-element", "The mean is over the m rows, not over all m × actions numbers."
      ) { $0.reference.gradient / Double($0.choices) },
      wrong("not-divided", "The entropy is a mean over the m rows: each has 1/m of it.") {
        $0.reference.gradient * Double($0.batch)
      },
      wrong("entropy-of-the-batch", "Each row has its own H. You took the mean of all rows.") {
        $0.share * $0.pi * ($0.log + entropies($0.logits).mean())
      },
      wrong(
        "entropy-summed", "Each row has its own H. You added up those of all rows."
      ) { $0.share * $0.pi * ($0.log + entropies($0.logits).sum()) },
      wrong(
        "logits-for-logarithms", "log π is the logit less log Σ eᶻ of its row. You took the logit."
      ) {
        $0.share * $0.pi * ($0.logits + $0.h)
      },
      wrong(
        "base-two", "log is the natural one. You measured in bits."
      ) { $0.reference.gradient / Double.log(2) },
      wrong(
        "softmax-over-the-batch",
        "π is a distribution over actions, in each row. You took the softmax down the batch."
      ) { question in
        let (pi, log) = policy(question.logits.T)
        let h = spread(-1 * (pi.T * log.T).sum(axis: 1), question.choices)
        return question.share * pi.T * (log.T + h)
      },
      wrong(
        "sigmoid", "π is the softmax of a row, which sums to 1. You took the sigmoid of each score."
      ) { question in
        let pi = Activation<Double>.sigmoid(question.logits)
        let h = spread(-1 * (pi * question.log).sum(axis: 1), question.choices)
        return question.share * pi * (question.log + h)
      },
      wrong("softmax-forgotten", "π is the softmax of the logits. You took the logits themselves.")
      {
        question in
        let h = spread(-1 * (question.logits * question.log).sum(axis: 1), question.choices)
        return question.share * question.logits * (question.log + h)
      },
      wrong(
        "zero-times-infinity",
        "Where π is rounded to 0, log π is -∞, and 0·∞ is no number. Take log π as logit - log Σ eᶻ, which "
          + "stays finite."
      ) { question in
        let log = question.pi.map { Double.log($0) }
        let h = spread(-1 * (question.pi * log).sum(axis: 1), question.choices)
        return question.share * question.pi * (log + h)
      },
      wrong(
        "epsilon-added",
        "log(π + 10⁻⁸) is another function: nearly right, and only where π is not small. Take log π as "
          + "logit - log Σ eᶻ."
      ) { question in
        let log = question.pi.map { Double.log($0 + 1e-8) }
        let h = spread(-1 * (question.pi * log).sum(axis: 1), question.choices)
        return question.share * question.pi * (log + h)
      },
    ]
  }
}
