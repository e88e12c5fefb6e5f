public import Checking
public import Core

/// Logits and targets, for softmax and cross-entropy in steps.
public struct UnfusedCrossEntropyQuestion: Question {
  public var logits: Matrix
  public var targets: Matrix
  /// What central differences add to each step.
  var nudges: CrossEntropyGradients

  public init(logits: Matrix, targets: Matrix) {
    (self.logits, self.targets) = (logits, targets)
    nudges = Self.zeros(logits.shape)
  }

  /// Logits so near to each other that no probability is small beside the step of central differences.
  init(_ batch: Int, _ classes: Int, labels: [Int]? = nil, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let logits = Matrix(uniform: -1.5...1.5, shape: [batch, classes], using: &generator)
    let soft = softmax(Matrix(shape: [batch, classes], using: &generator))
    self.init(
      logits: logits, targets: labels.map { oneHot($0, classes: classes) } ?? soft)
  }

  /// Sure of everything, and two of three wrong; two largest logits in the last row.
  static var sure: Self {
    Self(
      logits: Matrix(rows: [[20, -20, 3, 2], [-60, -40, 39, 40], [-1, 5, 5, -15]]),
      targets: Matrix(rows: [[0, 1, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0.25, 0.75]]))
  }

  /// Rows whose sums are equal.
  static var alike: Self {
    Self(
      logits: Matrix(rows: [[1, 0], [0, 1], [1, 0]]),
      targets: Matrix(rows: [[1, 0], [1, 0], [0.25, 0.75]]))
  }

  public var isPermitted: Bool {
    targets.areDistributions && logits.scalars.allSatisfy { abs($0) <= 100 }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("logits", \.logits), ("targets", \.targets)]
  }

  /// The gradients of a batch, each of its shape, and 0.
  static func zeros(_ shape: [Int]) -> CrossEntropyGradients {
    let (matrix, column) = (Matrix(shape: shape), Matrix(shape: [shape[0]]))
    return (matrix, matrix, column, matrix, matrix, matrix)
  }
}

// The forward pass, line by line.
extension UnfusedCrossEntropyQuestion {
  var rows: Range<Int> { 0..<logits.rows }
  var m: Double { Double(logits.rows) }
  var n: Double { Double(logits.columns) }

  /// The column of the largest logit of each row, the first of equals.
  var largest: [Int] { logits.argmaxOfRows() }
  public var exponentials: Matrix {
    var shifted = logits
    for (i, largest) in largest.enumerated() {
      for j in 0..<logits.columns { shifted[i, j] -= logits[i, largest] }
    }
    return (shifted + nudges.dLogits + nudges.dShifted).map { .exp($0) } + nudges.dExponentials
  }
  public var sums: Matrix { exponentials.sum(axis: 1) + nudges.dSums }
  public var probabilities: Matrix {
    exponentials.eachRow(with: sums) { $0 / $1 } + nudges.dProbabilities
  }
  var loss: Double {
    let logProbabilities = probabilities.map { .log($0) } + nudges.dLogProbabilities
    return -(targets * logProbabilities).sum() / m
  }
}

extension Matrix {
  /// Each element with the number of its row.
  func eachRow(
    with column: Matrix, _ combine: (Double, Double) -> Double
  ) -> Matrix {
    var result = self
    for i in 0..<rows {
      for j in 0..<columns { result[i, j] = combine(self[i, j], column[i]) }
    }
    return result
  }
}
