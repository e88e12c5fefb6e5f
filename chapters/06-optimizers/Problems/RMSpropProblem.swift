public import Checking
public import Core
import Training

/// A parameter, its gradient, and the running mean of its squared gradients.
public struct RMSpropQuestion: Question {
  public var parameter: Matrix
  public var gradient: Matrix
  public var squares: Matrix
  public var learningRate: Double
  public var rho: Double
  public var epsilon: Double

  public init(
    parameter: Matrix, gradient: Matrix, squares: Matrix, learningRate: Double, rho: Double,
    epsilon: Double
  ) {
    (self.parameter, self.gradient, self.squares) = (parameter, gradient, squares)
    (self.learningRate, self.rho, self.epsilon) = (learningRate, rho, epsilon)
  }

  init(
    _ shape: [Int], size: Double = 1, isFirst: Bool = false, learningRate: Double, rho: Double,
    epsilon: Double, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: shape, using: &generator) }
    parameter = draw()
    gradient = size * draw()
    let earlier = size * draw()
    squares = isFirst ? Matrix(shape: shape) : earlier * earlier
    (self.learningRate, self.rho, self.epsilon) = (learningRate, rho, epsilon)
  }

  public var isPermitted: Bool {
    learningRate > 0 && 0 <= rho && rho < 1 && epsilon > 0
      && squares.scalars.allSatisfy { $0 >= 0 }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("parameter", \.parameter), ("gradient", \.gradient), ("squares", \.squares)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("learningRate", \.learningRate), ("rho", \.rho), ("epsilon", \.epsilon)]
  }

  public var summary: String {
    "parameter, gradient, squares \(parameter.shape), gradients near "
      + "\(digits(gradient.norm() / Double(max(gradient.count, 1)).squareRoot(), 1)), "
      + "rho \(digits(rho)), epsilon \(digits(epsilon))"
  }
  public var label: String { "\(parameter.shape), rho \(digits(rho))" }
}

/// What a step of RMSprop returns.
public typealias RMSpropAnswer = (parameter: Matrix, squares: Matrix)

extension Chapter06Problems {
  /// 6.3, one step of RMSprop.
  public static var rmsprop: Problem<RMSpropQuestion, RMSpropAnswer> {
    Problem(
      "6.3", "rmspropStep", minutes: 10, difficulty: 2, section: "A rate for each parameter",
      hints: [
        "First the running mean of the squared gradients, then a step that is divided by its root.",
        "ρ = 0.5, from s = 0, with g = 4 at every step: s is 8, then 12, then 14, on its way to 16. The "
          + "first step is η·4/√8, so 1.41η. Where do the steps go, and would g = 400 change them?",
        "Everything is element by element, all of one shape. ε is added to each root, "
          + "not to what is under it.",
        "s ← ρs + (1 - ρ)g², then θ ← θ - η·g/(√s + ε), with the new s",
        "let newSquares = rho * squares + (1 - rho) * …; let root = newSquares.map { $0.squareRoot() "
          + "}; return (parameter - learningRate * gradient / (…), newSquares)",
      ],
      cases: [
        Case(RMSpropQuestion([3, 2], learningRate: 0.1, rho: 0.9, epsilon: 1e-8, seed: 71)),
        Case(
          RMSpropQuestion(
            [1, 4], size: 1e-7, learningRate: 0.1, rho: 0.6, epsilon: 1e-6, seed: 72)),
        Case(
          RMSpropQuestion(
            [2, 3], isFirst: true, learningRate: 0.01, rho: 0.99, epsilon: 1e-3, seed: 73)),
        Case(
          RMSpropQuestion(
            [2, 1, 2, 2], size: 30, learningRate: 1.5, rho: 0.8, epsilon: 0.1, seed: 74)),
        Case(
          RMSpropQuestion(
            parameter: Matrix([1, -2, 3]), gradient: Matrix([0, 0, -4]),
            squares: Matrix([0, 9, 0]), learningRate: 0.2, rho: 0.75, epsilon: 1e-4)),
        Case(RMSpropQuestion([3, 3], learningRate: 0.7, rho: 0.7, epsilon: 1.3, seed: 75))
          .rounded(),
      ],
      forward: nil,
      reference: { RMSpropByHand().answer($0) },
      parts: [Part("parameter") { $0.parameter }, Part("squares") { $0.squares }],
      misconceptions: rmspropMisconceptions,
      alternatives: [
        { question in
          // In place, and divided before the rate comes in.
          var (parameter, squares) = (question.parameter, question.squares * question.rho)
          squares += (question.gradient * question.gradient) * (1 - question.rho)
          let direction = question.gradient.zip(squares) {
            $0 / ($1.squareRoot() + question.epsilon)
          }
          parameter -= direction * question.learningRate
          return (parameter, squares)
        },
        { question in
          var (parameter, squares) = (question.parameter, question.squares)
          for i in 0..<parameter.count {
            let g = question.gradient.scalars[i]
            let s = squares.scalars[i] + (1 - question.rho) * (g * g - squares.scalars[i])
            squares.scalars[i] = s
            parameter.scalars[i] -= question.learningRate / (s.squareRoot() + question.epsilon) * g
          }
          return (parameter, squares)
        },
        { question in
          let g = question.gradient
          let squares = question.squares * question.rho + g * g * (1 - question.rho)
          let step = g.zip(squares) { $0 / (Double.pow($1, 0.5) + question.epsilon) }
          return (question.parameter - step * question.learningRate, squares)
        },
      ],
      attempt: asks {
        try $0.rmspropStep(
          $1.parameter, gradient: $1.gradient, squares: $1.squares,
          learningRate: $1.learningRate, rho: $1.rho, epsilon: $1.epsilon)
      }
    )
  }

