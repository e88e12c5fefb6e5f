public import Checking
public import Core

/// What a network predicts, and what it should have predicted.
public struct RegressionQuestion: Question {
  public var prediction: Matrix
  public var target: Matrix

  public init(prediction: Matrix, target: Matrix) {
    (self.prediction, self.target) = (prediction, target)
  }

  /// Random predictions and targets around 1, with errors of both signs at predictions of either.
  init(_ batch: Int, _ outputs: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let shape = [batch, outputs]
    prediction = Tensor(normal: 1, standardDeviation: 1.5, shape: shape, using: &generator)
    target = Tensor(normal: 1, shape: shape, using: &generator)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("prediction", \.prediction), ("target", \.target)]
  }
}

extension Chapter02Problems {
  public static var meanSquaredError: Problem<RegressionQuestion, Matrix> {
    Problem(
      "2.1", "meanSquaredErrorBackward", minutes: 10, difficulty: 1,
      section: "Mean squared error",
      hints: [
        "Only one term of the sum contains a given p. What is the slope of (p - t)²?",
        "A column of two: p = 3 and 1, t = 1 and 2, so the loss is (2² + 1²)/2 = 2.5. Raise the "
          + "first p by 0.001: it becomes (2.001² + 1²)/2 = 2.502. So its slope is 2. What is the "
          + "second one's, and what would they be if the mean were over ten elements?",
        "All are [m, n]. The mean is over all of its elements, `prediction.count` of them.",
        "dPrediction = 2(p - t)/(m·n)",
        "return (prediction - target) * (2 / Double(…))",
      ],
      cases: [
        Case(RegressionQuestion(5, 3, seed: 201)), Case(RegressionQuestion(4, 4, seed: 202)),
        Case(RegressionQuestion(1, 7, seed: 203)), Case(RegressionQuestion(6, 1, seed: 204)),
        Case(RegressionQuestion(2, 6, seed: 205)).rounded(),
      ],
      forward: { Core.meanSquaredError(prediction: $0.prediction, target: $0.target).loss },
      reference: {
        Core.meanSquaredError(prediction: $0.prediction, target: $0.target).gradient
      },
      parts: [Part("dPrediction", of: \.prediction)],
      misconceptions: [
        Misconception(
          "mse-forgot-factor-two", "The slope of a square e² is 2e: the factor 2 is missing."
        ) { ($0.prediction - $0.target) / Double($0.prediction.count) },
        Misconception(
          "mse-forgot-mean",
          "The loss is a mean over all m·n elements, so each slope is divided by m·n."
        ) { ($0.prediction - $0.target) * 2 },
        Misconception(
          "mse-mean-over-batch-only",
          "You divided by m. The mean is over all elements, so divide by m·n."
        ) { ($0.prediction - $0.target) * (2 / Double($0.prediction.rows)) },
        Misconception(
          "mse-wrong-sign",
          "Where p is above t, a larger p makes the loss larger: the slope there is positive. "
            + "Take p - t, not t - p."
        ) { ($0.target - $0.prediction) * (2 / Double($0.prediction.count)) },
        Misconception(
          "mse-lost-sign",
          "The slope has the sign of p - t: where p is below t, it is negative."
        ) {
          $0.prediction.zip($0.target) { abs($0 - $1) } * (2 / Double($0.prediction.count))
        },
        Misconception(
          "mse-cross-entropy-gradient",
          "(p - t)/m is what softmax with cross-entropy gives. Differentiate the mean of squares."
        ) { ($0.prediction - $0.target) / Double($0.prediction.rows) },
        Misconception(
          "mse-returned-squares",
          "These are the terms of the loss itself, squared errors. Their slopes are asked."
        ) {
          $0.prediction.zip($0.target) { ($0 - $1) * ($0 - $1) } / Double($0.prediction.count)
        },
      ],
      alternatives: [
        { question in
          let error = question.target - question.prediction
          return -(error + error) / Double(error.count)
        },
        { question in
          var gradient = question.prediction
          for i in 0..<gradient.rows {
            for j in 0..<gradient.columns {
              gradient[i, j] -= question.target[i, j]
              gradient[i, j] *= 2 / Double(gradient.rows * gradient.columns)
            }
          }
          return gradient
        },
        { question in
          let (m, n) = (Double(question.target.rows), Double(question.target.columns))
          return (2 * question.prediction / n - 2 * question.target / n) / m
        },
      ],
      given: { $0.tensors + [("(p - t)", $0.prediction - $0.target)] },
      attempt: asks {
        try $0.meanSquaredErrorBackward(prediction: $1.prediction, target: $1.target)
      }
    )
  }
}
