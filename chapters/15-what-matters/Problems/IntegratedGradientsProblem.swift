public import Checking
public import Core
import Importance

/// A point, a baseline, and a function whose gradient is known: f(p) = pᵀAp + Σ c·p³.
public struct IntegratedGradientsQuestion: Question {
  public var x: Matrix, baseline: Matrix
  /// A, `[n, n]`, and c, `[n]`, for a point of n numbers.
  public var curvature: Matrix, cubic: Matrix
  public let steps: Int
  /// The gradient, where it is a network's.
  private let known: ((Matrix) throws -> Matrix)?

  public init(x: Matrix, baseline: Matrix, curvature: Matrix, cubic: Matrix, steps: Int) {
    (self.x, self.baseline, self.steps) = (x, baseline, steps)
    (self.curvature, self.cubic, known) = (curvature, cubic, nil)
  }

  /// A question about a network.
  public init(
    x: Matrix, baseline: Matrix, steps: Int, gradient: @escaping (Matrix) throws -> Matrix
  ) {
    (self.x, self.baseline, self.steps) = (x, baseline, steps)
    (curvature, cubic, known) = (Matrix(shape: [0, 0]), Matrix(shape: [0]), gradient)
  }

  init(_ shape: [Int], steps: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let n = shape.reduce(1, *)
    self.init(
      x: draw(shape), baseline: draw(shape), curvature: draw([n, n]), cubic: draw([n]),
      steps: steps)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("baseline", \.baseline), ("A", \.curvature), ("c", \.cubic),
    ]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("steps", \.steps)] }
  public var isPermitted: Bool { steps >= 1 }
  public var summary: String { "x \(x.shape), baseline \(baseline.shape), \(steps) steps" }

  /// ∂f/∂p = (A + Aᵀ)p + 3c·p², or the network's.
  public func gradient(_ point: Matrix) throws -> Matrix {
    if let known { return try known(point) }
    return ownSlope(point)
  }

  /// The same for known answers; a network's gradient throws nothing.
  fileprivate func slope(_ point: Matrix) -> Matrix { answer("15.5") { try gradient(point) } }

  private func ownSlope(_ point: Matrix) -> Matrix {
    let n = point.count
    let column = point.reshaped([n, 1])
    let quadratic = matmul(curvature + curvature.transposed, column)
    let cubes = 3 * cubic.reshaped([n, 1]) * column * column
    return (quadratic + cubes).reshaped(point.shape)
  }

  fileprivate var way: Matrix { x - baseline }

  /// The mean slope at some shares of the way, each with a weight.
  fileprivate func meanSlope(at shares: [(share: Double, weight: Double)]) -> Matrix {
    shares.reduce(0 * x) { $0 + $1.weight * slope(baseline + $1.share * way) }
  }

  /// Shares of the way, of one weight each.
  fileprivate func shares(_ offset: Double) -> [(share: Double, weight: Double)] {
    (0..<steps).map { ((Double($0) + offset) / Double(steps), 1 / Double(steps)) }
  }
}

