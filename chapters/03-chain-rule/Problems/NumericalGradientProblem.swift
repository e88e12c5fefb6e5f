import Autodiff
public import Checking
public import Core

/// A function, the place to differentiate it at, and the step.
public struct NumericalGradientQuestion: Question {
  /// The function's formula, for messages.
  public let formula: String
  public let f: (Matrix) throws -> Double
  public let x: Matrix
  public var step: Double

  public init(
    _ formula: String, at x: Matrix, step: Double, of f: @escaping (Matrix) throws -> Double
  ) {
    (self.formula, self.x, self.step, self.f) = (formula, x, step, f)
  }

  public var isPermitted: Bool { step > 0 }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("h", \.step)]
  }

  public var tensors: [(name: String, value: Matrix)] { [("x", x)] }
  public var summary: String { "f(x) = \(formula), x \(x.shape), h = \(step)" }

  static var cases: [Case<NumericalGradientQuestion>] {
    var generator = SplitMix64(caseSeed: 31)
    func random(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    // Wide steps, so that the one-sided and the central difference are told apart by their values.
    return [
      Case(.init("Σ x³", at: random([2, 3]), step: 0.1) { x in x.map { $0 * $0 * $0 }.sum() }),
      Case(
        .init("x₀·x₁² + x₁·eˣ²", at: random([3]), step: 0.25) { x in
          x[0] * x[1] * x[1] + x[1] * Double.exp(x[2])
        }),
      Case(
        .init("log Σ eˣ", at: random([4, 1]), step: 1e-3) { Double.log($0.map(Double.exp).sum()) }),
      Case(
        .init("x₀·x₁ + x₂²·x₃", at: Matrix(rows: [[0, 1], [2, 1]]), step: 0.2) { x in
          x.scalars[0] * x.scalars[1] + x.scalars[2] * x.scalars[2] * x.scalars[3]
        }),
      Case(.init("x²", at: random([1, 1]), step: 1e-5) { $0.squaredNorm() }),
      Case(.init("Σ x³", at: random([2, 2]), step: 1.3) { x in x.map { $0 * $0 * $0 }.sum() }),
      Case(
        .init("Σ x⁴", at: random([2, 1, 3]), step: 0.4) { x in x.map { $0 * $0 * $0 * $0 }.sum() }),
    ]
  }
}

