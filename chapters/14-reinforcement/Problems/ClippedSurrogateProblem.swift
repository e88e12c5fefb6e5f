public import Checking
import Core
import Reinforcement

extension Chapter14Problems {
  /// 14.7, PPO's clipped surrogate.
  public static var clippedSurrogate: Problem<ClippedSurrogateQuestion, Matrix> {
    Problem(
      "14.7", "clippedSurrogateBackward", minutes: 25, difficulty: 4, isChallenge: true,
      section: "Many steps with one batch",
      hints: [
        "min and clip are gates: which rows let anything through? For those it is r·A alone. What is "
          + "the slope of r = π/π_old in the logits, if that of log π is onehot(a) - π?",
        "One row of two scores of 0, the first action taken, π = ½. It was π_old = ¼, so r = 2; ε = 0.2. With "
          + "A = 1: min(2, 1.2) is the clip, a number, the gradient is 0. With A = -1: min(-2, -1.2) is r·A, so "
          + "the loss is +r, and raising z₁ by h makes log π rise by ½h and r by 2·½h: the slope is 1. What is "
          + "it in z₂? What if r = ½?",
        "logits and dLogits are [m, actions]; old log-probabilities and advantages [m]. r is one number a row, "
          + "the mean over all m rows, those with a closed gate too.",
        "dLogits = A·r(π - onehot(a))/m, but 0 where A > 0 and r > 1 + ε, or A < 0 and r < 1 - ε",
        "for i in …: let r = exp(log π(a) - oldLogProbabilities[i]); let a = advantages[i]; "
          + "if (a > 0 && r > …) || (a < 0 && …) { continue }; for j in …: dLogits[i, j] = a * r * (…) / …",
      ],
      cases: [
        Case(
          ClippedSurrogateQuestion(
            [2, 0, 1, 2, 2, 0, 1], of: 3, ratios: [1.6, 0.5, 1.5, 0.6, 1.1, 0.9, 1],
            signs: [1, 1, -1, -1, 1, -1, 1], epsilon: 0.2, seed: 1461)),
        Case(
          ClippedSurrogateQuestion(
            [3, 1, 1, 0], of: 4, ratios: [0.4, 1.7, 4, 0.3], signs: [-1, 1, -1, 1], epsilon: 0.3,
            seed: 1462)),
        Case(
          ClippedSurrogateQuestion([1], of: 5, ratios: [1.5], signs: [-1], epsilon: 0.1, seed: 1463)
        ),
        Case(
          ClippedSurrogateQuestion([2], of: 4, ratios: [0.5], signs: [1], epsilon: 0.25, seed: 1464)
        ),
        Case(
          ClippedSurrogateQuestion(
            logits: Matrix(rows: [[1, 0], [0, 2], [0, 0], [1, -1]]), actions: [0, 0, 1, 1],
            oldLogProbabilities: log(Matrix([0.5, 0.3, 0.5, 0.1])),
            advantages: Matrix([2, -1, 0.5, -1]), epsilon: 0.2)),
        // Nothing gained, nothing lost: no gradient, whatever r is.
        Case(
          ClippedSurrogateQuestion(
            logits: Matrix(rows: [[0, 0, 1], [2, 1, 1], [0.5, -0.5, 0]]), actions: [2, 0, 1],
            oldLogProbabilities: log(Matrix([0.1, 0.9, 0.5])), advantages: Matrix([0, 0, -2]),
            epsilon: 0.2)),
        Case(
          ClippedSurrogateQuestion(
            [0, 1, 1, 0, 1, 0], of: 2, ratios: [1.4, 1.4, 0.7, 0.7, 1, 0.95],
            signs: [1, -1, 1, -1, 1, -1], epsilon: 0.2, seed: 1465)
        ).rounded("advantages"),
      ],
      forward: { $0.reference.loss },
      reference: { $0.reference.gradient },
      parts: [Part("dLogits", of: \.logits)],
      misconceptions: clippedSurrogateMisconceptions,
      alternatives: [
        { $0.gradient() },
        { question in
          // The row's own policy gradient with the weight r·A, where min chose it.
          let (r, a) = (question.ratios, question.advantages)
          let cut = r.map { min(max($0, 1 - question.epsilon), 1 + question.epsilon) }
          let weights = Matrix(
            (0..<question.batch).map { r[$0] * a[$0] <= cut[$0] * a[$0] ? r[$0] * a[$0] : 0 })
          return policyGradientLoss(
            logits: question.logits, actions: question.actions, advantages: weights
          ).gradient
        },
        { question in
          // r as a quotient of probabilities, its slope through the softmax's own backward.
          let open = Matrix((0..<question.batch).map { question.isClipped($0) ? 0 : 1 })
          let weights = open * question.advantages / exp(question.oldLogProbabilities)
          let dPi =
            spread(-1 * weights / Double(question.batch), question.choices) * question.oneHot
          return softmaxBackward(dPi, y: question.pi)
        },
      ],
      given: { question in
        question.tensors + [
          ("π", question.pi), ("onehot(a)", question.oneHot),
          ("A", spread(question.advantages, question.choices)),
          ("r", spread(question.ratios, question.choices)),
        ]
      },
      attempt: asks {
        try $0.clippedSurrogateBackward(
          logits: $1.logits, actions: $1.actions, oldLogProbabilities: $1.oldLogProbabilities,
          advantages: $1.advantages, epsilon: $1.epsilon)
      }
    )
  }

