public import Checking
public import Core

/// The gradients of the weights of a network, from the first layer to the last.
public struct WeightGradientsQuestion: Question {
  public let gradients: [Matrix]

  public init(gradients: [Matrix]) { self.gradients = gradients }

  init(_ shapes: [[Int]], shrinking factor: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    var size = 1.0
    gradients = shapes.map { shape in
      size *= factor
      return Tensor(standardDeviation: size, shape: shape, using: &generator)
    }
  }

  public var isPermitted: Bool { true }
  public var tensors: [(name: String, value: Matrix)] {
    gradients.enumerated().map { ("dW\($0 + 1)", $1) }
  }
  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ")
  }
  public var label: String { "\(gradients.count) layer\(gradients.count == 1 ? "" : "s")" }
}

extension Chapter07Problems {
  /// 7.2, the Euclidean length of each layer's weight gradient.
  public static var gradientNorms: Problem<WeightGradientsQuestion, [Double]> {
    func wrong(
      _ name: String, _ sentence: String, _ norm: @escaping (Matrix) -> Double
    ) -> Misconception<WeightGradientsQuestion, [Double]> {
      Misconception(name, sentence) { $0.gradients.map(norm) }
    }
    return Problem(
      "7.2", "gradientNormPerLayer", minutes: 8, difficulty: 1, section: "A thermometer for depth",
      hints: [
        "How long is an arrow whose coordinates are all elements of dW?",
        "For dW = (3, -4) Pythagoras says it: 9 + 16 = 25, and the arrow is 5 long.",
        "gradients holds one matrix a layer, [in, out], each of a shape of its own. The answer "
          + "holds one number a layer, in the same order.",
        "‖dW‖ = √(Σ dW²), over all elements of one layer",
        "return gradients.map { dW in (dW * dW).sum()… }",
      ],
      cases: [
        Case(WeightGradientsQuestion([[5, 3], [3, 4], [4, 2]], shrinking: 0.5, seed: 71)),
        Case(WeightGradientsQuestion([[4, 4], [4, 4]], shrinking: 30, seed: 72)),
        Case(WeightGradientsQuestion([[1, 6]], shrinking: 1, seed: 73)),
        Case(
          WeightGradientsQuestion(gradients: [Matrix(shape: [2, 3]), Matrix(rows: [[-3, 4]])])),
      ],
      forward: nil,
      reference: { $0.gradients.map { $0.norm() } },
      parts: [Part("norms") { Matrix($0) }],
      misconceptions: [
        wrong("norm-squared", "Σ dW² is the square of the length: the root is missing.") {
          $0.squaredNorm()
        },
        wrong(
          "norm-of-absolute-values",
          "Σ abs(dW) is another measure of size. The Euclidean length is √(Σ dW²)."
        ) { $0.map { abs($0) }.sum() },
        wrong(
          "norm-averaged",
          "√(mean of dW²) forgets how many weights there are. The length has the sum under the root."
        ) { ($0.squaredNorm() / Double($0.count)).squareRoot() },
        wrong("norm-largest-element", "The length counts all elements, not the largest alone.") {
          $0.map { abs($0) }.max()
        },
        wrong(
          "norm-of-the-sum", "In Σ dW gradients of opposite signs cancel: square first, then sum."
        ) { abs($0.sum()) },
        Misconception(
          "norm-not-reset",
          "Each layer's sum begins at 0. Yours goes on with that of the layers before it."
        ) { question in
          var sum = 0.0
          return question.gradients.map {
            sum += $0.squaredNorm()
            return sum.squareRoot()
          }
        },
        Misconception(
          "norm-of-all-layers",
          "Each layer has a length of its own. You joined all layers in one sum."
        ) { question in
          let sum = question.gradients.reduce(0) { $0 + $1.squaredNorm() }
          return question.gradients.map { _ in sum.squareRoot() }
        },
        Misconception(
          "norm-last-layer-first",
          "The order is that of the list, from the first layer to the last. Yours is the reverse."
        ) { $0.gradients.reversed().map { $0.norm() } },
      ],
      alternatives: [
        { question in
          // The trace of dWᵀ·dW.
          question.gradients.map { dW in
            let product = matmul(transposed: dW, dW)
            return (0..<dW.columns).reduce(0) { $0 + product[$1, $1] }.squareRoot()
          }
        },
        { question in
          question.gradients.map { dW in
            var sum = 0.0
            for row in (0..<dW.rows).reversed() {
              for column in 0..<dW.columns { sum += Double.pow(dW[row, column], 2) }
            }
            return sum.squareRoot()
          }
        },
        { question in
          // The largest element taken out first, so that no square overflows.
          question.gradients.map { dW in
            let largest = dW.map { abs($0) }.max()
            return largest == 0 ? 0 : largest * (dW / largest).norm()
          }
        },
      ],
      attempt: asks { try $0.gradientNormPerLayer($1.gradients) }
    )
  }
}
