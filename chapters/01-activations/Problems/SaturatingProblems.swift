public import Checking
public import Core

// The activations that flatten on both sides; their slopes are written with their outputs.
extension Chapter01Problems {
  public static var sigmoid: Problem<ActivationQuestion, Matrix> {
    let sigmoid = Activation<Double>.sigmoid
    return Problem(
      "1.1", "sigmoidBackward", minutes: 5, difficulty: 1, section: "The slope of the sigmoid",
      hints: [
        "What is the slope of σ at some x, written with the value y = σ(x) and nothing else?",
        "A column of two: x = 0 and x = log 3, so y = 0.5 and 0.75; dy = 4 and 4. With u = 1 + "
          + "e⁻ˣ, y is 1/u, and its slope e⁻ˣ/u². At x = 0 that is 1/4, so dx = 1. What is it at "
          + "log 3, and how do you get it from 0.75 alone?",
        "dy, y and dx are all [m, n]: everything happens element by element, with `*` and `-`. "
          + "A number such as 1 stands for a tensor full of it.",
        "dx = dy · y(1 - y)",
        "return dy * y * (1 - …)",
      ],
      cases: ActivationQuestion.cases + [ActivationQuestion.farOut, ActivationQuestion.round],
      forward: { ($0.dy * sigmoid($0.x)).sum() },
      reference: { sigmoid.backward($0.dy, .init(x: $0.x)).dInput },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "sigmoid-forgot-one-minus-y",
          "dy · y uses σ as its own slope. The slope is y(1 - y): the factor 1 - y is missing."
        ) { $0.dy * sigmoid($0.x) },
        Misconception(
          "sigmoid-forgot-y",
          "dy · (1 - y) is half of it. The slope is y(1 - y): the factor y is missing."
        ) { $0.dy * (1 - sigmoid($0.x)) },
        Misconception(
          "sigmoid-derivative-at-y",
          "You took the slope at y. y is σ(x) already: do not apply σ to it again."
        ) { $0.dy * sigmoid($0.x).map(sigmoid.derivative) },
        Misconception(
          "sigmoid-forgot-upstream",
          "This is the slope alone. The chain rule multiplies it by dy, which came from above."
        ) { $0.x.map(sigmoid.derivative) },
        Misconception(
          "sigmoid-slope-of-tanh",
          "1 - y² is the slope of tanh. For the sigmoid it is y(1 - y) = y - y²."
        ) { $0.dy * sigmoid($0.x).map { 1 - $0 * $0 } },
      ],
      alternatives: [
        { question in
          // In place: first the slope, then times dy.
          var dx = sigmoid(question.x)
          for i in dx.scalars.indices {
            dx.scalars[i] -= dx.scalars[i] * dx.scalars[i]
            dx.scalars[i] *= question.dy.scalars[i]
          }
          return dx
        },
        { $0.dy * (sigmoid($0.x) - sigmoid($0.x) * sigmoid($0.x)) },
        { question in
          let y = sigmoid(question.x)
          var dx = y
          for i in 0..<y.rows {
            for j in 0..<y.columns { dx[i, j] = (1 - y[i, j]) * y[i, j] * question.dy[i, j] }
          }
          return dx
        },
      ],
      given: { [("y", sigmoid($0.x)), ("dy", $0.dy)] },
      attempt: asks { try $0.sigmoidBackward($1.dy, y: sigmoid($1.x)) }
    )
  }

  public static var tanh: Problem<ActivationQuestion, Matrix> {
    let tanh = Activation<Double>.tanh
    return Problem(
      "1.2", "tanhBackward", minutes: 5, difficulty: 1, section: "The slope of tanh",
      hints: [
        "tanh is steepest at x = 0, where y = 0, and flat where y is near ±1. Which simple "
          + "expression in y does that?",
        "A column of two: y = 0 and 0.8, dy = 1 and 1. With a = eˣ - e⁻ˣ and b = eˣ + e⁻ˣ, y is "
          + "a/b, and its slope (b·b - a·a)/b². Where a/b = 0 that is 1. What is it where a/b = "
          + "0.8?",
        "dy, y and dx are all [m, n]: everything happens element by element, with `*` and `-`.",
        "dx = dy · (1 - y²)",
        "return dy * (1 - … * …)",
      ],
      cases: ActivationQuestion.cases + [ActivationQuestion.farOut, ActivationQuestion.round],
      forward: { ($0.dy * tanh($0.x)).sum() },
      reference: { tanh.backward($0.dy, .init(x: $0.x)).dInput },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "tanh-one-minus-x-squared",
          "1 - x² squares the input. The slope is 1 - y², with the output y = tanh x."
        ) { $0.chain { x in 1 - x * x } },
        Misconception(
          "tanh-derivative-at-y",
          "You took the slope at y. y is tanh x already: do not apply tanh to it again."
        ) { $0.dy * tanh($0.x).map(tanh.derivative) },
        Misconception(
          "tanh-forgot-square", "The slope of tanh is 1 - y²: you have 1 - y, without the square."
        ) { $0.dy * (1 - tanh($0.x)) },
        Misconception(
          "tanh-slope-of-sigmoid",
          "y(1 - y) is the slope of the sigmoid. For tanh it is 1 - y² = (1 - y)(1 + y)."
        ) { $0.dy * tanh($0.x).map { $0 * (1 - $0) } },
        Misconception(
          "tanh-forgot-upstream",
          "This is the slope 1 - y² alone. The chain rule multiplies it by dy."
        ) { $0.x.map(tanh.derivative) },
      ],
      alternatives: [
        { question in question.dy - question.dy.zip(tanh(question.x)) { $0 * $1 * $1 } },
        { $0.dy * (1 - tanh($0.x)) * (1 + tanh($0.x)) },
        { question in
          let y = tanh(question.x)
          var dx = question.dy
          for i in 0..<y.rows {
            for j in 0..<y.columns { dx[i, j] -= dx[i, j] * y[i, j] * y[i, j] }
          }
          return dx
        },
      ],
      given: { [("y", tanh($0.x)), ("dy", $0.dy)] },
      attempt: asks { try $0.tanhBackward($1.dy, y: tanh($1.x)) }
    )
  }
}
