public import Checking
public import Core

/// The input of an activation, and the gradient that arrives at its output.
public struct ActivationQuestion: Question {
  public var x: Matrix
  public var dy: Matrix

  public init(x: Matrix, dy: Matrix) { (self.x, self.dy) = (x, dy) }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }

  /// Random numbers around zero, of both signs.
  init(_ batch: Int, _ features: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    x = Tensor(standardDeviation: 1.5, shape: [batch, features], using: &generator)
    dy = Tensor(shape: [batch, features], using: &generator)
  }

  /// Not square, square, a single sample.
  static var cases: [Case<ActivationQuestion>] {
    [
      Case(ActivationQuestion(5, 3, seed: 1)), Case(ActivationQuestion(4, 4, seed: 2)),
      Case(ActivationQuestion(1, 7, seed: 3)),
    ]
  }

  /// Inputs so large that σ and tanh round to their limits, among ordinary ones.
  static var farOut: Case<ActivationQuestion> {
    Case(
      ActivationQuestion(
        x: Matrix(rows: [[-40, 40, 0.5, -0.5], [1, -800, 2, 800]]),
        dy: Matrix(rows: [[0.8, -1.2, -0.6, 1.1], [-0.9, 0.4, 1.3, 0.7]])))
  }

  /// Zeros and equal numbers.
  static var round: Case<ActivationQuestion> { Case(ActivationQuestion(2, 6, seed: 4)).rounded() }

  /// Inputs that are exactly 0, where a ReLU has its corner, or next to it, among ordinary ones.
  static var corner: Case<ActivationQuestion> {
    Case(
      ActivationQuestion(
        x: Matrix(rows: [[0, 2, 1e-300], [-1, 0, 3]]),
        dy: Matrix(rows: [[1.5, 0, -2], [0.7, -1.1, 1.5]])), isCorner: true)
  }

  /// dx = dy · slope(x), element by element: the form of an answer, right or wrong.
  func chain(_ slope: (Double) -> Double) -> Matrix { dy * x.map(slope) }
}

/// The input of a leaky ReLU with its slope, and the gradient that arrives at its output.
public struct LeakyQuestion: Question {
  public var x: Matrix
  public var dy: Matrix
  public var slope: Double

  public init(x: Matrix, dy: Matrix, slope: Double) {
    (self.x, self.dy, self.slope) = (x, dy, slope)
  }

  public var isPermitted: Bool { 0 <= slope && slope <= 1 }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("slope", \.slope)]
  }

  /// The same inputs as the other activations, each with a slope of its own.
  static var cases: [Case<LeakyQuestion>] {
    zip(ActivationQuestion.cases + [ActivationQuestion.corner], [0.2, 0.01, 0.7, 0.3]).map {
      let question = $0.input
      return Case(
        LeakyQuestion(x: question.x, dy: question.dy, slope: $1), isCorner: $0.isCorner)
    }
  }

  /// dx = dy · slope(x), element by element: the form of an answer, right or wrong.
  func chain(_ slope: (Double) -> Double) -> Matrix { dy * x.map(slope) }
}

/// The exercises of chapter 1.
public enum Chapter01Problems: ChapterProblems {
  public static let number = 1

  public static var all: [any Exercise] { [sigmoid, tanh, relu, leakyReLU, softmax, gelu] }
}
