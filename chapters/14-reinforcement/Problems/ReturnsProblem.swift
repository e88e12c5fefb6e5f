public import Checking
public import Core
import Reinforcement

/// Rewards of steps that follow each other, where tasks ended, and what is expected after the last.
public struct ReturnsQuestion: Question {
  public var rewards: Matrix
  public let done: [Bool]
  public var gamma: Double
  public var bootstrap: Double

  public init(rewards: Matrix, done: [Bool], gamma: Double, bootstrap: Double) {
    (self.rewards, self.done, self.gamma, self.bootstrap) = (rewards, done, gamma, bootstrap)
  }

  init(_ done: [Int], gamma: Double, bootstrap: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      rewards: Tensor(shape: [done.count], using: &generator), done: done.map { $0 == 1 },
      gamma: gamma, bootstrap: bootstrap)
  }

  var steps: Int { done.count }

  public var isPermitted: Bool { 0 <= gamma && gamma <= 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("rewards", \.rewards)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("gamma", \.gamma), ("bootstrap", \.bootstrap)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of steps", \.steps)]
  }
  public var summary: String {
    "rewards \(rewards.shape), done \(ends), gamma \(digits(gamma)), bootstrap \(digits(bootstrap))"
  }
  public var label: String { "done \(ends)" }

  private var ends: String { "[" + done.map { $0 ? "1" : "0" }.joined(separator: ", ") + "]" }

  /// From the last step to the first: what a body makes of a step, and of what came behind it.
  fileprivate func backwards(
    from last: Double? = nil, _ body: (_ t: Int, _ next: Double) -> Double
  ) -> Matrix {
    var (returns, next) = (rewards, last ?? bootstrap)
    for t in done.indices.reversed() {
      next = body(t, next)
      returns[t] = next
    }
    return returns
  }

  /// The steps of the episode that a step belongs to, from it on, and whether it ended there.
  fileprivate func rest(from t: Int) -> (steps: Range<Int>, isOver: Bool) {
    let end = done[t...].firstIndex(of: true)
    return (t..<(end.map { $0 + 1 } ?? steps), end != nil)
  }

  fileprivate var reference: Matrix {
    Reinforcement.discountedReturns(
      rewards: rewards, done: done, gamma: gamma, bootstrap: bootstrap)
  }
}

extension Chapter14Problems {
  /// 14.2, what came after each step.
  public static var discountedReturns: Problem<ReturnsQuestion, Matrix> {
    Problem(
      "14.2", "discountedReturns", minutes: 20, difficulty: 2, section: "What came after",
      hints: [
        "The return of a step has the return of the next one in it, whole. From which end would you "
          + "begin, so that each is there when it is needed?",
        "Three steps with rewards 1, 0, 2, γ = ½, none is an end, bootstrap 4. The last: 2 + ½·4 = 4. The "
          + "one before: 0 + ½·4 = 2. The first: 1 + ½·2 = 2. Now let the second be an end: what does it "
          + "still know of the third? And the first of the second?",
        "rewards and the returns are [T], done has T entries. One number is carried from each step to the one "
          + "before it; at first it is the bootstrap.",
        "G_t = r_t + γ(1 - done_t)·G_{t+1}, where what follows the last step is the bootstrap",
        "var returns = rewards; var next = bootstrap; for t in done.indices.reversed() { "
          + "if !done[t] { returns[t] += … }; next = … }",
      ],
      cases: [
        Case(ReturnsQuestion([0, 0, 1, 0, 0, 0, 0], gamma: 0.9, bootstrap: 2.3, seed: 1411)),
        // The last step is an end: what is expected after it counts for nothing.
        Case(ReturnsQuestion([0, 1, 0, 0, 1], gamma: 0.7, bootstrap: -3.1, seed: 1412)),
        Case(ReturnsQuestion([0, 0, 0, 0], gamma: 0.95, bootstrap: 1.7, seed: 1413)),
        Case(ReturnsQuestion([0], gamma: 0.6, bootstrap: 4, seed: 1414)),
        Case(
          ReturnsQuestion(
            rewards: Matrix([1, 0, 2, 1]), done: [false, true, false, false], gamma: 0.5,
            bootstrap: 4)),
        Case(ReturnsQuestion([1, 1, 0, 1, 0, 0], gamma: 1, bootstrap: 0.5, seed: 1415)).rounded(),
        Case(ReturnsQuestion([0, 1, 0], gamma: 0, bootstrap: 5, seed: 1416)),
      ],
      forward: nil,
      reference: { $0.reference },
      parts: [Part("returns")],
      misconceptions: returnsMisconceptions,
      alternatives: [
        { question in
          // Each return by itself, as the sum that it is.
          Matrix(
            question.done.indices.map { t in
              let (steps, isOver) = question.rest(from: t)
              let rewards = steps.reduce(0.0) {
                $0 + Double.pow(question.gamma, Double($1 - t)) * question.rewards[$1]
              }
              let last = Double.pow(question.gamma, Double(steps.count)) * question.bootstrap
              return rewards + (isOver ? 0 : last)
            })
        },
        { question in
          question.backwards {
            question.rewards[$0] + (question.done[$0] ? 0 : 1) * question.gamma * $1
          }
        },
        { question in
          // With advantages over a critic that expects 0 everywhere.
          generalizedAdvantages(
            rewards: question.rewards, values: question.rewards * 0, done: question.done,
            gamma: question.gamma, lambda: 1, bootstrap: question.bootstrap)
        },
      ],
      attempt: asks {
        try $0.discountedReturns(
          rewards: $1.rewards, done: $1.done, gamma: $1.gamma, bootstrap: $1.bootstrap)
      }
    )
  }

