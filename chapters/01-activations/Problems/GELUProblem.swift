public import Checking
public import Core

extension Chapter01Problems {
  public static var gelu: Problem<ActivationQuestion, Matrix> {
    let gelu = Activation<Double>.gelu
    return Problem(
      "1.6", "geluBackward", minutes: 15, difficulty: 3, isChallenge: true,
      section: "The slope of GELU",
      hints: [
        "y = x·Φ(x) is a product, and both factors depend on x. Which rule is that?",
        "A column of two: x = 0 and 1, dy = 1 and 1. A product's slope has two terms. At x = 0 "
          + "one of them is 0, and the other is Φ(0) = 0.5. At x = 1, Φ is 0.8413 and its own slope "
          + "0.2420: what do the two terms add up to, and what would they at x = 2?",
        "dy, x and dx are all [m, n]: everything happens element by element, so one `zip` will "
          + "do.",
        "dx = dy · (Φ(x) + x·φ(x))",
        "dy.zip(x) { dy, x in let distribution = (1 + Double.erf(x / 2.0.squareRoot())) / 2; "
          + "let density = Double.exp(…) / (2 * Double.pi).squareRoot(); return dy * (distribution "
          + "+ … * density) }",
      ],
      cases: ActivationQuestion.cases + [ActivationQuestion.farOut, ActivationQuestion.round],
      forward: { ($0.dy * gelu($0.x)).sum() },
      reference: { gelu.backward($0.dy, .init(x: $0.x)).dInput },
      parts: [Part("dx", of: \.x)],
      misconceptions: [
        Misconception(
          "gelu-forgot-density",
          "Φ(x) is one half of the product rule. The other is x·φ(x): Φ depends on x too."
        ) { $0.chain(distribution) },
        Misconception(
          "gelu-density-without-x",
          "Product rule: (x·Φ)′ = 1·Φ(x) + x·φ(x). You added φ(x) without its factor x."
        ) { $0.chain { distribution($0) + density($0) } },
        Misconception(
          "gelu-density-not-normalised",
          "φ(x) = e^(-x²/2)/√(2π): the division by √(2π) is missing."
        ) { $0.chain { distribution($0) + $0 * Double.exp(-$0 * $0 / 2) } },
        Misconception(
          "gelu-density-root-forgotten",
          "φ(x) = e^(-x²/2)/√(2π): you divided by 2π, without the root."
        ) { $0.chain { distribution($0) + $0 * Double.exp(-$0 * $0 / 2) / (2 * Double.pi) } },
        Misconception(
          "gelu-density-half-forgotten",
          "φ(x) = e^(-x²/2)/√(2π): the ½ in the exponent is missing."
        ) {
          $0.chain { distribution($0) + $0 * Double.exp(-$0 * $0) / (2 * Double.pi).squareRoot() }
        },
        Misconception(
          "gelu-distribution-not-halved",
          "Φ(x) goes from 0 to 1: it is (1 + erf(x/√2))/2. Yours goes to 2."
        ) { $0.chain { 2 * distribution($0) + $0 * density($0) } },
        Misconception(
          "gelu-density-subtracted", "Product rule: Φ(x) plus x·φ(x). You subtracted it."
        ) { $0.chain { distribution($0) - $0 * density($0) } },
        Misconception(
          "gelu-erf-without-root",
          "Φ(x) = (1 + erf(x/√2))/2: you gave x to erf without dividing by √2."
        ) { $0.chain { (1 + Double.erf($0)) / 2 + $0 * density($0) } },
        Misconception(
          "gelu-tanh-approximation",
          "This is the slope of the approximation by tanh. Here GELU is exact: use erf."
        ) { $0.chain(slopeByTanh) },
        Misconception(
          "gelu-sigmoid-approximation",
          "This is the slope of x·σ(1.702x), an approximation. Here GELU is exact: use erf."
        ) {
          $0.chain { x in
            let sigma = Activation.sigmoid.value(at: 1.702 * x)
            return sigma + 1.702 * x * sigma * (1 - sigma)
          }
        },
        Misconception(
          "gelu-forgot-upstream",
          "This is the slope Φ(x) + x·φ(x) alone. The chain rule multiplies it by dy."
        ) { $0.x.map(gelu.derivative) },
      ],
      alternatives: [
        // By symmetry, Φ(x) = 1 - Φ(-x).
        {
          $0.chain { x in
            let tail = distribution(-abs(x))
            return (x < 0 ? tail : 1 - tail) + x * density(x)
          }
        },
        { $0.chain { distribution($0) + $0 * density($0) } },
        { question in
          let distributions = question.x.map(distribution)
          return question.dy * distributions + question.dy * question.x * question.x.map(density)
        },
      ],
      attempt: asks { try $0.geluBackward($1.dy, x: $1.x) }
    )
  }

  /// Φ(x).
  private static func distribution(_ x: Double) -> Double {
    (1 + Double.erf(x / 2.0.squareRoot())) / 2
  }

  /// φ(x).
  private static func density(_ x: Double) -> Double {
    Double.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  }

  /// The slope of ½x(1 + tanh(√(2/π)(x + 0.044715x³))).
  private static func slopeByTanh(_ x: Double) -> Double {
    let root = (2 / Double.pi).squareRoot()
    let tanh = Double.tanh(root * (x + 0.044715 * x * x * x))
    return (1 + tanh) / 2 + x / 2 * (1 - tanh * tanh) * root * (1 + 3 * 0.044715 * x * x)
  }
}