extension Chapter15Problems {
  /// 15.5, what has made the difference between two inputs.
  public static var integratedGradients: Problem<IntegratedGradientsQuestion, Matrix> {
    Problem(
      "15.5", "integratedGradients", minutes: 20, difficulty: 2, section: "From nothing to here",
      hints: [
        "Walk from the baseline to x in a straight line, and stop in the middle of each of K pieces. What do "
          + "you ask there, and what do you do with the K answers?",
        "One number, f(p) = p², slope 2p, from x′ = 1 to x = 3 in K = 2 pieces: the middles are 1.5 and 2.5, "
          + "the slopes 3 and 5, their mean 4. Times the way, 2: 8, which is f(3) - f(1). With the ends of the "
          + "pieces in place of their middles, what would come out?",
        "x, the baseline, each point, each gradient and the map have one shape. The share of the way is one "
          + "number for all: (Double(k) + 0.5) / Double(steps).",
        "map = (x - x′) ⊙ 1/K Σₖ gradient(x′ + (k + ½)/K·(x - x′)), k = 0…K-1",
        "let way = x - baseline; var sum = Matrix(shape: x.shape); for k in 0..<steps { sum += try "
          + "gradient(baseline + … * way) }; return way * … / …",
      ],
      cases: [
        Case(IntegratedGradientsQuestion([4], steps: 3, seed: 1541)),
        Case(IntegratedGradientsQuestion([2, 3], steps: 5, seed: 1542)),
        Case(golden),
        Case(IntegratedGradientsQuestion([1], steps: 1, seed: 1543)),
        Case(IntegratedGradientsQuestion([3, 3], steps: 2, seed: 1544)).rounded("x", "baseline"),
        Case(fromZeros),
        Case(IntegratedGradientsQuestion([1, 1, 2, 2], steps: 4, seed: 1546)),
      ],
      forward: nil,
      reference: { question in
        answer("15.5") {
          try Importance.integratedGradients(
            at: question.x, baseline: question.baseline, steps: question.steps,
            gradient: question.gradient)
        }
      },
      parts: [Part("map")],
      misconceptions: integratedMisconceptions,
      alternatives: [
        { question in
          // From x backwards.
          var sum = Matrix(shape: question.x.shape)
          for k in (0..<question.steps).reversed() {
            let share = (2 * Double(k) + 1) / Double(2 * question.steps)
            sum += question.slope(share * question.x + (1 - share) * question.baseline)
          }
          return sum * question.way / Double(question.steps)
        },
        { question in
          // A piece at a time, each with its own share of the way.
          let piece = question.way / Double(question.steps)
          var (point, map) = (question.baseline + 0.5 * piece, Matrix(shape: question.x.shape))
          for _ in 0..<question.steps {
            map += piece * question.slope(point)
            point += piece
          }
          return map
        },
        { $0.way * $0.meanSlope(at: $0.shares(0.5)) },
      ],
      given: {
        [
          ("x", $0.x), ("baseline", $0.baseline), ("x - baseline", $0.way),
          ("the mean slope", $0.meanSlope(at: $0.shares(0.5))), ("the slope at x", $0.slope($0.x)),
        ]
      },
      promise: asks { answers, question in
        keptError(of: "gradient") { error in
          _ = try answers.integratedGradients(
            at: question.x, baseline: question.baseline, steps: question.steps
          ) { _ in throw error }
        }
      },
      attempt: asks {
        try $0.integratedGradients(
          at: $1.x, baseline: $1.baseline, steps: $1.steps, gradient: $1.gradient)
      }
    )
  }

  /// f = p₀p₁ + p₂², from zeros.
  private static var golden: IntegratedGradientsQuestion {
    IntegratedGradientsQuestion(
      x: Matrix([1, 2, 3]), baseline: Matrix([0, 0, 0]),
      curvature: Matrix(rows: [[0, 1, 0], [0, 0, 0], [0, 0, 1]]), cubic: Matrix([0, 0, 0]),
      steps: 4)
  }

  private static var fromZeros: IntegratedGradientsQuestion {
    var question = IntegratedGradientsQuestion([5], steps: 2, seed: 1545)
    question.baseline = 0 * question.baseline
    return question
  }

  private static func wrong(
    _ name: String, _ sentence: String, answer: @escaping (IntegratedGradientsQuestion) -> Matrix
  ) -> Misconception<IntegratedGradientsQuestion, Matrix> {
    Misconception("integrated-" + name, sentence, answer: answer)
  }