  private static var returnsMisconceptions: [Misconception<ReturnsQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String, _ answer: @escaping (ReturnsQuestion) -> Matrix
    ) -> Misconception<ReturnsQuestion, Matrix> {
      Misconception("returns-" + name, sentence, answer: answer)
    }
    func backwards(
      _ name: String, _ sentence: String,
      _ body: @escaping (_ question: ReturnsQuestion, _ t: Int, _ next: Double) -> Double
    ) -> Misconception<ReturnsQuestion, Matrix> {
      wrong(name, sentence) { question in question.backwards { body(question, $0, $1) } }
    }
    return [
      wrong(
        "from-the-front",
        "A step is judged by what came after it. You added up what was before: go from the last step to the "
          + "first."
      ) { question in
        var (returns, before) = (question.rewards, 0.0)
        for t in question.done.indices {
          returns[t] += question.gamma * before
          before = question.done[t] ? 0 : returns[t]
        }
        return returns
      },
      wrong(
        "absolute-time",
        "γ counts the steps from t on: a step's own reward has γ⁰. You discounted by the time since the "
          + "start, so that late steps hardly count."
      ) { question in
        question.backwards(
          from: Double.pow(question.gamma, Double(question.steps)) * question.bootstrap
        ) { t, next in
          Double.pow(question.gamma, Double(t)) * question.rewards[t]
            + (question.done[t] ? 0 : next)
        }
      },
      wrong(
        "discounted-not-summed",
        "You discounted each reward by its time, and added nothing up: a return has all in it that came "
          + "after its step."
      ) { question in
        Matrix(
          question.done.indices.map {
            Double.pow(question.gamma, Double($0)) * question.rewards[$0]
          })
      },
      backwards(
        "through-an-end",
        "Where a task has ended, nothing comes after. You carried the next task's rewards back into it: done "
          + "is ignored."
      ) { $0.rewards[$1] + $0.gamma * $2 },
      wrong(
        "bootstrap-after-an-end",
        "The last step is an end: what is expected after it counts for nothing. You added the bootstrap all "
          + "the same."
      ) { question in
        question.backwards { t, next in
          let isCut = question.done[t] && t < question.steps - 1
          return question.rewards[t] + (isCut ? 0 : question.gamma * next)
        }
      },
      backwards(
        "bootstrap-at-every-end",
        "The bootstrap is for steps that were cut off, not for a task that has ended. You added it at every "
          + "end."
      ) { $0.rewards[$1] + $0.gamma * ($0.done[$1] ? $0.bootstrap : $2) },
      wrong(
        "bootstrap-forgotten",
        "The recording was cut, the task was not over: what is expected after the last step belongs to it. "
          + "You began with 0."
      ) { question in
        question.backwards(from: 0) {
          question.rewards[$0] + (question.done[$0] ? 0 : question.gamma * $1)
        }
      },
      wrong(
        "bootstrap-not-discounted",
        "The bootstrap is one step further away than the last reward: γ times. You added it whole."
      ) { question in
        question.backwards { t, next in
          let share = t == question.steps - 1 ? 1 : question.gamma
          return question.rewards[t] + (question.done[t] ? 0 : share * next)
        }
      },
      wrong("mean-subtracted", "The returns are asked as they are. You subtracted their mean.") {
        $0.reference - $0.reference.mean()
      },
      wrong(
        "standardized",
        "The returns are asked as they are. You subtracted their mean and divided by their deviation."
      ) { standardized($0.reference) },
      wrong(
        "cut-one-step-early",
        "done[t] says that nothing comes after step t. You cut between t - 1 and t, and the last reward of a "
          + "task reaches no step before it."
      ) { question in
        question.backwards { t, next in
          let isCut = t + 1 < question.steps && question.done[t + 1]
          return question.rewards[t] + (isCut ? 0 : question.gamma * next)
        }
      },
      backwards(
        "reward-of-the-end-dropped",
        "The step that ends a task has its reward, too. You gave it 0."
      ) { $0.done[$1] ? 0 : $0.rewards[$1] + $0.gamma * $2 },
      wrong(
        "whole-return",
        "A step has no part in what was before it. You gave every step of an episode its first step's return."
      ) { question in
        let right = question.reference
        var (returns, first) = (right, 0)
        for t in question.done.indices {
          returns[t] = right[first]
          if question.done[t] { first = t + 1 }
        }
        return returns
      },
      wrong(
        "next-reward-only",
        "The return goes on to the end. You looked one step ahead: r_t + γr_{t+1}."
      ) { question in
        var returns = question.rewards
        for t in question.done.indices where !question.done[t] {
          let next = t + 1 < question.steps ? question.rewards[t + 1] : question.bootstrap
          returns[t] += question.gamma * next
        }
        return returns
      },
      backwards(
        "reward-discounted",
        "A step's own reward has no γ yet. You multiplied it, too: γ(r_t + …)."
      ) { $0.gamma * ($0.rewards[$1] + ($0.done[$1] ? 0 : $2)) },
      backwards(
        "next-subtracted", "What comes after is added, whatever its sign. You subtracted it."
      ) { $0.rewards[$1] - ($0.done[$1] ? 0 : $0.gamma * $2) },
      backwards(
        "next-not-carried-on",
        "The number that is carried on is the return just made. Yours stays the bootstrap for all steps."
      ) { question, t, _ in
        question.rewards[t] + (question.done[t] ? 0 : question.gamma * question.bootstrap)
      },
      backwards(
        "done-reversed",
        "done says that nothing comes after. You added what comes after at the ends, and nowhere else."
      ) { $0.rewards[$1] + ($0.done[$1] ? $0.gamma * $2 : 0) },
      backwards(
        "reward-replaced",
        "A return is the step's own reward, and what comes after. You put the second in the first's place."
      ) { $0.done[$1] ? $0.rewards[$1] : $0.gamma * $2 },
      wrong(
        "last-step-only",
        "Every step has its return. You filled in that of the last one, and stopped."
      ) { question in
        var returns = question.rewards
        let last = question.steps - 1
        if !question.done[last] { returns[last] += question.gamma * question.bootstrap }
        return returns
      },
      backwards(
        "gamma-added", "γ is a factor of what comes after. You added it: r + γ + next."
      ) { $0.rewards[$1] + ($0.done[$1] ? 0 : $0.gamma + $2) },
      backwards(
        "gamma-for-the-next",
        "γ is a factor of what comes after. You added γ alone, and what comes after is not in it."
      ) { question, t, _ in question.rewards[t] + (question.done[t] ? 0 : question.gamma) },
      wrong(
        "ends-from-behind",
        "done[t] belongs to step t. You read the list of ends from its other end."
      ) { question in
        question.backwards { t, next in
          question.rewards[t] + (question.done[question.steps - 1 - t] ? 0 : question.gamma * next)
        }
      },
      backwards(
        "averaged", "A return is a sum. You mixed the reward in with 1 - γ, as a running mean does."
      ) { (1 - $0.gamma) * $0.rewards[$1] + ($0.done[$1] ? 0 : $0.gamma * $2) },
    ]
  }
}
