public import Checking
public import Core
import Reinforcement

/// Scores of actions, the actions that were taken, and how well it went.
public struct PolicyGradientQuestion: Question {
  public var logits: Matrix
  public let actions: [Int]
  public var advantages: Matrix

  public init(logits: Matrix, actions: [Int], advantages: Matrix) {
    (self.logits, self.actions, self.advantages) = (logits, actions, advantages)
  }

  init(_ actions: [Int], of count: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let logits: Matrix = Tensor(shape: [actions.count, count], using: &generator)
    self.init(
      logits: logits, actions: actions,
      advantages: Tensor(standardDeviation: 1.5, shape: [actions.count], using: &generator))
  }

  var batch: Int { actions.count }
  var choices: Int { logits.columns }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits), ("advantages", \.advantages)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of actions", \.choices)]
  }
  public var summary: String {
    "logits \(logits.shape), actions \(actions), advantages \(advantages.shape)"
  }
  public var label: String { "actions \(actions)" }

  fileprivate var pi: Matrix { softmax(logits) }
  fileprivate var oneHot: Matrix { taken(actions, choices) }
  fileprivate var reference: Loss<Double> {
    policyGradientLoss(logits: logits, actions: actions, advantages: advantages)
  }

  /// Advantages less their mean, divided by a deviation with n - 1, and an ε.
  fileprivate func standardizedByOneLess(epsilon: Double) -> Matrix {
    let centred = advantages - advantages.mean()
    let variance = centred.squaredNorm() / Double(batch - 1)
    return centred / (variance.squareRoot() + epsilon)
  }

  /// A(π - onehot)/m with other advantages, another π or another divisor.
  fileprivate func gradient(
    _ advantages: Matrix? = nil, pi: Matrix? = nil, divisor: Double? = nil
  ) -> Matrix {
    spread(advantages ?? self.advantages, choices) * ((pi ?? self.pi) - oneHot)
      / (divisor ?? Double(batch))
  }
}

extension Chapter14Problems {
  /// 14.1, the gradient of a choice.
  public static var policyGradient: Problem<PolicyGradientQuestion, Matrix> {
    Problem(
      "14.1", "policyGradientBackward", minutes: 20, difficulty: 2,
      section: "A gradient through a choice",
      hints: [
        "A is a number, as good as any constant. What is left is -log softmax(z) at one place: where "
          + "have you met its gradient?",
        "One row of two scores, z = (0, 0), π = (½, ½); the first action was taken, and A = 3. Raise z₁ by "
          + "h: log π₁ = z₁ - log(e^z₁ + e^z₂) rises by h - ½h, and the loss falls by 3·½h. So its slope is "
          + "-1.5. What is it in z₂, of which only the sum knows? And if A were -3?",
        "logits and dLogits are [m, actions]. Row i has one action and one advantage, which is a factor for "
          + "the whole row. The mean is over the m rows.",
        "dLogits = A(π - onehot(a))/m, with π = softmax(logits)",
        "var dLogits = softmax(logits); for i in 0..<dLogits.rows { dLogits[i, actions[i]] -= …; "
          + "for j in …: dLogits[i, j] *= advantages[i] / … }",
      ],
      cases: [
        Case(PolicyGradientQuestion([2, 0, 1, 2, 2], of: 3, seed: 1401)),
        Case(PolicyGradientQuestion([3, 1, 1, 0], of: 4, seed: 1402)),
        Case(PolicyGradientQuestion([2], of: 5, seed: 1403)),
        Case(
          PolicyGradientQuestion(
            logits: Matrix(rows: [[1, 0], [0, 2], [0, 0]]), actions: [0, 0, 1],
            advantages: Matrix([2, -1, 0.5]))),
        // Sure of everything, and twice something else was done.
        Case(
          PolicyGradientQuestion(
            logits: Matrix(rows: [[1000, -1000, 3], [-1000, 999, 1000], [-1000, -1000, -1001]]),
            actions: [1, 2, 0], advantages: Matrix([-1.5, 0.75, 2]))),
        Case(PolicyGradientQuestion([0, 1, 1, 0, 1, 0], of: 2, seed: 1404)).rounded(),
      ],
      forward: { $0.reference.loss },
      reference: { $0.reference.gradient },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: policyGradientMisconceptions,
      alternatives: [
        { $0.gradient() },
        { question in
          // Cross-entropy of each row by itself, with the action for its label.
          let rows = question.actions.indices.map { i in
            let row = softmaxCrossEntropy(
              logits: question.logits.rows(i..<i + 1), labels: [question.actions[i]])
            return (row.gradient * question.advantages[i] / Double(question.batch)).scalars
          }
          return Matrix(rows: rows)
        },
        { question in
          // As a product: a diagonal of shares, times rows.
          let m = question.batch
          let shares = spread(question.advantages / Double(m), m) * taken(Array(0..<m), m)
          return matmul(shares, question.pi - question.oneHot)
        },
      ],
      given: { question in
        question.tensors + [
          ("π", question.pi), ("onehot(a)", question.oneHot),
          ("A", spread(question.advantages, question.choices)),
        ]
      },
      attempt: asks {
        try $0.policyGradientBackward(
          logits: $1.logits, actions: $1.actions, advantages: $1.advantages)
      }
    )
  }

