public import Checking
public import Core

/// Predictions, targets, and the error δ from which on Huber's loss is a straight line.
public struct HuberQuestion: Question {
  public var prediction: Matrix
  public var target: Matrix
  public var delta: Double

  public init(prediction: Matrix, target: Matrix, delta: Double) {
    (self.prediction, self.target, self.delta) = (prediction, target, delta)
  }

  fileprivate init(_ batch: Int, _ outputs: Int, delta: Double, seed: UInt64) {
    let random = RegressionQuestion(batch, outputs, seed: seed)
    self.init(prediction: random.prediction, target: random.target, delta: delta)
  }

  /// Errors of exactly ±δ and 0, and beyond on both sides.
  fileprivate static var atCorners: HuberQuestion {
    HuberQuestion(
      prediction: Tensor(rows: [[1.5, 0.5, 1], [3, -2, 1.25]]),
      target: Tensor(repeating: 1, shape: [2, 3]), delta: 0.5)
  }

  public var isPermitted: Bool { delta > 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("prediction", \.prediction), ("target", \.target)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("delta", \.delta)]
  }

  fileprivate var error: Matrix { prediction - target }
  fileprivate var count: Double { Double(prediction.count) }
  fileprivate func clip(_ e: Double) -> Double { min(max(e, -delta), delta) }
}

extension Chapter02Problems {
  public static var huber: Problem<HuberQuestion, Matrix> {
    Problem(
      "2.6", "huberBackward", minutes: 15, difficulty: 2, isChallenge: true,
      section: "Huber's loss",
      hints: [
        "Take the slope of each piece: of ½e², and of the straight line outside ±δ.",
        "A column of two: e = 0.5 and 3, δ = 1. Raise the first by 0.001: ½e² grows by 0.0005. "
          + "Raise the second: the line grows by 0.001. Which slopes are these, which would -3 "
          + "have, and what makes the mean of them?",
        "All are [m, n]: every element by itself, and the mean is over `prediction.count` of "
          + "them.",
        "dPrediction = clip(e, -δ, δ)/(m·n), with e = p - t",
        "return (prediction - target).map { min(max($0, …), …) / Double(prediction.count) }",
      ],
      cases: [
        Case(HuberQuestion(5, 3, delta: 0.8, seed: 261)),
        Case(HuberQuestion(4, 4, delta: 1.7, seed: 262)),
        Case(HuberQuestion(1, 7, delta: 0.9, seed: 263)), Case(.atCorners, isCorner: true),
        Case(HuberQuestion(2, 6, delta: 0.7, seed: 264)).rounded(),
        Case(HuberQuestion(3, 2, delta: 0.1, seed: 265)),
      ],
      forward: {
        Core.huber(prediction: $0.prediction, target: $0.target, delta: $0.delta).loss
      },
      reference: {
        Core.huber(prediction: $0.prediction, target: $0.target, delta: $0.delta).gradient
      },
      parts: [Part("dPrediction", of: \.prediction)],
      misconceptions: [
        Misconception(
          "huber-not-clipped",
          "Outside ±δ the loss is a straight line: its slope stays at ±δ. You let it grow with e."
        ) { $0.error / $0.count },
        Misconception(
          "huber-clipped-after-dividing",
          "Clip the error e itself, then divide by m·n. You divided first."
        ) { ($0.error / $0.count).map($0.clip) },
        Misconception(
          "huber-slope-one-outside",
          "Outside ±δ the line is δ(|e| - ½δ): its slope is ±δ, not ±1."
        ) { question in
          question.error.map { abs($0) <= question.delta ? $0 : $0 < 0 ? -1 : 1 } / question.count
        },
        Misconception(
          "huber-zero-outside",
          "An error above δ still pulls, with slope ±δ. You gave it no gradient at all."
        ) { question in
          question.error.map { abs($0) <= question.delta ? $0 : 0 } / question.count
        },
        Misconception(
          "huber-smoothed",
          "This is the slope of a smooth cousin, δ·tanh(e/δ). Here it is e itself up to ±δ, and "
            + "exactly ±δ beyond."
        ) { question in
          question.error.map { question.delta * Double.tanh($0 / question.delta) } / question.count
        },
        Misconception(
          "huber-pseudo",
          "This is the pseudo-Huber loss, whose slope e/√(1 + (e/δ)²) bends smoothly. Here it is e "
            + "itself up to ±δ, and exactly ±δ beyond."
        ) { question in
          question.error.map { e in
            e / (1 + (e / question.delta) * (e / question.delta)).squareRoot()
          } / question.count
        },
        Misconception(
          "huber-error-kept-outside",
          "Outside ±δ the line δ(|e| - ½δ) has the slope ±δ: the sign of e, not e, times δ."
        ) { question in
          question.error.map { abs($0) <= question.delta ? $0 : question.delta * $0 }
            / question.count
        },
        Misconception(
          "huber-returned-loss",
          "These are the terms of the loss itself. Their slopes are asked."
        ) { question in
          let delta = question.delta
          return question.error.map { e in
            abs(e) <= delta ? e * e / 2 : delta * (abs(e) - delta / 2)
          } / question.count
        },
        Misconception(
          "huber-sign-lost",
          "Below -δ the slope is -δ, not δ: keep the sign of e."
        ) { question in
          question.error.map { abs($0) <= question.delta ? $0 : question.delta } / question.count
        },
        Misconception(
          "huber-factor-two", "Inside ±δ the loss is ½e²: its ½ cancels the 2, the slope is e."
        ) { question in
          question.error.map { abs($0) <= question.delta ? 2 * $0 : question.clip($0) }
            / question.count
        },
        Misconception(
          "huber-clipped-on-one-side",
          "Errors below -δ are clipped too, at -δ. You clipped from above only."
        ) { question in question.error.map { min($0, question.delta) } / question.count },
        Misconception(
          "huber-forgot-mean",
          "The loss is a mean over all m·n elements, so each slope is divided by m·n."
        ) { $0.error.map($0.clip) },
        Misconception(
          "huber-line-not-divided",
          "The mean is over both pieces: the slope ±δ outside is divided by m·n too."
        ) { question in
          question.error.map {
            abs($0) <= question.delta ? $0 / question.count : question.clip($0)
          }
        },
        Misconception(
          "huber-mean-over-batch-only",
          "You divided by m. The mean is over all elements, so divide by m·n."
        ) { $0.error.map($0.clip) / Double($0.prediction.rows) },
        Misconception(
          "huber-wrong-sign",
          "The error is e = p - t: where p is too large, the slope is positive."
        ) { -$0.error.map($0.clip) / $0.count },
      ],
      alternatives: [
        { question in
          // What goes beyond ±δ is taken off again.
          let (e, delta) = (question.error, question.delta)
          let beyond = e.map { max($0 - delta, 0) - max(-$0 - delta, 0) }
          return (e - beyond) / question.count
        },
        { question in
          question.error.map { e in
            if e > question.delta { return question.delta / question.count }
            if e < -question.delta { return -question.delta / question.count }
            return e / question.count
          }
        },
        { question in
          question.error.map { e in
            e * min(1, question.delta / max(abs(e), question.delta)) / question.count
          }
        },
      ],
      given: { question in
        question.tensors + [
          ("p - t", question.error),
          ("abs(p - t) - delta", question.error.map { abs($0) - question.delta }),
        ]
      },
      attempt: asks {
        try $0.huberBackward(prediction: $1.prediction, target: $1.target, delta: $1.delta)
      }
    )
  }
}
