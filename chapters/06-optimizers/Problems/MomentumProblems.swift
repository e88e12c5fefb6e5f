public import Checking
public import Core
import Training

/// A parameter, its gradient, and the velocity that earlier steps have left.
public struct MomentumQuestion: Question {
  public var parameter: Matrix
  public var gradient: Matrix
  public var velocity: Matrix
  public var learningRate: Double
  public var beta: Double

  public init(
    parameter: Matrix, gradient: Matrix, velocity: Matrix, learningRate: Double, beta: Double
  ) {
    (self.parameter, self.gradient, self.velocity) = (parameter, gradient, velocity)
    (self.learningRate, self.beta) = (learningRate, beta)
  }

  init(_ shape: [Int], learningRate: Double, beta: Double, isFirst: Bool = false, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: shape, using: &generator) }
    (parameter, gradient) = (draw(), draw())
    velocity = isFirst ? Matrix(shape: shape) : 3 * draw()
    (self.learningRate, self.beta) = (learningRate, beta)
  }

  public var isPermitted: Bool { learningRate > 0 && 0 <= beta && beta < 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("parameter", \.parameter), ("gradient", \.gradient), ("velocity", \.velocity)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("learningRate", \.learningRate), ("beta", \.beta)]
  }

  public var summary: String {
    "parameter, gradient, velocity \(parameter.shape), "
      + "learningRate \(digits(learningRate)), beta \(digits(beta))"
  }
  public var label: String { "\(parameter.shape), beta \(digits(beta))" }
}

/// What a step with a velocity returns.
public typealias MomentumAnswer = (parameter: Matrix, velocity: Matrix)

extension Chapter06Problems {
  private static var cases: [Case<MomentumQuestion>] {
    [
      Case(MomentumQuestion([3, 2], learningRate: 0.1, beta: 0.9, seed: 61)),
      Case(MomentumQuestion([4], learningRate: 0.5, beta: 0.6, seed: 62)),
      Case(MomentumQuestion([2, 2], learningRate: 0.01, beta: 0.99, isFirst: true, seed: 63)),
      Case(MomentumQuestion([1, 2, 3, 2], learningRate: 2, beta: 0.3, seed: 64)),
      Case(MomentumQuestion([1, 5], learningRate: 0.2, beta: 0, seed: 65)),
      Case(MomentumQuestion([3, 3], learningRate: 0.7, beta: 0.8, seed: 66)).rounded(),
    ]
  }

  private static var parts: [Part<MomentumQuestion, MomentumAnswer>] {
    [Part("parameter") { $0.parameter }, Part("velocity") { $0.velocity }]
  }

  /// 6.1, one step with momentum.
  public static var momentum: Problem<MomentumQuestion, MomentumAnswer> {
    Problem(
      "6.1", "momentumStep", minutes: 5, difficulty: 1, section: "Momentum",
      hints: [
        "Two lines: first the new velocity, from the old one and the gradient; then the parameter, "
          + "with the new velocity.",
        "β = 0.5, η = 0.1, from θ = 0 and v = 0, with g = 1 at every step: v is 1, then 1.5, then "
          + "1.75, and θ is -0.1, then -0.25. What is it after the third step?",
        "All three tensors have one shape, so numbers and tensors multiply as they are written.",
        "v ← βv + g, then θ ← θ - ηv",
        "let newVelocity = beta * velocity + …; "
          + "return (parameter - learningRate * …, newVelocity)",
      ],
      cases: cases, forward: nil, reference: { formula($0, nesterov: false) }, parts: parts,
      misconceptions: [
        mistaken("momentum-buffer-replaced", Sentence.replaced) { v, g, _ in (g, g) },
        mistaken("momentum-one-minus-beta", Sentence.average) { v, g, beta in
          let new = beta * v + (1 - beta) * g
          return (new, new)
        },
        mistaken(
          "momentum-old-velocity",
          "The step is taken with the new velocity, which has this gradient in it. Yours takes the "
            + "old one, and comes a step late."
        ) { v, g, beta in (beta * v + g, v) },
        mistaken("momentum-beta-forgotten", Sentence.noFriction) { v, g, _ in (v + g, v + g) },
        mistaken(
          "momentum-beta-on-gradient",
          "β fades the old velocity only: βv + g. Yours is β(v + g), and shrinks this gradient too."
        ) { v, g, beta in (beta * (v + g), beta * (v + g)) },
        Misconception("momentum-uphill", Sentence.uphill) {
          let v = $0.beta * $0.velocity + $0.gradient
          return ($0.parameter + $0.learningRate * v, v)
        },
        Misconception("momentum-rate-in-velocity", Sentence.rateInside) {
          let v = $0.beta * $0.velocity + $0.learningRate * $0.gradient
          return ($0.parameter - v, v)
        },
      ],
      alternatives: [
        { question in
          // In place, the velocity first.
          var (parameter, velocity) = (question.parameter, question.velocity * question.beta)
          velocity += question.gradient
          parameter -= velocity * question.learningRate
          return (parameter, velocity)
        },
        { question in
          elementwise(question) { theta, g, v, rate, beta in
            let new = v * beta + g
            return (theta - new * rate, new)
          }
        },
        { question in
          // The velocity is split: what it carries on, and what is new.
          let carried = question.velocity * question.beta
          let parameter =
            question.parameter - question.learningRate * carried
            - question.learningRate * question.gradient
          return (parameter, carried + question.gradient)
        },
      ],
      attempt: asks {
        try $0.momentumStep(
          $1.parameter, gradient: $1.gradient, velocity: $1.velocity,
          learningRate: $1.learningRate, beta: $1.beta)
      }
    )
  }