extension Chapter03Problems {
  public static var numericalGradient: Problem<NumericalGradientQuestion, Matrix> {
    Problem(
      "3.1", "numericalGradient", minutes: 10, difficulty: 2, section: "Asking the function itself",
      hints: [
        "What does f do when one element of x alone goes up by h? And when it goes down by h?",
        "f(x) = x² at 3 with h = 0.1: f(3.1) = 9.61 and f(2.9) = 8.41. The heights are 1.2 "
          + "apart. How far apart are the places, and what is the slope?",
        "The result has x's shape. x.scalars lists the elements of any shape: one loop is enough.",
        "∂f/∂xᵢ ≈ (f(x + h·eᵢ) - f(x - h·eᵢ)) / 2h, where eᵢ is 1 at place i and 0 elsewhere",
        "for i in x.scalars.indices { var up = x; up.scalars[i] += h; let above = try f(up); "
          + "…; gradient.scalars[i] = (above - below) / … }",
      ],
      cases: NumericalGradientQuestion.cases,
      forward: nil,
      reference: { question in
        differences(question) { try Core.numericalGradient(of: $0.f, at: $0.x, step: $0.step) }
      },
      parts: [Part("gradient")],
      misconceptions: [
        oneByOne(
          "numerical-one-sided",
          "This is the one-sided difference, (f(x + h) - f(x))/h: its error shrinks like h only. "
            + "Step to both sides."
        ) { f, h in (try f(h) - f(0)) / h },
        oneByOne(
          "numerical-backward-sided",
          "This is the one-sided difference to the left, (f(x) - f(x - h))/h. Step to both sides."
        ) { f, h in (try f(0) - f(-h)) / h },
        oneByOne(
          "numerical-divided-by-h",
          "From x - h to x + h it is 2h, twice the step: you divided by h."
        ) { f, h in (try f(h) - f(-h)) / h },
        oneByOne(
          "numerical-half-steps",
          "You stepped by h/2 to each side, which is h apart, and divided by 2h."
        ) { f, h in (try f(h / 2) - f(-h / 2)) / (2 * h) },
        oneByOne(
          "numerical-step-of-its-own",
          "You use a step of your own, 1e-5. Use h, the step that you are given, even if it is large."
        ) { f, _ in (try f(1e-5) - f(-1e-5)) / 2e-5 },
        Misconception(
          "numerical-not-restored",
          "An element that you nudged keeps its nudge while the next ones are measured. "
            + "Put it back first."
        ) { question in
          differences(question) { question in
            var (point, gradient) = (question.x, question.x)
            for i in question.x.scalars.indices {
              point.scalars[i] += question.step
              let above = try question.f(point)
              point.scalars[i] -= 2 * question.step
              gradient.scalars[i] = (above - (try question.f(point))) / (2 * question.step)
            }
            return gradient
          }
        },
        Misconception(
          "numerical-all-at-once",
          "You nudged all elements together: that is the slope along one direction. "
            + "Nudge one element at a time."
        ) { question in
          differences(question) { question in
            let (x, h) = (question.x, question.step)
            let slope = (try question.f(x + h) - question.f(x - h)) / (2 * h)
            return Matrix(repeating: slope, shape: x.shape)
          }
        },
      ],
      alternatives: [
        { question in
          // One point, nudged in place and put back.
          differences(question) { question in
            var (point, gradient) = (question.x, question.x)
            for i in point.scalars.indices {
              let own = point.scalars[i]
              point.scalars[i] = own + question.step
              let above = try question.f(point)
              point.scalars[i] = own - question.step
              gradient.scalars[i] = (above - (try question.f(point))) / question.step / 2
              point.scalars[i] = own
            }
            return gradient
          }
        },
        { question in
          // The mean of the two one-sided differences.
          differences(question) { question in
            let (h, middle) = (question.step, try question.f(question.x))
            let slopes = try question.x.scalars.indices.map { i in
              var (right, left) = (question.x, question.x)
              right.scalars[i] += h
              left.scalars[i] -= h
              let (up, down) = (try question.f(right) - middle, middle - (try question.f(left)))
              return (up / h + down / h) / 2
            }
            return Matrix(slopes, shape: question.x.shape)
          }
        },
        { question in
          differences(question) { question in
            let (x, h) = (question.x, question.step)
            let slopes = try x.scalars.indices.map { i in
              let unit = x.scalars.indices.map { $0 == i ? h : 0 }
              let nudge = Matrix(unit, shape: x.shape)
              return try question.f(x + nudge) / (2 * h) - question.f(x - nudge) / (2 * h)
            }
            return Matrix(slopes, shape: x.shape)
          }
        },
      ],
      promise: asks { try numericalGradientPromise($1, $0.numericalGradient) },
      attempt: asks { try $0.numericalGradient(of: $1.f, at: $1.x, step: $1.step) }
    )
  }

  /// The answer of a method; a function that throws where it is asked has no gradient there.
  private static func differences(
    _ question: NumericalGradientQuestion,
    _ method: (NumericalGradientQuestion) throws -> Matrix
  ) -> Matrix {
    (try? method(question)) ?? Matrix(repeating: .nan, shape: question.x.shape)
  }

  /// A misconception about one element: f as a function of that element's nudge, and the step.
  private static func oneByOne(
    _ name: String, _ sentence: String,
    slope: @escaping (_ f: (Double) throws -> Double, _ h: Double) throws -> Double
  ) -> Misconception<NumericalGradientQuestion, Matrix> {
    Misconception(name, sentence) { question in
      differences(question) { question in
        var gradient = question.x
        for i in question.x.scalars.indices {
          func nudged(_ nudge: Double) throws -> Double {
            var point = question.x
            point.scalars[i] += nudge
            return try question.f(point)
          }
          gradient.scalars[i] = try slope(nudged, question.step)
        }
        return gradient
      }
    }
  }
}
