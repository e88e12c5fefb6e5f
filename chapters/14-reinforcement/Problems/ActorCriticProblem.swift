public import Checking
public import Core
import Reinforcement

/// The gradients of an actor–critic loss.
public typealias ActorCriticAnswer = (dLogits: Matrix, dValues: Matrix)

/// What the actor and the critic said, and what came.
public struct ActorCriticQuestion: Question {
  public var logits: Matrix
  public var values: Matrix
  public let actions: [Int]
  public var returns: Matrix
  public var valueStrength: Double
  public var entropyStrength: Double

  public init(
    logits: Matrix, values: Matrix, actions: [Int], returns: Matrix, valueStrength: Double,
    entropyStrength: Double
  ) {
    (self.logits, self.values, self.actions, self.returns) = (logits, values, actions, returns)
    (self.valueStrength, self.entropyStrength) = (valueStrength, entropyStrength)
  }

  init(
    _ actions: [Int], of count: Int, valueStrength: Double, entropyStrength: Double, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let m = actions.count
    self.init(
      logits: draw([m, count]), values: draw([m]), actions: actions, returns: 0.5 + 1.5 * draw([m]),
      valueStrength: valueStrength, entropyStrength: entropyStrength)
  }

  var batch: Int { actions.count }
  var choices: Int { logits.columns }

  public var isPermitted: Bool { valueStrength >= 0 && entropyStrength >= 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits), ("values", \.values), ("returns", \.returns)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("valueStrength", \.valueStrength), ("entropyStrength", \.entropyStrength)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of actions", \.choices)]
  }
  public var summary: String {
    "logits \(logits.shape), values, returns \(values.shape), actions \(actions), valueStrength "
      + "\(digits(valueStrength)), entropyStrength \(digits(entropyStrength))"
  }
  public var label: String { "actions \(actions)" }

  fileprivate var advantages: Matrix { returns - values }
  fileprivate var pi: Matrix { softmax(logits) }
  fileprivate var oneHot: Matrix { taken(actions, choices) }
  fileprivate var m: Double { Double(batch) }
  /// What the entropy gives the logits.
  fileprivate var entropyPart: Matrix {
    Reinforcement.entropyBonus(logits: logits, strength: entropyStrength).gradient
  }
  fileprivate var loss: Double {
    actorCriticLoss(
      logits: logits, values: values, actions: actions, returns: returns,
      valueStrength: valueStrength, entropyStrength: entropyStrength
    ).loss
  }
  fileprivate var reference: ActorCriticAnswer {
    let gradient = actorCriticLoss(
      logits: logits, values: values, actions: actions, returns: returns,
      valueStrength: valueStrength, entropyStrength: entropyStrength
    ).gradient
    return (gradient.dLogits, gradient.dValues)
  }

  /// What the policy's part gives the logits, by other advantages.
  fileprivate func policyPart(_ advantages: Matrix? = nil) -> Matrix {
    spread(advantages ?? self.advantages, choices) * (pi - oneHot) / m
  }
  /// The answer with one of its pieces replaced.
  fileprivate func answer(
    policy: Matrix? = nil, entropy: Matrix? = nil, dValues: Matrix? = nil
  ) -> ActorCriticAnswer {
    (
      (policy ?? policyPart()) + (entropy ?? entropyPart),
      dValues ?? 2 * valueStrength / m * (values - returns)
    )
  }
}