  private static var policyGradientMisconceptions: [Misconception<PolicyGradientQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (PolicyGradientQuestion) -> Matrix
    ) -> Misconception<PolicyGradientQuestion, Matrix> {
      Misconception("policy-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "sign",
        "Descent goes against the gradient: where A > 0 it must be below 0 at the action taken. With "
          + "your sign the policy learns what goes badly."
      ) { -1 * $0.gradient() },
      wrong(
        "mean-advantage",
        "Each row has an advantage of its own. You took the batch's mean for all, which is also what "
          + "[N] beside [N, 1] gives elsewhere: an N × N, and then its mean."
      ) { $0.gradient($0.advantages * 0 + $0.advantages.mean()) },
      wrong(
        "advantage-forgotten",
        "This is cross-entropy's gradient, as if every action taken had been right. Its advantage says how "
          + "much it was: a factor A for each row."
      ) { $0.gradient($0.advantages * 0 + 1) },
      wrong(
        "advantage-squared", "A comes in once. You multiplied by it twice, and its sign is gone."
      ) {
        $0.gradient($0.advantages * $0.advantages)
      },
      wrong("advantage-without-sign", "What went badly has A < 0. You took its size only.") {
        $0.gradient($0.advantages.map { abs($0) })
      },
      wrong(
        "at-the-action-only",
        "π sums to 1: what one action gains, the others lose. You left their gradient out."
      ) { $0.gradient() * $0.oneHot },
      wrong(
        "others-only",
        "The action taken has a slope of its own, π - 1. You left it out, or its -1."
      ) { $0.gradient() * (1 - $0.oneHot) },
      wrong("onehot-forgotten", "At the action taken the slope is π - 1, not π.") {
        spread($0.advantages, $0.choices) * $0.pi / Double($0.batch)
      },
      wrong("not-divided", "The loss is a mean over the m rows: each has 1/m of it.") {
        $0.gradient(divisor: 1)
      },
      wrong(
        "divided-by-all", "The mean is over the m rows. You divided by all m × actions numbers."
      ) { $0.gradient(divisor: Double($0.logits.count)) },
      wrong(
        "softmax-over-the-batch",
        "π is a distribution over actions, in each row. You took the softmax down the batch."
      ) { $0.gradient(pi: softmax($0.logits.T).T) },
      wrong(
        "softmax-forgotten",
        "Logits are no probabilities: π is their softmax. You subtracted from z."
      ) { $0.gradient(pi: $0.logits) },
      wrong(
        "advantage-at-the-action",
        "A multiplies the whole row, π too. You gave it to the action taken alone: π - A·onehot."
      ) { ($0.pi - spread($0.advantages, $0.choices) * $0.oneHot) / Double($0.batch) },
      wrong(
        "probability-not-logarithm",
        "The loss has log π(a). This is the gradient of -A·π(a), which has a factor π(a) more: unlikely "
          + "actions would hardly learn."
      ) { question in
        let chosen = picked(question.pi, question.actions)
        return question.gradient(question.advantages * chosen)
      },
      wrong(
        "slope-of-softmax-again",
        "π - onehot has the softmax's slope in it already. You multiplied by π(1 - π) once more."
      ) { $0.gradient() * $0.pi * (1 - $0.pi) },
      wrong(
        "standardized",
        "The advantages are what they are. You subtracted their mean and divided by their deviation."
      ) { $0.gradient(standardized($0.advantages)) },
      wrong(
        "standardized-by-n-less-one",
        "The advantages are what they are. You standardised them, by a deviation with n - 1, which of one "
          + "row is no number."
      ) { $0.gradient($0.standardizedByOneLess(epsilon: 0)) },
      wrong(
        "standardized-by-n-less-one-and-epsilon",
        "The advantages are what they are. You standardised them, by a deviation with n - 1 and 10⁻⁸ more, which "
          + "of one row is no number."
      ) { $0.gradient($0.standardizedByOneLess(epsilon: 1e-8)) },
      wrong(
        "averaged-before-multiplying",
        "Each log π(a) is multiplied by its own row's advantage. You took the mean of all log π(a) and the sum "
          + "of all advantages: every action answers for what all of them brought."
      ) { $0.gradient($0.advantages * 0 + $0.advantages.sum()) },
      wrong("mean-subtracted", "The advantages are what they are. You subtracted their mean.") {
        $0.gradient($0.advantages - $0.advantages.mean())
      },
      wrong(
        "advantage-and-mean-forgotten",
        "π - onehot is how a row's slopes lie to each other. Each row has a factor A/m, which you left out."
      ) { $0.pi - $0.oneHot },
      wrong("divided-by-advantage", "A multiplies the row. You divided by it.") {
        $0.gradient($0.advantages.map { 1 / $0 })
      },
      wrong(
        "advantage-added", "A is a factor of the row. You added it: π - onehot + A/m."
      ) { $0.pi - $0.oneHot + spread($0.advantages, $0.choices) / Double($0.batch) },
      wrong(
        "sigmoid", "π is the softmax of a row, which sums to 1. You took the sigmoid of each score."
      ) { $0.gradient(pi: Activation<Double>.sigmoid($0.logits)) },
      wrong(
        "first-action-for-all",
        "Each row has an action of its own, actions[i]. You took the first one's for all."
      ) { question in
        let first = taken(
          [Int](repeating: question.actions[0], count: question.batch), question.choices)
        return spread(question.advantages, question.choices) * (question.pi - first)
          / Double(question.batch)
      },
      wrong("multiplied-by-m", "A mean divides by m. You multiplied by it.") {
        $0.gradient(divisor: 1 / Double($0.batch))
      },
      wrong(
        "overflow",
        "At a score of 1000 eᶻ is infinite, and ∞/∞ is no number: subtract the row's largest score before, "
          + "as `softmax` does."
      ) { question in
        let powers = question.logits.map { Double.exp($0) }
        return question.gradient(pi: powers / spread(powers.sum(axis: 1), question.choices))
      },
    ]
  }
}
