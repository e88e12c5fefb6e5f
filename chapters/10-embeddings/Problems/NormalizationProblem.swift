public import Checking
public import Core
import Embeddings

/// Vectors, one a row, and the gradient that arrives at their directions.
public struct UnitLengthQuestion: Question {
  public var x: Matrix
  public var dy: Matrix

  public init(x: Matrix, dy: Matrix) { (self.x, self.dy) = (x, dy) }

  init(_ batch: Int, _ width: Int, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    // Rows of different lengths, none of them near 0.
    x = Tensor(normal: 0.6, standardDeviation: 1.5, shape: [batch, width], using: &generator)
      .map { abs($0) < 0.2 ? $0 + 0.5 : $0 }
    dy = Tensor(shape: [batch, width], using: &generator)
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("dy", \.dy)]
  }

  /// ν of each row.
  fileprivate var lengths: [Double] {
    (0..<x.rows).map { max(x.rows($0..<$0 + 1).norm(), 1e-12) }
  }

  /// dx row by row: a function of x, of dy, and of the row's ν.
  fileprivate func byRow(
    _ body: (_ x: [Double], _ dy: [Double], _ length: Double) -> [Double]
  ) -> Matrix {
    let lengths = lengths
    return Matrix(
      rows: (0..<x.rows).map { i in
        body(x.rows(i..<i + 1).scalars, dy.rows(i..<i + 1).scalars, lengths[i])
      })
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
}

extension Chapter10Problems {
  /// 10.2, the gradient through a normalisation of each row.
  public static var normalization: Problem<UnitLengthQuestion, Matrix> {
    Problem(
      "10.2", "l2NormalizeBackward", minutes: 25, difficulty: 3, section: "Onto the sphere",
      hints: [
        "Make x twice as long: what happens to y? So in which direction must dx be 0, whatever dy is?",
        "x = (3, 4) is 5 long, y = (0.6, 0.8). Let dy = (1, 0). Raise x₁ by h: x₁/ν rises by h/5, but ν "
          + "rises as well, by 0.6·h, and that takes 3/25·0.6·h away: what is left for x₁? Raise x₂ by h: "
          + "only ν changes, by 0.8·h. What does y₁ lose?",
        "x, y, dy and dx are [m, d]; ν and y·dy are one number a row. Each row has its own sum: none goes "
          + "over the batch.",
        "dx = (dy - y·(y·dy))/ν in each row, where y·dy is the sum of the products along the row",
        "for i in 0..<x.rows: … let length = max(square.squareRoot(), 1e-12); along += x[i, j] / length * "
          + "dy[i, j]; dx[i, j] = (dy[i, j] - … * along) / …",
      ],
      cases: [
        Case(UnitLengthQuestion(5, 3, seed: 1011)), Case(UnitLengthQuestion(4, 4, seed: 1012)),
        Case(UnitLengthQuestion(1, 6, seed: 1013)),
        Case(UnitLengthQuestion(3, 5, seed: 1014)).rounded(),
        Case(
          UnitLengthQuestion(
            x: Matrix(rows: [[3, 4], [0, -2], [1, 1]]),
            dy: Matrix(rows: [[1, 2], [-1, 0], [3, -3]]))),
        // A row of zeros has no direction: y = x/ν with ν = 10⁻¹².
        Case(
          UnitLengthQuestion(
            x: Matrix(rows: [[0, 0], [-3, 4]]), dy: Matrix(rows: [[1, -2], [0.5, 0]])),
          isCorner: true),
      ],
      forward: { ($0.dy * l2Normalize($0.x)).sum() },
      reference: { l2NormalizeBackward($0.dy, x: $0.x) },
      parts: [Part("dx", of: \.x)],
      misconceptions: normalizationMisconceptions, clues: UnitLengthQuestion.clues,
      alternatives: [
        { question in
          // With the whole matrices: y, then a projection for each row.
          let inverse = Matrix(question.lengths.map { 1 / $0 })
          let y = (question.x.transposed * inverse).transposed
          let along = (y * question.dy).sum(axis: 1)
          return ((question.dy - (y.transposed * along).transposed).transposed * inverse).transposed
        },
        { question in
          // dy/ν, less the way through ν: x·(x·dy)/ν³.
          question.byRow { x, dy, length in
            let share = dot(x, dy) / length / length / length
            return zip(x, dy).map { $1 / length - $0 * share }
          }
        },
        { question in
          // By the Jacobian of a row, (I - y·yᵀ)/ν.
          question.byRow { x, dy, length in
            let y = x.map { $0 / length }
            return y.indices.map { j in
              y.indices.reduce(0) { sum, k in
                sum + dy[k] * ((j == k ? 1 : 0) - y[j] * y[k]) / length
              }
            }
          }
        },
      ],
      attempt: asks { try $0.l2NormalizeBackward($1.dy, x: $1.x) }
    )
  }

