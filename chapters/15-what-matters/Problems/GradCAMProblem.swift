public import Checking
public import Core
import Importance

/// The feature maps of one image, and the gradient of a score with respect to them, `[c, h, w]`.
public struct GradCAMQuestion: Question {
  public var activations: Matrix, gradient: Matrix

  public init(activations: Matrix, gradient: Matrix) {
    (self.activations, self.gradient) = (activations, gradient)
  }

  init(_ channels: Int, _ height: Int, _ width: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix { Tensor(shape: [channels, height, width], using: &generator) }
    self.init(activations: draw(), gradient: draw())
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("A", \.activations), ("dA", \.gradient)]
  }
  public var isPermitted: Bool { true }

  fileprivate var channels: Int { activations.shape[0] }
  fileprivate var positions: Int { activations.count / channels }
  fileprivate var a: Matrix { activations.reshaped([channels, positions]) }
  fileprivate var dA: Matrix { gradient.reshaped([channels, positions]) }
  fileprivate var alpha: Matrix { dA.mean(axis: 1) }

  /// Σ α·A, as a map.
  fileprivate func weighted(_ alpha: Matrix, _ maps: Matrix? = nil) -> Matrix {
    matmul(alpha.reshaped([1, channels]), maps ?? a)
      .reshaped(Array(activations.shape.dropFirst()))
  }
}

/// max(0, x) of each element.
private func positive(_ x: Matrix) -> Matrix { x.map { max($0, 0) } }

