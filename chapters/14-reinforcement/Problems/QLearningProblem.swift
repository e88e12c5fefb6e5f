public import Checking
public import Core
import Reinforcement

/// The values of actions before a step and after it, and what the step brought.
public struct QLearningQuestion: Question {
  public var q: Matrix
  public let actions: [Int]
  public var rewards: Matrix
  public let done: [Bool]
  public var nextQ: Matrix
  public var gamma: Double

  public init(
    q: Matrix, actions: [Int], rewards: Matrix, done: [Bool], nextQ: Matrix, gamma: Double
  ) {
    (self.q, self.actions, self.rewards) = (q, actions, rewards)
    (self.done, self.nextQ, self.gamma) = (done, nextQ, gamma)
  }

  init(_ actions: [Int], of count: Int, done: [Int], gamma: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix {
      Tensor(standardDeviation: 1.5, shape: shape, using: &generator)
    }
    let (m, n) = (actions.count, count)
    self.init(
      q: draw([m, n]), actions: actions, rewards: draw([m]), done: done.map { $0 == 1 },
      nextQ: draw([m, n]), gamma: gamma)
  }

  var batch: Int { actions.count }
  var choices: Int { q.columns }

  public var isPermitted: Bool { 0 <= gamma && gamma <= 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("q", \.q), ("rewards", \.rewards), ("nextQ", \.nextQ)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("gamma", \.gamma)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the batch", \.batch), ("the number of actions", \.choices)]
  }
  public var summary: String {
    "q, nextQ \(q.shape), actions \(actions), done \(ends), gamma \(digits(gamma))"
  }
  public var label: String { "actions \(actions), done \(ends)" }

  private var ends: String { "[" + done.map { $0 ? "1" : "0" }.joined(separator: ", ") + "]" }

  fileprivate var targets: Matrix {
    qTargets(rewards: rewards, done: done, nextQ: nextQ, gamma: gamma)
  }
  fileprivate var reference: Loss<Double> {
    qLearningLoss(q: q, actions: actions, targets: targets)
  }
  fileprivate var oneHot: Matrix { taken(actions, choices) }
  fileprivate var best: Matrix { picked(nextQ, nextQ.argmaxOfRows()) }
  /// 0 where the task ended, else 1.
  fileprivate var goesOn: Matrix { Matrix(done.map { $0 ? 0 : 1 }) }

  /// 2(Q - y)/m at the actions taken, with other targets.
  fileprivate func gradient(to targets: Matrix) -> Matrix {
    2 / Double(batch) * (q - spread(targets, choices)) * oneHot
  }
  /// The same, of targets with another value of the next state.
  fileprivate func gradient(next: Matrix) -> Matrix {
    gradient(to: rewards + gamma * goesOn * next)
  }
}

extension Chapter14Problems {
  /// 14.4, the gradient of Q-learning.
  public static var qLearning: Problem<QLearningQuestion, Matrix> {
    Problem(
      "14.4", "qLearningBackward", minutes: 20, difficulty: 2, section: "The value of an action",
      hints: [
        "Of each row one action was taken, and of that one you know what came. What does the step say "
          + "of the others? And is y a function of q here, or a number?",
        "One step: q = (1, 2), the second action was taken, reward 1, γ = ½, the next values (3, 1). "
          + "y = 1 + ½·3 = 2.5. The error is 2 - 2.5, its square has the slope 2·(-½) = -1 in q₂, and 0 in "
          + "q₁. What is y if the pole has fallen?",
        "q, nextQ and dQ are [m, actions]; rewards [m]. In each row of dQ one number is not 0. The mean is "
          + "over the m rows.",
        "dQ[i, a] = 2(q[i, a] - y)/m where a was taken, 0 elsewhere; y = r + γ·max nextQ[i], and y = r where "
          + "done",
        "var dQ = Matrix(shape: q.shape); for i in 0..<q.rows { var y = rewards[i]; if !done[i] { "
          + "var best = nextQ[i, 0]; for j in …: best = max(best, …); y += … }; "
          + "dQ[i, actions[i]] = 2 * (…) / … }",
      ],
      cases: [
        Case(
          QLearningQuestion([2, 0, 1, 2, 1], of: 3, done: [0, 1, 0, 0, 0], gamma: 0.9, seed: 1431)),
        Case(QLearningQuestion([3, 1, 0, 0], of: 4, done: [0, 0, 1, 0], gamma: 0.8, seed: 1432)),
        Case(QLearningQuestion([1], of: 5, done: [0], gamma: 0.95, seed: 1433)),
        Case(
          QLearningQuestion(
            q: Matrix(rows: [[1, 2], [0, -1], [0.5, 0.5]]), actions: [1, 0, 1],
            rewards: Matrix([1, 1, -1]), done: [false, false, true],
            nextQ: Matrix(rows: [[3, 1], [0, 0.5], [9, 9]]), gamma: 0.9)),
        // One action alone: the best is the only one.
        Case(QLearningQuestion([0, 0, 0], of: 1, done: [0, 1, 0], gamma: 0.6, seed: 1435)),
        // Two best actions, all values below 0, and an error of 0.
        Case(
          QLearningQuestion(
            q: Matrix(rows: [[-1, 0], [2, -2], [-0.25, 1]]), actions: [0, 1, 0],
            rewards: Matrix([0, 1, 0.25]), done: [false, true, false],
            nextQ: Matrix(rows: [[-2, -2], [-5, -1], [-1, -3]]), gamma: 0.5)),
        Case(
          QLearningQuestion(
            [0, 1, 1, 0, 1, 0], of: 2, done: [0, 1, 0, 0, 1, 0], gamma: 0.7, seed: 1434)
        ).rounded(),
      ],
      forward: { $0.reference.loss },
      reference: { $0.reference.gradient },
      parts: [Part("dQ", of: \.q)],
      misconceptions: qLearningMisconceptions,
      alternatives: [
        { $0.gradient(next: $0.best) },
        { question in
          // Half the squared error of the chosen values, and back to where they were chosen.
          let chosen = picked(question.q, question.actions)
          let slopes = meanSquaredError(prediction: chosen, target: question.targets).gradient
          return spread(slopes, question.choices) * question.oneHot
        },
        { question in
          // Targets that are q itself, but for the action taken: the others' errors are 0.
          var wanted = question.q
          for (i, action) in question.actions.enumerated() {
            wanted[i, action] = question.targets[i]
          }
          return (question.q - wanted) * (2 / Double(question.batch))
        },
      ],
      given: { question in
        question.tensors + [
          ("q at the actions taken", question.q * question.oneHot),
          ("y at the actions taken", spread(question.targets, question.choices) * question.oneHot),
        ]
      },
      attempt: asks {
        try $0.qLearningBackward(
          q: $1.q, actions: $1.actions, rewards: $1.rewards, done: $1.done, nextQ: $1.nextQ,
          gamma: $1.gamma)
      }
    )
  }

