public import Checking
public import Core
import Training

/// A parameter, its gradient, the two running means, and the number of the step.
public struct AdamQuestion: Question {
  public var parameter: Matrix
  public var gradient: Matrix
  public var m: Matrix
  public var v: Matrix
  /// t, from 1.
  public let step: Int
  public var learningRate: Double
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double

  public init(
    parameter: Matrix, gradient: Matrix, m: Matrix, v: Matrix, step: Int, learningRate: Double,
    beta1: Double, beta2: Double, epsilon: Double
  ) {
    (self.parameter, self.gradient, self.m, self.v) = (parameter, gradient, m, v)
    (self.step, self.learningRate) = (step, learningRate)
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
  }

  init(
    _ shape: [Int], step: Int, size: Double = 1, learningRate: Double = 0.1, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double = 1e-8, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: shape, using: &generator) }
    let parameter = draw()
    let gradient = size * draw()
    // What step - 1 earlier gradients of this size may have left.
    let (share1, share2) = (
      1 - Double.pow(beta1, Double(step - 1)), 1 - Double.pow(beta2, Double(step - 1))
    )
    let m = (share1 * size) * draw()
    let earlier = size * draw()
    self.init(
      parameter: parameter, gradient: gradient, m: m, v: share2 * (earlier * earlier), step: step,
      learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
  }

  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("step", \.step)]
  }
  public var isPermitted: Bool {
    learningRate > 0 && 0 <= beta1 && beta1 < 1 && 0 <= beta2 && beta2 < 1 && epsilon > 0
      && v.scalars.allSatisfy { $0 >= 0 }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("parameter", \.parameter), ("gradient", \.gradient), ("m", \.m), ("v", \.v)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [
      ("learningRate", \.learningRate), ("beta1", \.beta1), ("beta2", \.beta2),
      ("epsilon", \.epsilon),
    ]
  }

  public var summary: String {
    "parameter, gradient, m, v \(parameter.shape), step \(step), gradients near "
      + "\(digits(gradient.norm() / Double(max(gradient.count, 1)).squareRoot(), 1)), "
      + "epsilon \(digits(epsilon))"
  }
  public var label: String { "\(parameter.shape), step \(step)" }
}

/// What a step of Adam returns.
public typealias AdamAnswer = (parameter: Matrix, m: Matrix, v: Matrix)