  private static var rmspropMisconceptions: [Misconception<RMSpropQuestion, RMSpropAnswer>] {
    [
      mistaken(
        "rmsprop-epsilon-inside",
        "ε stands outside the root: g/(√s + ε). Inside, √(s + ε) makes the steps of tiny gradients "
          + "far too short."
      ) { $0.divisor = { ($0 + $1).squareRoot() } },
      mistaken(
        "rmsprop-epsilon-left-out",
        "ε is missing: where s is 0 this divides by 0. The divisor is √s + ε."
      ) { rule in rule.divisor = { s, _ in s.squareRoot() } },
      mistaken(
        "rmsprop-root-forgotten",
        "Divide by the root of s: it has the gradient's own unit, so that the steps have none. You "
          + "divided by s."
      ) { $0.divisor = { $0 + $1 } },
      mistaken(
        "rmsprop-sums-squares",
        "The new square enters with the factor 1 - ρ, or s is no mean: it grows to 1/(1 - ρ) times "
          + "the squares, and steps shrink."
      ) { $0.mean = { s, g, rho in rho * s + g * g } },
      mistaken(
        "rmsprop-is-adagrad",
        "Without ρ the squares add up for ever, and the steps die out: that is AdaGrad. RMSprop "
          + "forgets: s ← ρs + (1 - ρ)g²."
      ) { $0.mean = { s, g, _ in s + g * g } },
      mistaken(
        "rmsprop-buffer-replaced",
        "s remembers earlier gradients: ρ·squares belongs into it. Yours has this gradient alone."
      ) { $0.mean = { _, g, rho in (1 - rho) * (g * g) } },
      mistaken(
        "rmsprop-rho-reversed",
        "ρ belongs to what is remembered, 1 - ρ to the new square. You have them the other way round."
      ) { $0.mean = { s, g, rho in (1 - rho) * s + rho * (g * g) } },
      mistaken(
        "rmsprop-gradient-not-squared",
        "s is a mean of squares, g·g. You took the mean of the gradients, whose signs cancel, and "
          + "which may have no root."
      ) { $0.mean = { s, g, rho in rho * s + (1 - rho) * g } },
      mistaken(
        "rmsprop-old-squares",
        "Divide by the root of the new s, with this gradient's square in it. You used the old one, "
          + "which is 0 at the first step."
      ) { $0.usesOldSquares = true },
    ]
  }

  private static func mistaken(
    _ name: String, _ sentence: String, change: @escaping (inout RMSpropByHand) -> Void
  ) -> Misconception<RMSpropQuestion, RMSpropAnswer> {
    Misconception(name, sentence) {
      var rule = RMSpropByHand()
      change(&rule)
      return rule.answer($0)
    }
  }
}

/// RMSprop in two lines, each of which can be replaced by a wrong one.
private struct RMSpropByHand {
  var mean: (Matrix, Matrix, Double) -> Matrix = { s, g, rho in rho * s + (1 - rho) * (g * g) }
  var divisor: (_ s: Double, _ epsilon: Double) -> Double = { $0.squareRoot() + $1 }
  var usesOldSquares = false

  func answer(_ question: RMSpropQuestion) -> RMSpropAnswer {
    let squares = mean(question.squares, question.gradient, question.rho)
    let under = usesOldSquares ? question.squares : squares
    let step = question.gradient / under.map { divisor($0, question.epsilon) }
    return (question.parameter - question.learningRate * step, squares)
  }
}