  private static var normalizationMisconceptions: [Misconception<UnitLengthQuestion, Matrix>] {
    func wrong(
      _ name: String, _ sentence: String,
      body: @escaping (_ x: [Double], _ y: [Double], _ dy: [Double], _ length: Double) -> [Double]
    ) -> Misconception<UnitLengthQuestion, Matrix> {
      Misconception("l2-" + name, sentence) { question in
        question.byRow { x, dy, length in body(x, x.map { $0 / length }, dy, length) }
      }
    }
    return [
      wrong(
        "length-constant",
        "ν is made of x, and moves with it. You went back through y = x/ν as if ν were a constant."
      ) { x, y, dy, length in dy.map { $0 / length } },
      wrong(
        "not-divided", "dy - y(y·dy) is right, and still to be divided by ν: that y is x/ν."
      ) { x, y, dy, length in zip(y, dy).map { $1 - $0 * dot(y, dy) } },
      wrong(
        "projected-on-x",
        "You took out the part along x with x itself. The direction has length 1: it is y(y·dy)."
      ) { x, y, dy, length in zip(x, dy).map { ($1 - $0 * dot(x, dy)) / length } },
      wrong(
        "half-projected",
        "You wrote x(y·dy). Both are y: the part of dy along a direction is y(y·dy)."
      ) { x, y, dy, length in zip(x, dy).map { ($1 - $0 * dot(y, dy)) / length } },
      Misconception(
        "l2-sum-over-batch",
        "y·dy is a sum along one row. You added it up over the whole batch, so that rows mix."
      ) { question in
        let y = l2Normalize(question.x)
        let along = (y * question.dy).sum()
        let lengths = question.lengths
        return Matrix(
          rows: (0..<y.rows).map { i in
            (0..<y.columns).map { (question.dy[i, $0] - y[i, $0] * along) / lengths[i] }
          })
      },
      wrong(
        "length-squared", "You divided by ν². One ν is in y already; dy - y(y·dy) is divided by ν."
      ) { x, y, dy, length in zip(y, dy).map { ($1 - $0 * dot(y, dy)) / (length * length) } },
      wrong(
        "projection-added",
        "A larger ν makes y shorter: the part along y is taken out of dy. You added it."
      ) { x, y, dy, length in zip(y, dy).map { ($1 + $0 * dot(y, dy)) / length } },
      wrong(
        "by-element",
        "y·dy is the sum of the products along the row. You took each product alone: y·y·dy."
      ) { x, y, dy, length in zip(y, dy).map { ($1 - $0 * $0 * $1) / length } },
      wrong(
        "projection-alone", "y(y·dy)/ν is what is taken out. What is left is asked: dy less that."
      ) { x, y, dy, length in y.map { $0 * dot(y, dy) / length } },
      Misconception(
        "l2-by-column",
        "Each row is a vector of its own. You normalised the columns, over the batch."
      ) { question in
        let turned = UnitLengthQuestion(x: question.x.transposed, dy: question.dy.transposed)
        return l2NormalizeBackward(turned.dy, x: turned.x).transposed
      },
      Misconception(
        "l2-zero-row-silent",
        "A row of zeros stays zeros, but a row beside it does not: there ν is 10⁻¹², so y = 10¹²·x and "
          + "dx = 10¹²·dy. You gave it 0."
      ) { question in
        question.byRow { x, dy, length in
          zip(x, dy).map {
            length == 1e-12 ? 0 : $1 / length - $0 * dot(x, dy) / (length * length * length)
          }
        }
      },
      Misconception(
        "l2-floor-under-root",
        "10⁻¹² is the least length. You compared it with the length's square, or added it to that: under "
          + "the root the floor is 10⁻²⁴."
      ) { question in
        question.byRow { x, dy, length in
          let length = max(length, 1e-6)
          return zip(x, dy).map { $1 / length - $0 * dot(x, dy) / (length * length * length) }
        }
      },
      Misconception(
        "l2-no-floor",
        "A row of zeros has the length 0, and 0/0 is no number: ν is max(‖x‖, 10⁻¹²)."
      ) { question in
        question.byRow { x, dy, _ in
          let length = dot(x, x).squareRoot()
          let y = x.map { $0 / length }
          return zip(y, dy).map { ($1 - $0 * dot(y, dy)) / length }
        }
      },
    ]
  }
}
