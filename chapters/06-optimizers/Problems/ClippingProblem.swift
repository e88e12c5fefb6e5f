public import Checking
public import Core
import Training

/// The gradients of several parameters, and how long they may be together.
public struct ClippingQuestion: Question {
  public let gradients: [Matrix]
  public var limit: Double

  public init(gradients: [Matrix], limit: Double) {
    (self.gradients, self.limit) = (gradients, limit)
  }

  init(_ shapes: [[Int]], size: Double, limit: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    self.init(
      gradients: shapes.map { size * Tensor(shape: $0, using: &generator) }, limit: limit)
  }

  public var isPermitted: Bool { limit > 0 }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("limit", \.limit)]
  }

  public var tensors: [(name: String, value: Matrix)] {
    gradients.enumerated().map { ("gradients[\($0)]", $1) }
  }

  private var norm: Double { gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot() }

  public var summary: String {
    "gradients \(gradients.map(\.shape)) of norm \(digits(norm, 4)), limit \(digits(limit))"
  }
  public var label: String { "norm \(digits(norm, 4)), limit \(digits(limit))" }
}

extension Chapter06Problems {
  /// 6.5, clipping by the norm of all gradients together.
  public static var clipByGlobalNorm: Problem<ClippingQuestion, [Matrix]> {
    Problem(
      "6.5", "clipByGlobalNorm", minutes: 10, difficulty: 2, section: "Clipping",
      hints: [
        "One length for all tensors together, one factor for all of them, and the factor is never "
          + "more than 1.",
        "Two tensors of one number, (3) and (4), limit 1: together they are √(9 + 16) = 5 long, and "
          + "become (0.6) and (0.8). With limit 10, what becomes of them?",
        "‖g‖ and the factor are numbers; each tensor keeps its shape. tensor.squaredNorm() is the "
          + "sum of its squares.",
        "‖g‖ = √(Σ of the squares of all numbers in all tensors), then g ← g·min(1, c/‖g‖)",
        "let norm = gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot(); "
          + "if norm <= limit { return … }; return gradients.map { $0 * … }",
      ],
      cases: [
        Case(ClippingQuestion([[3, 2], [2], [1, 4]], size: 2, limit: 1, seed: 91)),
        Case(ClippingQuestion([[2, 2], [3]], size: 0.1, limit: 5, seed: 92)),
        Case(ClippingQuestion([[4]], size: 40, limit: 0.7, seed: 93)),
        Case(ClippingQuestion(gradients: [Matrix([3, 0]), Matrix([0, -4])], limit: 5)),
        Case(ClippingQuestion(gradients: [Matrix([3, 0]), Matrix([0.1, -4])], limit: 4)),
        Case(ClippingQuestion(gradients: [Matrix([0, 0]), Matrix([0])], limit: 1)),
      ],
      forward: nil,
      reference: library,
      parts: [Part("the number of tensors") { Matrix([Double($0.count)], shape: []) }]
        + (0..<3).map { index in
          // A case with fewer tensors has nothing in the last places.
          Part("gradients[\(index)]") { index < $0.count ? $0[index] : Matrix(shape: [0]) }
        },
      misconceptions: clippingMisconceptions,
      alternatives: [
        { question in
          // Shortened in place, by the norm over the limit.
          var (gradients, sum) = (question.gradients, 0.0)
          for gradient in gradients { for g in gradient.scalars { sum += g * g } }
          let ratio = max(1, sum.squareRoot() / question.limit)
          for i in gradients.indices { gradients[i] = gradients[i] / ratio }
          return gradients
        },
        { question in
          let squares = question.gradients.flatMap(\.scalars).map { $0 * $0 }
          let norm = squares.reduce(0, +).squareRoot()
          let factor = norm > 0 ? min(1, question.limit / norm) : 1
          return question.gradients.map { gradient in gradient.map { factor * $0 } }
        },
        { question in
          // c/‖g‖ is infinite where all gradients are 0, and min(1, ∞) is 1.
          let norm = question.gradients.map { $0.norm() * $0.norm() }.reduce(0, +).squareRoot()
          return question.gradients.map { $0 * min(1, question.limit / norm) }
        },
      ],
      attempt: asks { try $0.clipByGlobalNorm($1.gradients, limit: $1.limit) }
    )
  }

