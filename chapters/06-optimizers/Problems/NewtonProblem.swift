public import Checking
public import Core
import Training

/// A place, with the slope and the curvature of a function there.
public struct NewtonQuestion: Question {
  public var parameter: Matrix
  public var gradient: Matrix
  public var hessian: Matrix

  public init(parameter: Matrix, gradient: Matrix, hessian: Matrix) {
    (self.parameter, self.gradient, self.hessian) = (parameter, gradient, hessian)
  }

  /// A random symmetric Hessian; with a shift it is positive definite.
  init(_ n: Int, shift: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let root = draw([n, n])
    var hessian = shift > 0 ? matmul(transposed: root, root) : root + root.transposed
    for i in 0..<n { hessian[i, i] += shift }
    self.init(parameter: draw([n]), gradient: draw([n]), hessian: hessian)
  }

  /// A Hessian of one's choice, with a parameter and a slope that are easy to follow.
  fileprivate init(_ hessian: [[Double]]) {
    let places = hessian.indices.map { Double($0) }
    self.init(
      parameter: Matrix(places), gradient: 1 - 0.5 * Matrix(places), hessian: Matrix(rows: hessian))
  }

  /// Whether H is symmetric and has an inverse.
  public var isPermitted: Bool {
    same(hessian, hessian.transposed) && (try? solve(hessian, gradient)) != nil
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("parameter", \.parameter), ("gradient", \.gradient), ("hessian", \.hessian)]
  }
}

extension Chapter06Problems {
  /// 6.7, one step of Newton's method.
  public static var newton: Problem<NewtonQuestion, Matrix> {
    Problem(
      "6.7", "newtonStep", minutes: 30, difficulty: 4, isChallenge: true,
      section: "Newton's method",
      hints: [
        "Do not invert H: solve H·d = g for d, as at school, by elimination. Then go to θ - d.",
        "H with the rows (0, 2) and (2, 1), g = (3, -1): 2d₁ = 3 and 2d₀ + d₁ = -1. Exchange the two "
          + "lines, and the lower one has d₁ alone. What is d₁, and what is d₀ then?",
        "H [n, n], g and d [n]. Whatever you do to a row of H, exchange or subtract, do to the same "
          + "number of g.",
        "θ ← θ - d, where H·d = g. For each column: bring the row with the largest number of that "
          + "column to the diagonal; subtract multiples of it from the rows below. Then solve from the "
          + "last row upwards.",
        "for column in 0..<n { pivot = the row ≥ column with the largest abs(a[row, column]); "
          + "exchange the rows; for row below { factor = a[row, column] / …; subtract } }; "
          + "for row in stride(from: n - 1, through: 0, by: -1) { for j in (row + 1)..<n { d[row] -= … "
          + "}; d[row] /= … }",
      ],
      cases: [
        Case(NewtonQuestion(3, shift: 1, seed: 101)),
        Case(
          NewtonQuestion(
            parameter: Matrix([1, 2]), gradient: Matrix([3, -1]),
            hessian: Matrix(rows: [[0, 2], [2, 1]]))),
        Case(NewtonQuestion(1, shift: 2, seed: 102)),
        Case(NewtonQuestion(5, shift: 0, seed: 103)),
        Case(
          NewtonQuestion(
            parameter: Matrix([0, -1, 4]), gradient: Matrix([1, 2, 3]),
            hessian: Matrix(rows: [[1, 2, 3], [2, 4, 1], [3, 1, 2]]))),
        Case(
          NewtonQuestion(
            parameter: Matrix([1, 1]), gradient: Matrix([1, 2]),
            hessian: Matrix(rows: [[1e-20, 1], [1, 1]]))),
        Case(
          NewtonQuestion(
            parameter: Matrix([0, 2, 2]), gradient: Matrix([0, -1, -1]),
            hessian: Matrix(rows: [[2, 1, 0], [1, 3, 1], [0, 1, 4]]))),
        // Pivots that are negative, that are neither in the first nor in the last row, and that
        // only elimination makes 0.
        Case(NewtonQuestion([[0, -2], [-2, 1]])), Case(NewtonQuestion([[-5, 0], [0, 1]])),
        Case(NewtonQuestion([[0, 1, 0], [1, 2, 5], [0, 5, 3]])),
        Case(NewtonQuestion([[2, 2, 1], [2, 2, 3], [1, 3, 1]])),
        Case(NewtonQuestion([[1, 1, 0, 1], [1, 1, 0.5, 1], [0, 0.5, 0, 1], [1, 1, 1, 3]])),
        // Any rule but the largest of the column below the diagonal comes to a tiny pivot here.
        Case(
          NewtonQuestion([[1e-20, 0, 1, 1], [0, 0, -1, 1e-20], [1, -1, 1, 2], [1, 1e-20, 2, 1]])),
      ],
      forward: nil,
      reference: { $0.parameter - gaussJordan($0.hessian, $0.gradient) },
      parts: [Part("parameter")],
      misconceptions: newtonMisconceptions,
      alternatives: [
        { question in
          // d is the least-squares solution as well: HᵀH·d = Hᵀg, with Hᵀ = H, for which two
          // solutions in a row will do.
          let n = question.gradient.count
          let right = matmul(question.hessian, question.gradient.reshaped([n, 1])).reshaped([n])
          let step = gaussJordan(question.hessian, gaussJordan(question.hessian, right))
          return question.parameter - step
        },
        { question in
          // The library's; it refuses matrices without an inverse, which no case has.
          let step = try? solve(question.hessian, question.gradient)
          return question.parameter - (step ?? question.gradient * .nan)
        },
        { question in
          // θ - H⁻¹g, with the inverse column by column.
          let n = question.gradient.count
          var step = Matrix(shape: [n])
          for column in 0..<n {
            var unit = Matrix(shape: [n])
            unit[column] = 1
            let inverse = gaussJordan(question.hessian, unit)  // column of H⁻¹, [n]
            for i in 0..<n { step[i] += inverse[i] * question.gradient[column] }
          }
          return question.parameter - step
        },
      ],
      attempt: asks {
        try $0.newtonStep($1.parameter, gradient: $1.gradient, hessian: $1.hessian)
      }
    )
  }

