public import Checking
public import Core

// The activations that pass a gradient on one side of zero, and hold it back on the other.
extension Chapter01Problems {
  public static var relu: Problem<ActivationQuestion, Matrix> {
    let relu = Activation<Double>.relu
    return Problem(
      "1.3", "reluBackward", minutes: 8, difficulty: 2, section: "ReLU is a gate",
      hints: [
        "max(x, 0) has two straight pieces. What is the slope of each, and which number says on "
          + "which piece an element was?",
        "A column of two: x = 3 and -2, dy = -5 and 7. Raise the 3 by 0.001: y grows by 0.001. "
          + "Raise the -2 by 0.001: y stays 0. What is the factor of -5, and what is that of 7?",
        "dy, x and dx are all [m, n]: each element of x decides about the same element of dy, "
          + "and `zip` sees both.",
        "dx = dy where x > 0, and 0 elsewhere, x = 0 included.",
        "return dy.zip(x) { dy, x in x > 0 ? … : … }",
      ],
      cases: ActivationQuestion.cases + [ActivationQuestion.corner],
      forward: { ($0.dy * relu($0.x)).sum() },
      reference: { relu.backward($0.dy, .init(x: $0.x)).dInput },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "relu-gate-on-upstream",
          "The gate looks at the input: dx = dy where x > 0. Yours looks at the sign of dy."
        ) { $0.dy.map { $0 > 0 ? $0 : 0 } },
        Misconception(
          "relu-gate-on-both",
          "Negative dy must pass too where x > 0. You let only positive gradients through."
        ) { $0.dy.zip($0.x) { $0 > 0 && $1 > 0 ? $0 : 0 } },
        Misconception(
          "relu-passes-at-zero",
          "At x = 0 there is no slope; by convention dx = 0 there. The gate is x > 0, not x >= 0."
        ) { $0.chain { $0 >= 0 ? 1 : 0 } },
        Misconception(
          "relu-passes-everything",
          "This is dy unchanged. Where x is negative the output was 0 and moves with nothing: dx = 0."
        ) { $0.dy },
        Misconception(
          "relu-gate-inverted",
          "Your gate is open where x is negative. Open is the other side: dx = dy where x > 0."
        ) { $0.chain { $0 < 0 ? 1 : 0 } },
        Misconception(
          "relu-value-for-slope",
          "You multiplied dy by max(x, 0), the value. The slope is 1 where x > 0, and 0 elsewhere."
        ) { $0.dy * relu($0.x) },
        Misconception(
          "relu-input-for-slope",
          "You multiplied dy by x. x only says whether the gate is open: dx = dy where x > 0, else 0."
        ) { $0.dy * $0.x },
        Misconception(
          "relu-forgot-upstream",
          "Ones and zeros are the slope alone. The chain rule multiplies it by dy."
        ) { $0.x.map(relu.derivative) },
      ],
      alternatives: [
        // The gate read from the output: max(x, 0) > 0 exactly where x > 0.
        { $0.dy.zip(relu($0.x)) { $1 > 0 ? $0 : 0 } },
        { $0.chain { $0 > 0 ? 1 : 0 } },
        { question in
          var dx = question.dy
          for i in dx.scalars.indices where question.x.scalars[i] <= 0 { dx.scalars[i] = 0 }
          return dx
        },
      ],
      attempt: asks { try $0.reluBackward($1.dy, x: $1.x) }
    )
  }

  public static var leakyReLU: Problem<LeakyQuestion, Matrix> {
    Problem(
      "1.4", "leakyReLUBackward", minutes: 5, difficulty: 2, section: "The leaky gate",
      hints: [
        "It is the gate of 1.3 with one change: what does the closed side let through now?",
        "A column of two: x = 3 and -2, dy = -5 and 7, and the slope 0.1. Raise the 3 by 0.001: "
          + "y grows by 0.001. Raise the -2 by 0.001: y grows by 0.0001. What is the factor of -5, "
          + "and what is that of 7?",
        "dy, x and dx are all [m, n]; slope is one number for all of them.",
        "dx = dy where x > 0, and slope · dy elsewhere, x = 0 included.",
        "return dy.zip(x) { dy, x in x > 0 ? … : slope * … }",
      ],
      cases: LeakyQuestion.cases,
      forward: { ($0.dy * Activation.leakyReLU(slope: $0.slope)($0.x)).sum() },
      reference: {
        Activation.leakyReLU(slope: $0.slope).backward($0.dy, .init(x: $0.x)).dInput
      },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "leaky-slope-on-wrong-side",
          "The sides are exchanged: x > 0 passes dy whole, the other side slope · dy."
        ) { question in question.chain { $0 > 0 ? question.slope : 1 } },
        Misconception(
          "leaky-slope-forgotten",
          "Left of zero you return 0, as a plain ReLU does. A leaky one lets slope · dy through."
        ) { $0.chain { $0 > 0 ? 1 : 0 } },
        Misconception(
          "leaky-gate-on-upstream",
          "The gate looks at the input x. Yours chooses the side by the sign of dy."
        ) { question in question.dy.map { $0 > 0 ? $0 : question.slope * $0 } },
        Misconception(
          "leaky-passes-whole-at-zero",
          "At x = 0 the convention is the slope: only x > 0 passes whole, not x >= 0."
        ) { question in question.chain { $0 >= 0 ? 1 : question.slope } },
        Misconception(
          "leaky-slope-hard-coded",
          "You used 0.01 whatever the argument `slope` was. Use the argument."
        ) { $0.chain { $0 > 0 ? 1 : 0.01 } },
        Misconception(
          "leaky-forgot-upstream",
          "Ones and slopes are the derivative alone. The chain rule multiplies them by dy."
        ) { question in question.x.map { $0 > 0 ? 1 : question.slope } },
      ],
      alternatives: [
        { question in
          var dx = question.dy * question.slope
          for i in dx.scalars.indices where question.x.scalars[i] > 0 {
            dx.scalars[i] = question.dy.scalars[i]
          }
          return dx
        },
        { question in question.chain { $0 > 0 ? 1 : question.slope } },
        { question in
          let open = question.x.map { $0 > 0 ? 1 : 0 }
          return question.dy * open + question.slope * (question.dy * (1 - open))
        },
      ],
      attempt: asks { try $0.leakyReLUBackward($1.dy, x: $1.x, slope: $1.slope) }
    )
  }
}
