public import Checking
public import Core

/// The parameters of a dense layer, and the strength λ of the penalty on them.
public struct PenaltyQuestion: Question {
  public var weight: Matrix
  public var bias: Matrix
  public var strength: Double

  public init(weight: Matrix, bias: Matrix, strength: Double) {
    (self.weight, self.bias, self.strength) = (weight, bias, strength)
  }

  init(_ inputs: Int, _ outputs: Int, strength: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    weight = Tensor(shape: [inputs, outputs], using: &generator)
    bias = Tensor(shape: [outputs], using: &generator)
    self.strength = strength
  }

  public var isPermitted: Bool { strength >= 0 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("W", \.weight), ("b", \.bias)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("strength", \.strength)]
  }
}

/// The gradients of a penalty.
public typealias PenaltyGradients = (dW: Matrix, db: Matrix)

extension Chapter02Problems {
  public static var l2Penalty: Problem<PenaltyQuestion, PenaltyGradients> {
    Problem(
      "2.4", "l2PenaltyBackward", minutes: 5, difficulty: 1, section: "L1 and L2 penalties",
      hints: [
        "The penalty λ/2·ΣW² contains no b. What is its slope with respect to b?",
        "A column of two: W = 3 and -1, λ = 0.1: the penalty is 0.05·(9 + 1) = 0.5. Raise the 3 "
          + "by 0.001: it becomes 0.5003. What is the slope, and what is that of the -1?",
        "dW has the shape of W, db the shape of b: a tensor, not a number.",
        "dW = λ·W, db = 0",
        "return (strength * …, Tensor(shape: …))",
      ],
      cases: [
        Case(PenaltyQuestion(3, 2, strength: 0.3, seed: 241)),
        Case(PenaltyQuestion(4, 4, strength: 1.5, seed: 242)),
        Case(PenaltyQuestion(1, 7, strength: 0.01, seed: 243)),
        Case(PenaltyQuestion(5, 1, strength: 0.7, seed: 244)),
        Case(PenaltyQuestion(2, 6, strength: 2, seed: 245)).rounded(),
      ],
      forward: { Core.l2Penalty($0.weight, strength: $0.strength).loss },
      reference: right,
      parts: [Part("dW", of: \.weight) { $0.dW }, Part("db", of: \.bias) { $0.db }],
      misconceptions: [
        wrong(
          "l2-penalized-biases",
          "The penalty is a sum over the weights only: no b is in it, so db is 0."
        ) { $1.db = $0.strength * $0.bias },
        wrong(
          "l2-factor-two",
          "The 2 that comes down from W² cancels the ½ of λ/2: no factor 2 remains."
        ) { $1.dW = 2 * $0.strength * $0.weight },
        wrong(
          "l2-kept-half",
          "The ½ of λ/2 cancels against the 2 that comes down from W²: no ½ remains."
        ) { $1.dW = $0.strength / 2 * $0.weight },
        wrong(
          "l2-wrong-sign",
          "The gradient points away from zero, where the penalty grows. That weights shrink comes "
            + "later, when the update subtracts it."
        ) { $1.dW = -$0.strength * $0.weight },
        wrong(
          "l2-is-l1", "λ·sign(W) is the gradient of the L1 penalty. Squares are asked: λ·W."
        ) { question, gradients in
          gradients.dW = question.weight.map { $0 < 0 ? -question.strength : question.strength }
        },
        wrong(
          "l2-averaged",
          "The penalty is a sum over the weights, not a mean: divide by nothing."
        ) { $1.dW = $0.strength / Double($0.weight.count) * $0.weight },
        wrong("l2-forgot-strength", "The slope of λ/2·W² is λ·W: you left out λ.") {
          $1.dW = $0.weight
        },
      ],
      alternatives: [
        { question in
          var dW = question.weight
          for i in dW.scalars.indices { dW.scalars[i] *= question.strength }
          return (dW, question.bias - question.bias)
        },
        { question in
          (question.weight.map { $0 * question.strength }, question.bias * 0)
        },
        { question in
          var dW = question.weight
          for i in 0..<dW.rows {
            for j in 0..<dW.columns {
              dW[i, j] = question.strength / 2 * (question.weight[i, j] + question.weight[i, j])
            }
          }
          return (dW, Tensor(repeating: 0, shape: [question.weight.columns]))
        },
      ],
      attempt: asks {
        try $0.l2PenaltyBackward(weight: $1.weight, bias: $1.bias, strength: $1.strength)
      }
    )
  }

  /// The library's answer.
  private static func right(_ question: PenaltyQuestion) -> PenaltyGradients {
    (
      Core.l2Penalty(question.weight, strength: question.strength).gradient,
      Tensor(shape: question.bias.shape)
    )
  }

  /// A misconception about one of the gradients: the right answer, with that one spoilt.
  private static func wrong(
    _ name: String, _ sentence: String,
    spoil: @escaping (PenaltyQuestion, inout PenaltyGradients) -> Void
  ) -> Misconception<PenaltyQuestion, PenaltyGradients> {
    Misconception(name, sentence) {
      var gradients = right($0)
      spoil($0, &gradients)
      return gradients
    }
  }
}