  private static var newtonMisconceptions: [Misconception<NewtonQuestion, Matrix>] {
    [
      Misconception(
        "newton-element-wise",
        "You divided each slope by its own curvature, the diagonal of H. The other elements say how "
          + "the parameters act together: solve H·d = g."
      ) { question in
        var parameter = question.parameter
        for i in 0..<parameter.count {
          parameter[i] -= question.gradient[i] / question.hessian[i, i]
        }
        return parameter
      },
      Misconception(
        "newton-multiplies",
        "Newton's step is H⁻¹·g, not H·g: a strong curvature makes the step shorter. Solve H·d = g."
      ) { question in
        let n = question.gradient.count
        let product = matmul(question.hessian, question.gradient.reshaped([n, 1]))
        return question.parameter - product.reshaped([n])
      },
      Misconception(
        "newton-no-pivoting",
        "The number on the diagonal may be 0, or tiny, while H is fine: exchange rows first, so that "
          + "the largest of the column stands there."
      ) { $0.parameter - eliminate($0.hessian, $0.gradient) },
      Misconception(
        "newton-uphill",
        "The step is subtracted: θ - d. Yours adds d, and goes away from the minimum."
      ) { $0.parameter + gaussJordan($0.hessian, $0.gradient) },
      Misconception(
        "newton-returns-step", "Return the new parameter, θ - d. You returned the step d alone."
      ) { gaussJordan($0.hessian, $0.gradient) },
      Misconception(
        "newton-rows-exchanged-in-hessian-only",
        "Where two rows of H are exchanged, the two numbers of g must be exchanged with them."
      ) { $0.parameter - eliminate($0.hessian, $0.gradient, exchangesRowsOnly: true) },
    ]
  }
}

/// Solves a·d = b by making a the unit matrix, with pivoting.
private func gaussJordan(_ matrix: Matrix, _ right: Matrix) -> Matrix {
  var (a, b) = (matrix, right)
  let n = b.count
  for column in 0..<n {
    let pivot = (column..<n).max { abs(a[$0, column]) < abs(a[$1, column]) } ?? column
    for j in 0..<n { (a[pivot, j], a[column, j]) = (a[column, j], a[pivot, j]) }
    (b[pivot], b[column]) = (b[column], b[pivot])
    let diagonal = a[column, column]
    for j in 0..<n { a[column, j] /= diagonal }
    b[column] /= diagonal
    for row in 0..<n where row != column {
      let factor = a[row, column]
      for j in 0..<n { a[row, j] -= factor * a[column, j] }
      b[row] -= factor * b[column]
    }
  }
  return b
}

/// Solves a·d = b without looking for pivots, or with rows of a exchanged and not those of b.
private func eliminate(
  _ matrix: Matrix, _ right: Matrix, exchangesRowsOnly: Bool = false
) -> Matrix {
  var (a, b) = (matrix, right)
  let n = b.count
  for column in 0..<n {
    if exchangesRowsOnly {
      let pivot = (column..<n).max { abs(a[$0, column]) < abs(a[$1, column]) } ?? column
      for j in 0..<n { (a[pivot, j], a[column, j]) = (a[column, j], a[pivot, j]) }
    }
    for row in 0..<n where row > column {
      let factor = a[row, column] / a[column, column]
      for j in 0..<n { a[row, j] -= factor * a[column, j] }
      b[row] -= factor * b[column]
    }
  }
  for row in (0..<n).reversed() {
    for j in 0..<n where j > row { b[row] -= a[row, j] * b[j] }
    b[row] /= a[row, row]
  }
  return b
}