extension Chapter06Problems {
  /// 6.4, one step of Adam, bias-corrected.
  public static var adam: Problem<AdamQuestion, AdamAnswer> {
    Problem(
      "6.4", "adamStep", minutes: 15, difficulty: 3, section: "Adam",
      hints: [
        "Five lines: the two running means, their two corrections, the step. Only the uncorrected "
          + "means are returned.",
        "g = 5 at the first step, β₁ = 0.9: m is 0.5, and 0.5/(1 - 0.9) = 5, as it should be. With "
          + "β₂ = 0.999 v is 0.025: what must it be divided by to be 25? And at the second step?",
        "m, v, m̂, v̂ have the parameter's shape; 1 - β₁ᵗ and 1 - β₂ᵗ are numbers. "
          + "βᵗ is Double.pow(beta, Double(step)), with step as it is given: the first is 1.",
        "m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², m̂ = m/(1 - β₁ᵗ), v̂ = v/(1 - β₂ᵗ), "
          + "θ ← θ - η·m̂/(√v̂ + ε)",
        "let newM = beta1 * m + (1 - beta1) * gradient; let newV = …; "
          + "let mHat = newM / (1 - Double.pow(beta1, Double(step))); let vHat = …; "
          + "return (parameter - learningRate * mHat / (vHat.map { $0.squareRoot() } + …), newM, newV)",
      ],
      cases: [
        Case(AdamQuestion([3, 2], step: 3, seed: 81)),
        Case(AdamQuestion([4], step: 1, seed: 82)),
        Case(AdamQuestion([2, 2], step: 2, size: 1e-7, epsilon: 1e-6, seed: 83)),
        Case(AdamQuestion([1, 3], step: 40, beta1: 0.5, beta2: 0.8, epsilon: 0.1, seed: 84)),
        Case(
          AdamQuestion([2, 1, 2, 2], step: 900, size: 50, learningRate: 2, seed: 85)),
        Case(
          AdamQuestion(
            parameter: Matrix([1, -2, 3]), gradient: Matrix([0, 2, -4]), m: Matrix([0, 0, 1]),
            v: Matrix([0, 0, 4]), step: 5, learningRate: 0.2, beta1: 0.7, beta2: 0.95,
            epsilon: 1e-4)),
        Case(
          AdamQuestion(
            [3, 3], step: 4, learningRate: 0.7, beta1: 0.8, beta2: 0.9, epsilon: 1.3, seed: 86)
        )
        .rounded(),
      ],
      forward: nil,
      reference: { AdamByHand().answer($0) },
      parts: [Part("parameter") { $0.parameter }, Part("m") { $0.m }, Part("v") { $0.v }],
      misconceptions: adamMisconceptions,
      alternatives: [
        { question in
          // Number by number, each corrected as it comes.
          var (theta, m, v) = (question.parameter, question.m, question.v)
          var (power1, power2) = (1.0, 1.0)
          for _ in 0..<question.step {
            power1 *= question.beta1
            power2 *= question.beta2
          }
          for i in theta.scalars.indices {
            let g = question.gradient.scalars[i]
            m.scalars[i] = question.beta1 * m.scalars[i] + g - question.beta1 * g
            v.scalars[i] = question.beta2 * v.scalars[i] + g * g - question.beta2 * g * g
            let root = (v.scalars[i] / (1 - power2)).squareRoot()
            theta.scalars[i] -=
              question.learningRate * (m.scalars[i] / (1 - power1)) / (root + question.epsilon)
          }
          return (theta, m, v)
        },
        { question in
          // The library's rule, in one pass over memory.
          var theta = question.parameter
          let (g, b1, b2) = (question.gradient, question.beta1, question.beta2)
          var (m, v) = (question.m.scalars, question.v.scalars)
          AdamRule(
            beta1: b1, beta2: b2, epsilon: question.epsilon, learningRate: question.learningRate,
            step: question.step
          ).update(&theta.scalars, g.scalars, &m, &v)
          return (theta, Matrix(m, shape: g.shape), Matrix(v, shape: g.shape))
        },
        { question in
          // The corrections moved into the rate and ε, as in the paper's remark after algorithm 1.
          var (theta, m, v) = (question.parameter, question.m, question.v)
          let t = Double(question.step)
          let root2 = (1 - Double.pow(question.beta2, t)).squareRoot()
          let rate = question.learningRate * root2 / (1 - Double.pow(question.beta1, t))
          for i in 0..<theta.count {
            let g = question.gradient.scalars[i]
            m.scalars[i] += (1 - question.beta1) * (g - m.scalars[i])
            v.scalars[i] += (1 - question.beta2) * (g * g - v.scalars[i])
            theta.scalars[i] -=
              rate * m.scalars[i] / (v.scalars[i].squareRoot() + question.epsilon * root2)
          }
          return (theta, m, v)
        },
      ],
      attempt: asks {
        try $0.adamStep(
          $1.parameter, gradient: $1.gradient, m: $1.m, v: $1.v, step: $1.step,
          learningRate: $1.learningRate, beta1: $1.beta1, beta2: $1.beta2, epsilon: $1.epsilon)
      }
    )
  }