extension Chapter14Problems {
  /// 14.5, the gradients of an actor and a critic.
  public static var actorCritic: Problem<ActorCriticQuestion, ActorCriticAnswer> {
    Problem(
      "14.5", "actorCriticBackward", minutes: 30, difficulty: 4, section: "Actor and critic",
      hints: [
        "Three terms, and two of them you have: 14.1 with A = G - V, and 14.3. The third is an error, "
          + "squared. Which of the three does V get a gradient from?",
        "One row: two scores of 0, the first action taken, V = 1, G = 3, c = ½, β = 0. A = 2, a number: "
          + "dLogits is 2·(½ - 1, ½) = (-1, 1). The value's term is ½·(1 - 3)²; raise V by h, and it falls by "
          + "2h. log π has V nowhere in it, as A is stopped. What does β = 1 change at scores of 0?",
        "logits and dLogits are [m, actions]; values, returns and dValues [m]. All three terms are means over "
          + "the m rows.",
        "dLogits = (G - V)(π - onehot(a))/m + β·π(log π + H)/m; dValues = 2c(V - G)/m",
        "let advantages = returns - values; let pi = softmax(logits); …; for i in …: for j in …: "
          + "dLogits[i, j] = (advantages[i] * (pi[i, j] - …) + entropyStrength * …) / …; "
          + "dValues[i] = 2 * valueStrength * (…) / …",
      ],
      cases: [
        Case(
          ActorCriticQuestion(
            [2, 0, 1, 2, 2], of: 3, valueStrength: 0.7, entropyStrength: 0.3, seed: 1441)),
        Case(
          ActorCriticQuestion(
            [3, 1, 1, 0], of: 4, valueStrength: 0.4, entropyStrength: 0.6, seed: 1442)),
        Case(ActorCriticQuestion([1], of: 5, valueStrength: 1.5, entropyStrength: 0.2, seed: 1443)),
        Case(
          ActorCriticQuestion(
            logits: Matrix(rows: [[1, 0], [0, 2], [0, 0]]), values: Matrix([1, 0, -1]),
            actions: [0, 0, 1], returns: Matrix([3, -1, -0.5]), valueStrength: 0.5,
            entropyStrength: 0.01)),
        // The critic was right in the first row.
        Case(
          ActorCriticQuestion(
            logits: Matrix(rows: [[1, 1, -0.5], [0, 2, 0.5]]), values: Matrix([1.5, -1]),
            actions: [1, 0], returns: Matrix([1.5, 2]), valueStrength: 0.25, entropyStrength: 0.5)),
        Case(
          ActorCriticQuestion(
            [0, 1, 1, 0, 1, 0], of: 2, valueStrength: 0.8, entropyStrength: 0.1, seed: 1444)
        ).rounded(),
      ],
      forward: { $0.loss },
      reference: { $0.reference },
      parts: [
        Part("dLogits", of: \.logits) { $0.dLogits },
        // V has a way through A that is stopped: differences of the whole loss would see it.
        Part("dValues") { $0.dValues },
      ],
      misconceptions: actorCriticMisconceptions,
      alternatives: [
        { $0.answer() },
        { question in
          let policy = policyGradientLoss(
            logits: question.logits, actions: question.actions, advantages: question.advantages)
          let value = meanSquaredError(prediction: question.values, target: question.returns)
          return (
            policy.gradient + question.entropyPart, question.valueStrength * value.gradient
          )
        },
        { question in
          // By π first: what all three terms say of each probability, back through the softmax once.
          let (pi, log) = policy(question.logits)
          let chosen =
            spread(question.advantages / question.m, question.choices) * question.oneHot / pi
          let slopes = question.entropyStrength / question.m * (log + 1) - chosen
          return (
            softmaxBackward(slopes, y: pi),
            -2 * question.valueStrength * question.advantages / question.m
          )
        },
      ],
      given: { question in
        question.tensors + [
          ("π", question.pi), ("onehot(a)", question.oneHot),
          ("π - onehot(a)", question.pi - question.oneHot),
          ("the policy's part", question.policyPart()),
          ("the entropy's part", question.entropyPart),
          ("log π(a)", picked(policy(question.logits).log, question.actions)),
        ]
      },
      attempt: asks {
        try $0.actorCriticBackward(
          logits: $1.logits, values: $1.values, actions: $1.actions, returns: $1.returns,
          valueStrength: $1.valueStrength, entropyStrength: $1.entropyStrength)
      }
    )
  }