extension Chapter15Problems {
  /// 15.6, where in its feature maps a network has found a class.
  public static var gradCAM: Problem<GradCAMQuestion, Matrix> {
    Problem(
      "15.6", "gradCAM", minutes: 15, difficulty: 2, section: "Where, in the feature maps",
      hints: [
        "Each channel is a map of one thing that the network looks for. How much does the class care for "
          + "that thing, as one number a channel? Then lay the maps over each other.",
        "Two channels, two positions. A = (1, 0) and (0, 3), dA = (4, 0) and (-1, -1): α = 2 and -1. First "
          + "position 2·1 - 1·0 = 2, second 2·0 - 1·3 = -3, which speaks against the class. What is shown "
          + "there?",
        "A and dA are [c, h, w], the map [h, w], α [c]. No subscript takes three places: read both as "
          + "matrices with .reshaped([c, h * w]), a channel a row.",
        "map = max(0, Σ over channels of α[c]·A[c]), α[c] = mean over positions of dA[c]",
        "let (c, h, w) = (activations.shape[0], …); let alpha = gradient.reshaped([c, h * w]).mean(axis: …); "
          + "let sum = matmul(alpha.reshaped([1, c]), …); return sum.map { max($0, …) }.reshaped([h, w])",
      ],
      cases: [
        Case(GradCAMQuestion(3, 2, 4, seed: 1551)), Case(GradCAMQuestion(2, 3, 3, seed: 1552)),
        Case(
          GradCAMQuestion(
            activations: Matrix([1, 2, 0, 1, 0, 1, 3, 1], shape: [2, 2, 2]),
            gradient: Matrix([0.4, 0, 0, 0.4, -0.1, -0.1, -0.1, -0.1], shape: [2, 2, 2]))),
        Case(GradCAMQuestion(1, 4, 2, seed: 1553)), Case(GradCAMQuestion(5, 1, 1, seed: 1554)),
        Case(GradCAMQuestion(4, 3, 2, seed: 1555)).rounded(), Case(against),
        Case(GradCAMQuestion(3, 5, 3, seed: 1557)),
      ],
      forward: nil,
      reference: {
        Importance.gradCAM(activations: $0.activations, gradient: $0.gradient)
      },
      parts: [Part("map")],
      misconceptions: [
        wrong(
          "relu-on-alpha",
          "A channel whose α is negative speaks against the class, and is subtracted. You dropped it: "
            + "max(0, …) is of the sum, not of α."
        ) { positive($0.weighted(positive($0.alpha))) },
        wrong(
          "mean-over-channels-first",
          "α is one number a channel, the mean over positions. You took the mean over the channels, one "
            + "number a position."
        ) { question in
          let slopes = question.dA.mean(axis: 0)
          let sums = question.a.sum(axis: 0)
          return positive(slopes * sums).reshaped(Array(question.activations.shape.dropFirst()))
        },
        wrong(
          "not-pooled",
          "You multiplied each place of A by its own slope. α is one number for the whole channel: the mean "
            + "of its slopes."
        ) { question in
          positive((question.dA * question.a).sum(axis: 0))
            .reshaped(Array(question.activations.shape.dropFirst()))
        },
        wrong(
          "no-relu", "What speaks against the class is not shown: the sum is cut at 0."
        ) { $0.weighted($0.alpha) },
        wrong(
          "absolute", "The sum is cut at 0: max(0, …). You took its absolute value."
        ) { $0.weighted($0.alpha).map { abs($0) } },
        wrong(
          "maximum-for-mean", "α is the mean of a channel's slopes. You took the largest."
        ) { question in
          let largest = (0..<question.channels).map { question.dA.rows([$0]).max() }
          return positive(question.weighted(Matrix(largest)))
        },
        wrong(
          "sum-for-mean",
          "α is the mean of a channel's slopes over its positions. You took their sum."
        ) { positive($0.weighted($0.dA.sum(axis: 1))) },
        wrong(
          "relu-before-sum",
          "The channels are added first, and the sum is cut at 0. You cut each channel's part, and nothing "
            + "can be subtracted any more."
        ) { question in
          var parts = question.a
          for c in 0..<parts.rows {
            for p in 0..<parts.columns { parts[c, p] = max(question.alpha[c] * parts[c, p], 0) }
          }
          return parts.sum(axis: 0).reshaped(Array(question.activations.shape.dropFirst()))
        },
        wrong(
          "mean-of-channels", "The channels' parts are added up. You took their mean."
        ) { positive($0.weighted($0.alpha)) / Double($0.channels) },
        wrong(
          "pooled-activations",
          "α is the mean of the slopes, and A stays a map. You took the means of A, and the slopes as maps."
        ) { positive($0.weighted($0.a.mean(axis: 1), $0.dA)) },
        wrong(
          "normalized",
          "The map is as it comes. You divided it by its largest number, which is for drawing alone, and 0/0 "
            + "where nothing speaks for the class."
        ) { question in
          let map = positive(question.weighted(question.alpha))
          return map / map.max()
        },
      ],
      alternatives: [
        { question in
          // Element by element.
          let (c, h, w) = (
            question.channels, question.activations.shape[1], question.activations.shape[2]
          )
          var map = Matrix(shape: [h, w])
          for channel in 0..<c {
            var alpha = 0.0
            for p in 0..<h * w { alpha += question.gradient.scalars[channel * h * w + p] }
            alpha /= Double(h * w)
            for p in 0..<h * w {
              map.scalars[p] += alpha * question.activations.scalars[channel * h * w + p]
            }
          }
          return map.map { $0 > 0 ? $0 : 0 }
        },
        { question in
          let sums = question.dA.sum(axis: 1).reshaped([question.channels, 1])
          let map = matmul(transposed: question.a, sums)  // [positions, 1]
          return positive(map / Double(question.positions))
            .reshaped(Array(question.activations.shape.dropFirst()))
        },
        { question in
          // α as images of one number each.
          var slopes = question.dA
          for c in 0..<slopes.rows {
            for p in 0..<slopes.columns { slopes[c, p] = question.alpha[c] }
          }
          return positive((slopes * question.a).sum(axis: 0))
            .reshaped(Array(question.activations.shape.dropFirst()))
        },
      ],
      attempt: asks {
        try $0.gradCAM(activations: $1.activations, gradient: $1.gradient)
      }
    )
  }

  /// Maps behind a ReLU, and slopes that are all negative: nothing is left.
  private static var against: GradCAMQuestion {
    var question = GradCAMQuestion(2, 2, 2, seed: 1556)
    question.activations = question.activations.map { abs($0) }
    question.gradient = question.gradient.map { -abs($0) }
    return question
  }

  private static func wrong(
    _ name: String, _ sentence: String, answer: @escaping (GradCAMQuestion) -> Matrix
  ) -> Misconception<GradCAMQuestion, Matrix> {
    Misconception("cam-" + name, sentence, answer: answer)
  }
}