  /// 6.2, one step in Nesterov's form.
  public static var nesterov: Problem<MomentumQuestion, MomentumAnswer> {
    Problem(
      "6.2", "nesterovStep", minutes: 5, difficulty: 2, section: "Nesterov's step",
      hints: [
        "The velocity is that of 6.1. The step looks one step further: it adds what the new velocity "
          + "will carry on.",
        "β = 0.5, η = 0.1, from θ = 0 and v = 0, with g = 1 at every step: v is 1, then 1.5, as in 6.1. "
          + "But θ is -0.15 after the first step: -0.1 for g, -0.05 for what is carried on. And then?",
        "All three tensors have one shape; the velocity that you return is the new v, nothing else.",
        "v ← βv + g, then θ ← θ - η(g + βv), with the new v",
        "let newVelocity = …; let ahead = gradient + beta * …; "
          + "return (parameter - learningRate * ahead, …)",
      ],
      cases: cases, forward: nil, reference: { formula($0, nesterov: true) }, parts: parts,
      misconceptions: [
        mistaken(
          "nesterov-is-momentum",
          "This is the step of 6.1. With the old velocity in g + βv you get that back: take the new "
            + "velocity there."
        ) { v, g, beta in (beta * v + g, beta * v + g) },
        mistaken(
          "nesterov-without-gradient",
          "The step is g + βv: the gradient once more, and what the velocity carries on. Yours has "
            + "βv alone."
        ) { v, g, beta in (beta * v + g, beta * (beta * v + g)) },
        mistaken(
          "nesterov-undamped",
          "The step is g + βv with the new v. You added the whole v: the β before it is missing."
        ) { v, g, beta in (beta * v + g, g + (beta * v + g)) },
        mistaken(
          "nesterov-keeps-look-ahead",
          "g + βv is for this step only. What is kept for the next one is v = βv + g."
        ) { v, g, beta in
          let ahead = g + beta * (beta * v + g)
          return (ahead, ahead)
        },
        mistaken("nesterov-buffer-replaced", Sentence.replaced) { v, g, beta in
          (g, g + beta * g)
        },
        mistaken("nesterov-one-minus-beta", Sentence.average) { v, g, beta in
          let new = beta * v + (1 - beta) * g
          return (new, g + beta * new)
        },
        Misconception("nesterov-uphill", Sentence.uphill) {
          let (g, beta) = ($0.gradient, $0.beta)
          let v = beta * $0.velocity + g
          return ($0.parameter + $0.learningRate * (g + beta * v), v)
        },
      ],
      alternatives: [
        { question in
          // g = v′ - βv, so that the step is v′ + β(v′ - v).
          let new = question.beta * question.velocity + question.gradient
          let ahead = new + question.beta * (new - question.velocity)
          return (question.parameter - question.learningRate * ahead, new)
        },
        { question in
          elementwise(question) { theta, g, v, rate, beta in
            let new = v * beta + g
            return (theta - rate * (g + beta * new), new)
          }
        },
        { question in
          // Multiplied out: g + β(βv + g) = (1 + β)g + β²v.
          let (g, v, beta) = (question.gradient, question.velocity, question.beta)
          let ahead = (1 + beta) * g + (beta * beta) * v
          return (question.parameter - question.learningRate * ahead, beta * v + g)
        },
      ],
      attempt: asks {
        try $0.nesterovStep(
          $1.parameter, gradient: $1.gradient, velocity: $1.velocity,
          learningRate: $1.learningRate, beta: $1.beta)
      }
    )
  }

  private static func formula(_ question: MomentumQuestion, nesterov: Bool) -> MomentumAnswer {
    let (g, beta) = (question.gradient, question.beta)
    let v = beta * question.velocity + g
    let direction = nesterov ? g + beta * v : v
    return (question.parameter - question.learningRate * direction, v)
  }

  /// A wrong velocity to keep, and a wrong direction to go, from the old velocity, g and β.
  private static func mistaken(
    _ name: String, _ sentence: String,
    _ rule: @escaping (Matrix, Matrix, Double) -> (kept: Matrix, direction: Matrix)
  ) -> Misconception<MomentumQuestion, MomentumAnswer> {
    Misconception(name, sentence) {
      let (kept, direction) = rule($0.velocity, $0.gradient, $0.beta)
      return ($0.parameter - $0.learningRate * direction, kept)
    }
  }
}

/// Ideas that both exercises know.
private enum Sentence {
  static let replaced =
    "The velocity keeps earlier gradients: v ← βv + g, and the step goes along it. Yours knows this "
    + "gradient alone."
  static let average =
    "Here the gradient enters the velocity whole: v ← βv + g. The factor 1 - β belongs to the "
    + "running means of RMSprop and Adam."
  static let noFriction =
    "The old velocity is multiplied by beta. Without it a velocity never fades, and the steps "
    + "grow for ever."
  static let uphill = "Yours goes uphill: subtract learningRate times the direction, do not add it."
  static let rateInside =
    "Here the velocity is made of gradients alone: v ← βv + g. The learning rate comes in when the "
    + "parameter moves."
}

/// The same step number by number.
private func elementwise(
  _ question: MomentumQuestion,
  _ rule: (_ theta: Double, _ g: Double, _ v: Double, _ rate: Double, _ beta: Double)
    -> (Double, Double)
) -> MomentumAnswer {
  var (parameter, velocity) = (question.parameter, question.velocity)
  for i in 0..<parameter.count {
    (parameter.scalars[i], velocity.scalars[i]) = rule(
      parameter.scalars[i], question.gradient.scalars[i], velocity.scalars[i],
      question.learningRate, question.beta)
  }
  return (parameter, velocity)
}