  private static var clippedSurrogateMisconceptions:
    [Misconception<ClippedSurrogateQuestion, Matrix>]
  {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (ClippedSurrogateQuestion) -> Matrix
    ) -> Misconception<ClippedSurrogateQuestion, Matrix> {
      Misconception("surrogate-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "clipped-on-both-sides",
        "The minimum closes one side only: above 1 + ε for A > 0, below 1 - ε for A < 0. You left out every "
          + "row whose r is outside, and who went the wrong way never comes back."
      ) { question in question.gradient(isClipped: question.isOutside) },
      wrong(
        "ratio-forgotten",
        "The loss has r, not log π: its slope has a factor r. You took the plain policy gradient."
      ) { $0.gradient($0.advantages) },
      wrong(
        "never-clipped",
        "Where min chose the clip, the loss is a constant and the gradient 0. You never closed the gate."
      ) { $0.gradient(isClipped: { _ in false }) },
      wrong(
        "clipped-where-min-chose-the-other",
        "You closed the gate where min chooses r·A, and left it open where it chooses the clip: that is the "
          + "maximum."
      ) { question in
        question.gradient(isClipped: { question.isOutside($0) && !question.isClipped($0) })
      },
      wrong(
        "sign-of-the-advantage-ignored",
        "Which side is clipped depends on A's sign. You closed the gate above 1 + ε for all rows."
      ) { question in question.gradient(isClipped: { question.ratios[$0] > 1 + question.epsilon })
      },
      wrong(
        "clipped-below-only",
        "Which side is clipped depends on A's sign. You closed the gate below 1 - ε for all rows."
      ) { question in question.gradient(isClipped: { question.ratios[$0] < 1 - question.epsilon })
      },
      wrong(
        "gate-for-gains-only",
        "There are two gates: above 1 + ε where A > 0, and below 1 - ε where A < 0. You have the first alone."
      ) { question in
        question.gradient(
          isClipped: { question.advantages[$0] > 0 && question.ratios[$0] > 1 + question.epsilon })
      },
      wrong(
        "gate-for-losses-only",
        "There are two gates: above 1 + ε where A > 0, and below 1 - ε where A < 0. You have the second alone."
      ) { question in
        question.gradient(
          isClipped: { question.advantages[$0] < 0 && question.ratios[$0] < 1 - question.epsilon })
      },
      wrong(
        "both-gates-for-gains",
        "Below 1 - ε the gate closes where A < 0. You closed it where A > 0, on both sides."
      ) { question in
        question.gradient(isClipped: { question.advantages[$0] > 0 && question.isOutside($0) })
      },
      wrong(
        "both-gates-for-losses",
        "Above 1 + ε the gate closes where A > 0. You closed it where A < 0, on both sides."
      ) { question in
        question.gradient(isClipped: { question.advantages[$0] < 0 && question.isOutside($0) })
      },
      wrong(
        "dual-clip",
        "Where A < 0 there is no gate above: whoever went the wrong way is brought back, however far. You closed "
          + "it at r = 3, a second clip that some programs have."
      ) { question in
        question.gradient(
          isClipped: {
            question.isClipped($0) || question.advantages[$0] < 0 && question.ratios[$0] > 3
          })
      },
      wrong(
        "gates-at-one", "The gates stand at 1 + ε and 1 - ε. Yours close as soon as r has left 1."
      ) { question in
        question.gradient(isClipped: { question.advantages[$0] * (question.ratios[$0] - 1) > 0 })
      },
      wrong(
        "logit-for-log-probability",
        "log π is the logit less log Σ eᶻ of its row. You made r of the logit itself."
      ) { question in
        let ratios = exp(
          picked(question.logits, question.actions) - question.oldLogProbabilities)
        return question.gradient(question.advantages * ratios) { i in
          (question.advantages[i] > 0 && ratios[i] > 1 + question.epsilon)
            || (question.advantages[i] < 0 && ratios[i] < 1 - question.epsilon)
        }
      },
      wrong(
        "old-policy-forgotten", "r = π/π_old. You took π alone."
      ) { question in
        let ratios = picked(question.pi, question.actions)
        return question.gradient(question.advantages * ratios) { i in
          (question.advantages[i] > 0 && ratios[i] > 1 + question.epsilon)
            || (question.advantages[i] < 0 && ratios[i] < 1 - question.epsilon)
        }
      },
      wrong(
        "first-action-for-all",
        "Each row has an action of its own, actions[i]. You took the first one's for all."
      ) { question in
        let actions = [Int](repeating: question.actions[0], count: question.batch)
        return ClippedSurrogateQuestion(
          logits: question.logits, actions: actions,
          oldLogProbabilities: question.oldLogProbabilities, advantages: question.advantages,
          epsilon: question.epsilon
        ).gradient()
      },
      wrong(
        "ratio-divided", "The loss has a factor r. You divided by it."
      ) { $0.gradient($0.advantages / $0.ratios) },
      wrong(
        "ratio-clipped-in-the-gradient",
        "Where the clip holds the slope is 0. You put the clipped ratio into the gradient instead."
      ) { question in
        let cut = question.ratios.map { min(max($0, 1 - question.epsilon), 1 + question.epsilon) }
        return question.gradient(question.advantages * cut, isClipped: { _ in false })
      },
      wrong(
        "old-policy-not-stopped",
        "π_old is a constant, a list of numbers. Taken from the same network, with its gradient, r is 1 for "
          + "ever, and nothing moves."
      ) { 0 * $0.logits },
      wrong(
        "ratio-reversed",
        "r is the new probability divided by the old one. You divided the old by the new."
      ) { question in
        let reversed = question.ratios.map { 1 / $0 }
        return question.gradient(question.advantages * reversed) { i in
          (question.advantages[i] > 0 && reversed[i] > 1 + question.epsilon)
            || (question.advantages[i] < 0 && reversed[i] < 1 - question.epsilon)
        }
      },
      wrong(
        "old-probabilities-not-logarithms",
        "The old log-probabilities are logarithms: r = e^(log π - log π_old). You divided π by them."
      ) { question in
        let ratios = picked(question.pi, question.actions) / question.oldLogProbabilities
        return question.gradient(question.advantages * ratios) { i in
          (question.advantages[i] > 0 && ratios[i] > 1 + question.epsilon)
            || (question.advantages[i] < 0 && ratios[i] < 1 - question.epsilon)
        }
      },
      wrong(
        "sign",
        "The loss has a minus in front: where A > 0 the slope at the action taken is below 0."
      ) { -1 * $0.gradient() },
      wrong(
        "divided-by-open-rows",
        "The mean is over all m rows, those with a closed gate too. You divided by the open ones."
      ) { question in
        question.gradient() * Double(question.batch)
          / Double(max(question.batch - question.clipped, 1))
      },
      wrong("not-divided", "The loss is a mean over the m rows: each has 1/m of it.") {
        $0.gradient() * Double($0.batch)
      },
      wrong(
        "onehot-forgotten", "At the action taken the slope of log π is 1 - π. You left out the 1."
      ) {
        $0.gradient(slope: $0.pi)
      },
      wrong(
        "at-the-action-only",
        "π sums to 1: what one action gains, the others lose. You left their gradient out."
      ) { $0.gradient() * $0.oneHot },
      wrong(
        "mean-advantage", "Each row has an advantage of its own. You took the batch's mean for all."
      ) {
        question in
        let mean = question.advantages.mean()
        return question.gradient(mean * question.ratios) { i in
          (mean > 0 && question.ratios[i] > 1 + question.epsilon)
            || (mean < 0 && question.ratios[i] < 1 - question.epsilon)
        }
      },
      wrong(
        "advantage-forgotten", "A is a factor of the slope, not only what decides about the gate."
      ) {
        $0.gradient($0.ratios)
      },
    ]
  }
}
