public import Backprop

/// The input of an activation, and the gradient that arrives at its output.
public struct ActivationQuestion: Question {
  public var x: Matrix
  public let dy: Matrix

  public init(x: Matrix, dy: Matrix) { (self.x, self.dy) = (x, dy) }

  public var tensors: [(name: String, value: Matrix)] { [("x", x), ("dy", dy)] }

  /// Random numbers around zero, of both signs.
  init(_ batch: Int, _ features: Int, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    x = Tensor(standardDeviation: 1.5, shape: [batch, features], using: &generator)
    dy = Tensor(shape: [batch, features], using: &generator)
  }

  static var cases: [Case<ActivationQuestion>] {
    [
      Case(ActivationQuestion(5, 3, seed: 1)), Case(ActivationQuestion(4, 4, seed: 2)),
      Case(ActivationQuestion(1, 7, seed: 3)),
    ]
  }
}

/// The exercises of chapter 1.
public enum Chapter01Problems {
  static var all: [any Exercise] { [sigmoid] }

  public static var sigmoid: Problem<ActivationQuestion, Matrix> {
    let sigmoid = Activation<Double>.sigmoid
    return Problem(
      "1.1", "sigmoidBackward", minutes: 5, difficulty: 1, section: "The slope of the sigmoid",
      hints: [
        "What is the slope of σ, written with σ itself?",
        "dx = dy · y(1 - y)",
        "All three tensors have one shape: everything happens element by element.",
        "return dy * y * (1 - …)",
      ],
      cases: ActivationQuestion.cases,
      forward: { ($0.dy * sigmoid($0.x)).sum() },
      reference: { sigmoid.backward($0.dy, .init(x: $0.x)).dInput },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "sigmoid-forgot-one-minus-y", "The slope of σ is y(1 - y): you left out 1 - y."
        ) {
          $0.dy * sigmoid($0.x)
        },
        Misconception("sigmoid-forgot-y", "The slope of σ is y(1 - y): you left out y.") {
          $0.dy * (1 - sigmoid($0.x))
        },
      ],
      alternatives: [{ $0.dy * (sigmoid($0.x) - sigmoid($0.x) * sigmoid($0.x)) }],
      attempt: { try $0.sigmoidBackward($1.dy, y: sigmoid($1.x)) }
    )
  }
}