  private static var actorCriticMisconceptions:
    [Misconception<ActorCriticQuestion, ActorCriticAnswer>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (ActorCriticQuestion) -> ActorCriticAnswer
    ) -> Misconception<ActorCriticQuestion, ActorCriticAnswer> {
      Misconception("critic-" + name, sentence, answer: answer)
    }
    func values(
      _ name: String, _ sentence: String, _ dValues: @escaping (ActorCriticQuestion) -> Matrix
    ) -> Misconception<ActorCriticQuestion, ActorCriticAnswer> {
      wrong(name, sentence) { $0.answer(dValues: dValues($0)) }
    }
    return [
      values(
        "advantage-not-stopped",
        "A = G - V is a constant in the policy's term. You let its gradient through, and each V gets "
          + "log π(a)/m: the critic is dragged to where the actor's loss is lower."
      ) { question in
        let log = picked(policy(question.logits).log, question.actions)
        return question.reference.dValues + log / question.m
      },
      values(
        "value-sign", "The value's error is V - G: where V is too large, its slope is above 0."
      ) { -1 * $0.reference.dValues },
      wrong(
        "advantage-reversed",
        "A is what came less what was expected, G - V. You took V - G: surprises are punished."
      ) { $0.answer(policy: -1 * $0.policyPart()) },
      wrong(
        "returns-for-advantages",
        "The policy is told how much better it went than the critic expected, G - V. You gave it G, and the "
          + "critic is of no use to it."
      ) { $0.answer(policy: $0.policyPart($0.returns)) },
      wrong(
        "mean-return-for-baseline",
        "The critic says for each state what to expect. You took the returns' mean in its place."
      ) { $0.answer(policy: $0.policyPart($0.returns - $0.returns.mean())) },
      values("two-missing", "The error is squared: the slope of e² is 2e, and the 2 is missing.") {
        0.5 * $0.reference.dValues
      },
      values("strength-missing", "The value's term has the strength c in front. You left it out.") {
        2 / $0.m * ($0.values - $0.returns)
      },
      wrong(
        "broadcast",
        "Values [N, 1] beside returns [N] make N × N differences, every V against every G, and the mean over "
          + "all of them says nothing. Row i has V[i] and G[i]."
      ) { question in
        question.answer(
          policy: question.policyPart(question.returns - question.values.mean()),
          dValues: 2 * question.valueStrength / question.m
            * (question.values - question.returns.mean()))
      },
      wrong(
        "broadcast-of-the-advantages",
        "Values [N, 1] beside returns [N] make N × N advantages, and their mean has one number where each row "
          + "should have its own."
      ) { $0.answer(policy: $0.policyPart($0.returns - $0.values.mean())) },
      wrong(
        "mean-advantage", "Each row has an advantage of its own. You took the batch's mean for all."
      ) { $0.answer(policy: $0.policyPart($0.values * 0 + $0.advantages.mean())) },
      wrong(
        "standardized", "A is G - V as it is. You subtracted its mean and divided by its deviation."
      ) { $0.answer(policy: $0.policyPart(standardized($0.advantages))) },
      wrong(
        "entropy-sign",
        "The loss has -βH: descent shall raise the entropy. Your entropy's gradient has the other sign."
      ) { $0.answer(entropy: -1 * $0.entropyPart) },
      wrong(
        "entropy-forgotten", "The loss has an entropy in it, -βH/m. It is missing from dLogits."
      ) {
        $0.answer(entropy: 0 * $0.logits)
      },
      wrong(
        "entropy-strength-missing",
        "The entropy's term has the strength β in front. You left it out."
      ) {
        $0.answer(
          entropy: Reinforcement.entropyBonus(logits: $0.logits, strength: 1).gradient)
      },
      wrong(
        "entropy-without-h",
        "The entropy's gradient is βπ(log π + H)/m. You left out H, which the softmax takes off."
      ) { question in
        let (pi, log) = policy(question.logits)
        return question.answer(entropy: question.entropyStrength / question.m * pi * log)
      },
      wrong(
        "entropy-with-one",
        "Through the softmax the 1 of log π + 1 cancels, and H takes its place."
      ) { question in
        let (pi, log) = policy(question.logits)
        return question.answer(entropy: question.entropyStrength / question.m * pi * (log + 1))
      },
      wrong("policy-forgotten", "The policy's term is missing from dLogits: A(π - onehot)/m.") {
        $0.answer(policy: 0 * $0.logits)
      },
      wrong(
        "policy-sign",
        "Descent goes against the gradient: where A > 0 the policy's part must be below 0 at the action taken."
      ) { question in
        // As reversed advantages, but for the whole of dLogits.
        (-1 * question.reference.dLogits, question.reference.dValues)
      },
      wrong(
        "policy-at-the-action-only",
        "π sums to 1: what one action gains, the others lose. You left their part of the policy's gradient out."
      ) { $0.answer(policy: $0.policyPart() * $0.oneHot) },
      wrong("onehot-forgotten", "At the action taken the policy's slope is π - 1, not π.") {
        $0.answer(policy: spread($0.advantages, $0.choices) * $0.pi / $0.m)
      },
      wrong("policy-not-divided", "All terms are means: the policy's part has its 1/m, too.") {
        $0.answer(policy: $0.m * $0.policyPart())
      },
      wrong("entropy-not-divided", "All terms are means: the entropy's part has its 1/m, too.") {
        $0.answer(entropy: $0.m * $0.entropyPart)
      },
      values("value-not-divided", "All terms are means: the value's part has its 1/m, too.") {
        $0.m * $0.reference.dValues
      },
    ]
  }
}