  private static var qLearningMisconceptions: [Misconception<QLearningQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (QLearningQuestion) -> Matrix
    ) -> Misconception<QLearningQuestion, Matrix> {
      Misconception("q-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "all-actions",
        "The step says something of the action taken alone. You pulled the others to the same target."
      ) { 2 / Double($0.batch) * ($0.q - spread($0.targets, $0.choices)) },
      wrong(
        "into-the-target",
        "y is a constant. You sent the gradient back into it as well, to the action that is best next."
      ) { question in
        var dQ = question.reference.gradient
        for (i, best) in question.nextQ.argmaxOfRows().enumerated() where !question.done[i] {
          let error = question.q[i, question.actions[i]] - question.targets[i]
          dQ[i, best] -= 2 * question.gamma * error / Double(question.batch)
        }
        return dQ
      },
      wrong(
        "done-ignored",
        "Where the task has ended nothing comes after: y = r. You added the next state's value all the same."
      ) { $0.gradient(to: $0.rewards + $0.gamma * $0.best) },
      wrong(
        "done-takes-the-reward",
        "Where the task has ended the reward of the last step counts: y = r. You set y to 0."
      ) { $0.gradient(to: $0.targets * $0.goesOn) },
      wrong(
        "done-reversed",
        "You added the next state's value where the task has ended, and nowhere else."
      ) { $0.gradient(to: $0.rewards + $0.gamma * (1 - $0.goesOn) * $0.best) },
      wrong(
        "max-over-the-batch",
        "Each row has a largest next value of its own. You took the largest of the whole batch."
      ) { $0.gradient(next: $0.best * 0 + $0.nextQ.max()) },
      wrong("half", "The error is squared: the slope of e² is 2e, and the 2 is missing.") {
        0.5 * $0.reference.gradient
      },
      wrong(
        "next-of-the-taken-action",
        "y asks for the best action in the next state. You took the value there of the action taken here."
      ) { $0.gradient(next: picked($0.nextQ, $0.actions)) },
      wrong(
        "next-of-the-best-action-here",
        "The best action is that of the next state. You looked it up in q, the values before the step."
      ) { $0.gradient(next: picked($0.nextQ, $0.q.argmaxOfRows())) },
      wrong(
        "max-of-q", "The maximum is over nextQ, the values after the step. You took it over q."
      ) { $0.gradient(next: picked($0.q, $0.q.argmaxOfRows())) },
      wrong(
        "mean-of-next", "y asks for the largest next value. You took the mean over the actions."
      ) { $0.gradient(next: $0.nextQ.mean(axis: 1)) },
      wrong("smallest-of-next", "y asks for the largest next value. You took the smallest.") {
        $0.gradient(next: -1 * picked(-1 * $0.nextQ, (-1 * $0.nextQ).argmaxOfRows()))
      },
      wrong(
        "max-from-zero",
        "The largest next value may be below 0. Your maximum began with 0: begin with the row's first."
      ) { $0.gradient(next: $0.best.map { max($0, 0) }) },
      wrong(
        "first-of-next",
        "y asks for the largest next value of a row. You took the first, and looked at no other."
      ) { $0.gradient(next: picked($0.nextQ, [Int](repeating: 0, count: $0.batch))) },
      wrong(
        "last-of-next",
        "y asks for the largest next value of a row. You took the last: a maximum keeps what was larger before."
      ) { $0.gradient(next: picked($0.nextQ, [Int](repeating: $0.choices - 1, count: $0.batch))) },
      wrong(
        "last-of-next-left-out",
        "y asks for the largest of all next values of a row. Your loop ends before the last."
      ) { question in
        question.gradient(
          next: Matrix(
            (0..<question.batch).map { i in
              (0..<max(question.choices - 1, 1)).map { question.nextQ[i, $0] }.max() ?? 0
            }))
      },
      wrong(
        "first-of-next-left-out",
        "y asks for the largest of all next values of a row. Your loop begins behind the first."
      ) { question in
        question.gradient(
          next: Matrix(
            (0..<question.batch).map { i in
              (min(1, question.choices - 1)..<question.choices).map { question.nextQ[i, $0] }.max()
                ?? 0
            }))
      },
      wrong("next-subtracted", "What comes after is added to the reward. You subtracted it.") {
        $0.gradient(next: -1 * $0.best)
      },
      wrong(
        "reward-replaced",
        "y is the reward, and γ times what comes after. You put the second in the first's place."
      ) { $0.gradient(to: $0.rewards * (1 - $0.goesOn) + $0.gamma * $0.goesOn * $0.best) },
      wrong("gamma-added", "γ is a factor of the best next value. You added it: r + γ + max.") {
        $0.gradient(to: $0.rewards + $0.goesOn * ($0.gamma + $0.best))
      },
      wrong("target-forgotten", "The error is Q - y. You took Q alone.") {
        $0.gradient(to: 0 * $0.rewards)
      },
      wrong("value-forgotten", "The error is Q - y. You took y alone.") { question in
        2 / Double(question.batch) * spread(question.targets, question.choices) * question.oneHot
      },
      wrong("error-left-out", "The slope of e² is 2e. You wrote 2/m, without the error.") {
        2 / Double($0.batch) * $0.oneHot
      },
      wrong("error-squared", "The slope of e² is 2e. You squared the error in the gradient, too.") {
        question in
        let error = (question.q - spread(question.targets, question.choices)) * question.oneHot
        return 2 / Double(question.batch) * error * error
      },
      wrong(
        "error-of-next-values",
        "The error is of q, the values before the step. You took it of nextQ."
      ) { question in
        2 / Double(question.batch) * (question.nextQ - spread(question.targets, question.choices))
          * question.oneHot
      },
      wrong(
        "first-action-for-all",
        "Each row has an action of its own, actions[i]. You took the first one's for all."
      ) { question in
        let actions = [Int](repeating: question.actions[0], count: question.batch)
        return qLearningLoss(q: question.q, actions: actions, targets: question.targets).gradient
      },
      wrong("gamma-forgotten", "What comes one step later counts γ times: r + γ·max.") {
        $0.gradient(to: $0.rewards + $0.goesOn * $0.best)
      },
      wrong("reward-discounted", "The reward comes at once, without γ: r + γ·max, not γ(r + max).")
      {
        $0.gradient(to: $0.gamma * ($0.rewards + $0.goesOn * $0.best))
      },
      wrong("reward-forgotten", "y = r + γ·max: you left out the reward, the only news in it.") {
        $0.gradient(to: $0.gamma * $0.goesOn * $0.best)
      },
      wrong("not-divided", "The loss is a mean over the m rows: each has 1/m of it.") {
        $0.reference.gradient * Double($0.batch)
      },
      wrong(
        "divided-by-all", "The mean is over the m rows. You divided by all m × actions numbers."
      ) { $0.reference.gradient / Double($0.choices) },
      wrong(
        "sign", "The error is Q - y: where Q is too large, its slope is above 0. Yours is y - Q."
      ) {
        -1 * $0.reference.gradient
      },
      wrong(
        "best-action-here",
        "The step tells of the action that was taken. You corrected the one that q likes best."
      ) { question in
        let best = question.q.argmaxOfRows()
        return qLearningLoss(q: question.q, actions: best, targets: question.targets).gradient
      },
      wrong(
        "huber",
        "The error is squared, however large. You took Huber's loss, ½e² up to 1 and a straight line beyond."
      ) { question in
        let error = (question.q - spread(question.targets, question.choices)) * question.oneHot
        return error.map { min(max($0, -1), 1) } * (1 / Double(question.batch))
      },
      wrong(
        "error-clipped",
        "The error is squared, however large. You cut it at ±1, which is Huber's loss."
      ) { question in
        let error = (question.q - spread(question.targets, question.choices)) * question.oneHot
        return error.map { min(max($0, -1), 1) } * (2 / Double(question.batch))
      },
    ]
  }
}