  private static func library(_ question: ClippingQuestion) -> [Matrix] {
    var all = Gradients(tensors: question.gradients)
    all.clip(byGlobalNorm: question.limit)
    return all.tensors
  }

  private static var clippingMisconceptions: [Misconception<ClippingQuestion, [Matrix]>] {
    [
      Misconception(
        "clip-each-by-own-norm",
        "All tensors share one norm and one factor. You clipped each by its own norm, which bends "
          + "the direction of the whole step."
      ) { question in
        question.gradients.map { $0 * min(1, question.limit / $0.norm()) }
      },
      mistaken(
        "clip-scales-up",
        "A gradient shorter than the limit stays as it is: the factor is min(1, c/‖g‖). Yours makes "
          + "small gradients larger."
      ) { norm, limit in norm == 0 ? 1 : limit / norm },
      mistaken(
        "clip-scales-always",
        "The factor is min(1, c/‖g‖). Yours is c/‖g‖ always: it makes small gradients larger, and "
          + "where all are 0 it is infinite."
      ) { norm, limit in limit / norm },
      Misconception(
        "clip-by-largest-norm",
        "You took the norm of the longest tensor for that of all. Add up the squares of every tensor "
          + "before you take the root."
      ) { question in
        let norm = question.gradients.map { $0.norm() }.max() ?? 0
        return question.gradients.map { norm > question.limit ? $0 * (question.limit / norm) : $0 }
      },
      Misconception(
        "clip-by-value",
        "You cut each number off at the limit, which bends the direction. Here the whole gradient "
          + "is shortened by one factor."
      ) { question in
        question.gradients.map { $0.map { min(max($0, -question.limit), question.limit) } }
      },
      mistaken(
        "clip-square-root-forgotten",
        "The norm is the root of the sum of squares. You divided by the sum itself."
      ) { norm, limit in min(1, limit / (norm * norm)) },
      mistaken(
        "clip-limit-forgotten",
        "A long gradient is cut to the length limit: the factor is c/‖g‖. Yours is 1/‖g‖."
      ) { norm, limit in norm > limit ? 1 / norm : 1 },
      mistaken(
        "clip-epsilon-in-norm",
        "Nothing is added to the norm here. Some libraries divide by ‖g‖ + 10⁻⁶; since only norms "
          + "above the limit are divided by, there is no 0 to fear."
      ) { norm, limit in min(1, limit / (norm + 1e-6)) },
      Misconception(
        "clip-sum-of-norms",
        "The norm of all is the root of all squares together, not the sum of the tensors' norms: that "
          + "is longer, and you clip too much."
      ) { question in
        let norm = question.gradients.reduce(0) { $0 + $1.norm() }
        return question.gradients.map { $0 * min(1, question.limit / norm) }
      },
      Misconception(
        "clip-by-first-norm",
        "You took the norm of the first tensor for that of all. Add up the squares of every tensor "
          + "before you take the root."
      ) { question in
        let norm = question.gradients[0].norm()
        return question.gradients.map { norm > question.limit ? $0 * (question.limit / norm) : $0 }
      },
      Misconception(
        "clip-by-last-norm",
        "Each tensor has overwritten the norm of the one before, so that only the last one counts. "
          + "Add its squares to a sum (+=), and take the root at the end."
      ) { question in
        let norm = question.gradients[question.gradients.count - 1].norm()
        return question.gradients.map { norm > question.limit ? $0 * (question.limit / norm) : $0 }
      },
      Misconception(
        "clip-by-largest-number",
        "The norm is the root of the sum of squares. You took the largest number for it."
      ) { question in
        let largest = question.gradients.flatMap(\.scalars).map { abs($0) }.max() ?? 0
        return question.gradients.map { $0 * min(1, question.limit / largest) }
      },
    ]
  }

  private static func mistaken(
    _ name: String, _ sentence: String,
    factor: @escaping (_ norm: Double, _ limit: Double) -> Double
  ) -> Misconception<ClippingQuestion, [Matrix]> {
    Misconception(name, sentence) { question in
      let norm = question.gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
      return question.gradients.map { $0 * factor(norm, question.limit) }
    }
  }
}

/// Tensors in a row, as the library's clipping takes them.
private struct Gradients: ParameterSet {
  var tensors: [Matrix]

  mutating func visit(_ other: Gradients, _ body: (String, inout Matrix, Matrix) -> Void) {
    for index in tensors.indices { body("\(index)", &tensors[index], other.tensors[index]) }
  }
}