  private static var adamMisconceptions: [Misconception<AdamQuestion, AdamAnswer>] {
    [
      mistaken(
        "adam-no-bias-correction",
        "m and v begin at 0 and are too small at first: divide them by 1 - β₁ᵗ and 1 - β₂ᵗ before "
          + "the step."
      ) { $0.correction = { _, _ in 1 } },
      mistaken(
        "adam-v-not-corrected",
        "v needs its correction as well as m: divide it by 1 - β₂ᵗ, or the first steps are too long."
      ) { $0.correctsV = false },
      mistaken(
        "adam-m-not-corrected",
        "m needs its correction as well as v: divide it by 1 - β₁ᵗ, or the first steps are too short."
      ) { $0.correctsM = false },
      mistaken(
        "adam-step-from-zero",
        "Steps count from 1, and step is already that: β to the power of step. Yours is one behind, "
          + "and divides by 0 at the first step."
      ) { $0.correction = { beta, t in 1 - Double.pow(beta, Double(t - 1)) } },
      mistaken(
        "adam-step-one-ahead",
        "step is t already, 1 at the first step. You raised β to one more than that."
      ) { $0.correction = { beta, t in 1 - Double.pow(beta, Double(t + 1)) } },
      mistaken(
        "adam-correction-without-power",
        "The corrections fade with time: 1 - β to the power of step. You divided by 1 - β at every "
          + "step."
      ) { $0.correction = { beta, _ in 1 - beta } },
      mistaken(
        "adam-epsilon-inside",
        "ε stands outside the root: m̂/(√v̂ + ε). Inside, √(v̂ + ε), it outweighs every small gradient."
      ) { $0.divisor = { ($0 + $1).squareRoot() } },
      mistaken(
        "adam-epsilon-left-out",
        "ε is missing: where v is 0 this divides by 0. The divisor is √v̂ + ε."
      ) { rule in rule.divisor = { vHat, _ in vHat.squareRoot() } },
      Misconception(
        "adam-old-moments",
        "The step is taken with the new m and v, which have this gradient in them. You corrected and "
          + "used the old ones."
      ) { question in
        let (_, m, v) = AdamByHand().answer(question)
        var rule = AdamByHand()
        rule.first = { m, _, _ in m }
        rule.second = { v, _, _ in v }
        return (rule.answer(question).parameter, m, v)
      },
      Misconception(
        "adam-squares-of-m",
        "v is the mean of the squares of g, the gradient. You squared m."
      ) { question in
        let m = AdamByHand().answer(question).m
        var rule = AdamByHand()
        rule.second = { v, _, beta in beta * v + (1 - beta) * (m * m) }
        return rule.answer(question)
      },
      mistaken(
        "adam-root-forgotten",
        "Divide by the root of v̂, which is as large as the gradients. You divided by v̂ itself."
      ) { $0.divisor = { $0 + $1 } },
      mistaken(
        "adam-sums",
        "The new gradient enters m with the factor 1 - β₁, its square enters v with 1 - β₂: they are "
          + "means, not sums."
      ) {
        $0.first = { m, g, beta in beta * m + g }
        $0.second = { v, g, beta in beta * v + g * g }
      },
      mistaken(
        "adam-buffers-replaced",
        "m and v remember: the old ones, times β, belong into the new ones. Yours have this gradient "
          + "alone."
      ) {
        $0.first = { _, g, beta in (1 - beta) * g }
        $0.second = { _, g, beta in (1 - beta) * (g * g) }
      },
      mistaken(
        "adam-betas-swapped",
        "β₁ belongs to m, the mean of gradients, β₂ to v, the mean of squares. You swapped them."
      ) { $0.swapsBetas = true },
      mistaken(
        "adam-keeps-corrected",
        "Keep m and v as they are, and return those. The corrected ones are for this step only, or "
          + "the next step corrects them again."
      ) { $0.keepsCorrected = true },
    ]
  }

  private static func mistaken(
    _ name: String, _ sentence: String, change: @escaping (inout AdamByHand) -> Void
  ) -> Misconception<AdamQuestion, AdamAnswer> {
    Misconception(name, sentence) {
      var rule = AdamByHand()
      change(&rule)
      return rule.answer($0)
    }
  }
}

/// Adam line by line, with lines that can be replaced by wrong ones.
private struct AdamByHand {
  var first: (Matrix, Matrix, Double) -> Matrix = { m, g, beta in beta * m + (1 - beta) * g }
  var second: (Matrix, Matrix, Double) -> Matrix = { v, g, beta in beta * v + (1 - beta) * (g * g) }
  var correction: (_ beta: Double, _ step: Int) -> Double = { 1 - Double.pow($0, Double($1)) }
  var divisor: (_ vHat: Double, _ epsilon: Double) -> Double = { $0.squareRoot() + $1 }
  var correctsM = true
  var correctsV = true
  var swapsBetas = false
  var keepsCorrected = false

  func answer(_ question: AdamQuestion) -> AdamAnswer {
    let (beta1, beta2) =
      swapsBetas ? (question.beta2, question.beta1) : (question.beta1, question.beta2)
    let m = first(question.m, question.gradient, beta1)
    let v = second(question.v, question.gradient, beta2)
    let mHat = m / (correctsM ? correction(beta1, question.step) : 1)
    let vHat = v / (correctsV ? correction(beta2, question.step) : 1)
    let step = mHat / vHat.map { divisor($0, question.epsilon) }
    let parameter = question.parameter - question.learningRate * step
    return keepsCorrected ? (parameter, mHat, vHat) : (parameter, m, v)
  }
}