  private static var integratedMisconceptions: [Misconception<IntegratedGradientsQuestion, Matrix>]
  {
    [
      wrong(
        "left-ends",
        "The slope is asked in the middle of each piece, at the share (k + ½)/K. You asked at its left end, "
          + "k/K."
      ) { $0.way * $0.meanSlope(at: $0.shares(0)) },
      wrong(
        "right-ends",
        "The slope is asked in the middle of each piece, at the share (k + ½)/K. You asked at its right end, "
          + "(k + 1)/K."
      ) { $0.way * $0.meanSlope(at: $0.shares(1)) },
      wrong(
        "both-ends",
        "This is the trapezoid rule: the ends of the pieces, the outermost half. Here each piece is asked "
          + "once, in its middle."
      ) { question in
        let ends = question.shares(0) + question.shares(1)
        return question.way * question.meanSlope(at: ends) / 2
      },
      wrong(
        "ends-counted-in",
        "Your K points reach from x′ to x, both ends among them, and all count alike. Here the way has K "
          + "pieces, and each is asked in its middle, at the share (k + ½)/K."
      ) { question in
        let last = Double(max(question.steps - 1, 1))
        return question.way
          * question.meanSlope(
            at: (0..<question.steps).map { (Double($0) / last, 1 / Double(question.steps)) })
      },
      wrong(
        "one-point-more",
        "Your K + 1 points are all borders of the K pieces, and count alike. Here each piece is asked once, in "
          + "its middle, at the share (k + ½)/K."
      ) { question in
        let steps = Double(question.steps)
        return question.way
          * question.meanSlope(
            at: (0...question.steps).map { (Double($0) / steps, 1 / (steps + 1)) })
      },
      wrong(
        "not-times-the-way",
        "This is the mean slope. How much a number has added is the slope times how far it has come: "
          + "multiply by x - x′."
      ) { $0.meanSlope(at: $0.shares(0.5)) },
      wrong(
        "not-averaged",
        "K slopes, and their mean is meant: divide the sum by K."
      ) { $0.way * $0.meanSlope(at: $0.shares(0.5)) * Double($0.steps) },
      wrong(
        "gradient-at-x-only",
        "You asked for the slope at x alone. Where the network is sure it is flat there; the climb lies on "
          + "the way."
      ) { $0.way * $0.slope($0.x) },
      wrong(
        "gradient-at-baseline-only",
        "You asked for the slope at the baseline alone, and not along the way to x."
      ) { $0.way * $0.slope($0.baseline) },
      wrong(
        "path-from-zeros",
        "The way begins at the baseline: x′ + share·(x - x′). You went from zeros, share·x."
      ) { question in
        question.way
          * question.shares(0.5).reduce(0 * question.x) {
            $0 + $1.weight * question.slope($1.share * question.x)
          }
      },
      wrong(
        "path-without-start",
        "The way begins at the baseline: add x′ to share·(x - x′)."
      ) { question in
        question.way
          * question.shares(0.5).reduce(0 * question.x) {
            $0 + $1.weight * question.slope($1.share * question.way)
          }
      },
      wrong(
        "times-x",
        "The way of each number is x - x′. You multiplied by x, which is the same from a baseline of zeros "
          + "alone."
      ) { $0.x * $0.meanSlope(at: $0.shares(0.5)) },
      wrong(
        "baseline-ignored",
        "This is the map from a baseline of zeros. Both the points and the factor have x′ in them."
      ) { question in
        question.x
          * question.shares(0.5).reduce(0 * question.x) {
            $0 + $1.weight * question.slope($1.share * question.x)
          }
      },
      wrong(
        "absolute",
        "A number may have lowered f: its part is negative, and stays so. With absolute values nothing adds "
          + "up to f(x) - f(x′)."
      ) { ($0.way * $0.meanSlope(at: $0.shares(0.5))).map { abs($0) } },
      wrong(
        "absolute-slopes",
        "Slopes of both signs are averaged as they are. You took absolute values of them first."
      ) { question in
        question.way
          * question.shares(0.5).reduce(0 * question.x) {
            $0 + $1.weight
              * question.slope(question.baseline + $1.share * question.way)
              .map { abs($0) }
          }
      },
      wrong(
        "backwards",
        "The way is from x′ to x: x - x′. You have its opposite, x′ - x."
      ) { -$0.way * $0.meanSlope(at: $0.shares(0.5)) },
    ]
  }
}
