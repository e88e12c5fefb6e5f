public import Checking
public import Core
import Detection

/// What a network says of boxes, where their cells are, and the gradient that arrives at the corners.
public struct BoxDecodeQuestion: Question {
  /// ∂loss/∂(x₁, y₁, x₂, y₂), `[k, 4]`.
  public var dCorners: Matrix
  /// t, `[k, 4]`.
  public var offsets: Matrix
  /// The column and the row of each box's cell, `[k, 2]`.
  public var cells: Matrix
  /// The size of a cell, and the usual size of a box, in pixels.
  public var stride: Double, prior: Double

  public init(dCorners: Matrix, offsets: Matrix, cells: Matrix, stride: Double, prior: Double) {
    (self.dCorners, self.offsets, self.cells) = (dCorners, offsets, cells)
    (self.stride, self.prior) = (stride, prior)
  }

  fileprivate init(_ boxes: Int, stride: Double, prior: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    let dCorners = Matrix(shape: [boxes, 4], using: &generator)
    let offsets = Matrix(shape: [boxes, 4], using: &generator)
    let places = Matrix(uniform: 0...6, shape: [boxes, 2], using: &generator)
    self.init(
      dCorners: dCorners, offsets: offsets, cells: places.map { $0.rounded() }, stride: stride,
      prior: prior)
  }

  /// Centres at the borders of their cells, where the sigmoid is flat, and a box without a push.
  fileprivate static var flat: Self {
    Self(
      dCorners: Matrix(rows: [[1, -2, 3, 0.5], [0, 0, 0, 0], [1, 1, -1, 1]]),
      offsets: Matrix(rows: [[1000, -1000, 0, -1], [0, 1, 0.5, 0], [-40, 0, 1, -4]]),
      cells: Matrix(rows: [[0, 6], [3, 3], [6, 0]]), stride: 8, prior: 16)
  }

  public var isPermitted: Bool {
    // No size overflows: 0·∞ is a question of its own.
    let sizes = (0..<offsets.rows).flatMap { [offsets[$0, 2], offsets[$0, 3]] }
    return stride > 0 && prior > 0 && stride.isFinite && prior.isFinite
      && sizes.allSatisfy { (prior * Double.exp($0)).isFinite }
      && cells.scalars.allSatisfy { $0 >= 0 && $0 == $0.rounded() }
  }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("dCorners", \.dCorners), ("offsets", \.offsets), ("cells", \.cells)]
  }
  public static var numbers: [(name: String, path: WritableKeyPath<Self, Double>)] {
    [("stride", \.stride), ("prior", \.prior)]
  }
  public var summary: String {
    tensors.map { "\($0.name) \($0.value.shape)" }.joined(separator: ", ")
      + ", stride \(digits(stride)), prior \(digits(prior))"
  }
  public var label: String {
    "offsets \(offsets.shape), stride \(digits(stride)), prior \(digits(prior))"
  }

  /// One axis of one box: its place and size, and the gradients of its two edges.
  fileprivate struct Axis {
    /// ∂loss/∂x₁ and ∂loss/∂x₂, or those of y; and those of the other axis.
    let first: Double, last: Double, otherFirst: Double, otherLast: Double
    /// t₀ and t₂, or t₁ and t₃.
    let place: Double, scale: Double
    /// The cell's column or row.
    let cell: Double
    /// σ(t₀), and w; and the other axis's size.
    let centre: Double, size: Double, otherSize: Double

    var slope: Double { centre * (1 - centre) }
  }

  /// ∂loss/∂t, an axis of a box at a time, with a wrong half where one is given.
  fileprivate func gradient(
    centre: (Axis) -> Double, size: (Axis) -> Double
  ) -> Matrix {
    var gradient = Matrix(shape: offsets.shape)
    for k in 0..<offsets.rows {
      for i in 0..<2 {
        let axis = Axis(
          first: dCorners[k, i], last: dCorners[k, i + 2], otherFirst: dCorners[k, 1 - i],
          otherLast: dCorners[k, 3 - i], place: offsets[k, i], scale: offsets[k, i + 2],
          cell: cells[k, i], centre: 1 / (1 + Double.exp(-offsets[k, i])),
          size: prior * Double.exp(offsets[k, i + 2]),
          otherSize: prior * Double.exp(offsets[k, 3 - i]))
        (gradient[k, i], gradient[k, i + 2]) = (centre(axis), size(axis))
      }
    }
    return gradient
  }

  fileprivate func rightCentre(_ axis: Axis) -> Double {
    (axis.first + axis.last) * stride * axis.slope
  }
  fileprivate func rightSize(_ axis: Axis) -> Double { (axis.last - axis.first) / 2 * axis.size }
}

extension Chapter09Problems {
  /// 9.2, the gradient of what makes four numbers into a box.
  public static var boxDecode: Problem<BoxDecodeQuestion, Matrix> {
    Problem(
      "9.2", "boxDecodeBackward", minutes: 15, difficulty: 2,
      section: "From four numbers to a box",
      hints: [
        "Move the centre a little to the right: which edges of the box move, and how far? And which "
          + "move, and where to, if the box grows wider?",
        "One axis, s = 8, p = 16, t₀ = 0, t₂ = 0: the centre is at 4 in its cell, w = 16, x₁ = -4 and "
          + "x₂ = 12. Add 0.01 to t₀: σ grows by 0.0025, both edges go 0.02 to the right. Add 0.01 to "
          + "t₂: w grows by 0.16, x₁ goes 0.08 to the left and x₂ 0.08 to the right. With dx₁ = 1 and "
          + "dx₂ = 3, how much does the loss grow each time?",
        "dCorners and dOffsets are [k, 4], a row a box. Columns 0 and 2 belong to x, 1 and 3 to y, in "
          + "both; σ′ = σ(1 - σ). The cell shifts the box, and is in no slope.",
        "dt₀ = (dx₁ + dx₂)·s·σ(t₀)(1 - σ(t₀)), dt₂ = (dx₂ - dx₁)·w/2, with w = p·e^t₂; dt₁ and dt₃ "
          + "likewise with y",
        "let (first, last) = (dCorners[k, axis], dCorners[k, axis + 2])\n"
          + "dOffsets[k, axis] = (first + …) * stride * centre * (1 - …)\n"
          + "dOffsets[k, axis + 2] = (last - …) / 2 * prior * exp(…)",
      ],
      cases: [
        Case(BoxDecodeQuestion(5, stride: 8, prior: 16, seed: 921)),
        Case(BoxDecodeQuestion(4, stride: 3.3, prior: 5.7, seed: 922)),
        Case(BoxDecodeQuestion(1, stride: 0.5, prior: 12, seed: 923)),
        Case(BoxDecodeQuestion(3, stride: 6, prior: 0.75, seed: 924)).rounded(
          "dCorners", "offsets"),
        Case(.flat),
      ],
      forward: { question in
        let corners = Detection.boxDecode(
          question.offsets, cells: question.cells, stride: question.stride, prior: question.prior)
        return (question.dCorners * corners).sum()
      },
      reference: {
        Detection.boxDecodeBackward(
          $0.dCorners, $0.offsets, cells: $0.cells, stride: $0.stride, prior: $0.prior)
      },
      parts: [Part("dOffsets", of: \.offsets)],
      misconceptions: boxDecodeMisconceptions,
      alternatives: [
        { question in
          // Each corner alone: x₁ is made of t₀ and t₂, and so is x₂; ways add.
          var gradient = Matrix(shape: question.offsets.shape)
          for k in 0..<gradient.rows {
            for corner in 0..<4 {
              let (i, sign) = (corner % 2, corner < 2 ? -0.5 : 0.5)
              let (d, t) = (question.dCorners[k, corner], question.offsets[k, i])
              let p = 1 / (1 + Double.exp(-t))
              gradient[k, i] += d * question.stride * p * (1 - p)
              gradient[k, i + 2] +=
                d * sign * question.prior * Double.exp(question.offsets[k, i + 2])
            }
          }
          return gradient
        },
        { question in
          // σ′ = ¼/cosh²(t/2).
          question.gradient { axis in
            let t = Double.tanh(axis.place / 2)
            return (axis.last + axis.first) * question.stride / 4 * (1 - t * t)
          } size: { axis in
            axis.size * axis.last / 2 - axis.size * axis.first / 2
          }
        },
        { question in
          // Through the centre and the size as quantities of their own.
          question.gradient { axis in
            let dCentre = axis.first + axis.last
            let dSigma = dCentre * question.stride
            return dSigma * axis.slope
          } size: { axis in
            let dSize = 0.5 * axis.last - 0.5 * axis.first
            return dSize * question.prior * Double.exp(axis.scale)
          }
        },
      ],
      given: { question in
        /// The gradient of the first edges alone, or of the last.
        func part(ofFirst first: Double, last: Double) -> Matrix {
          var other = question
          for k in 0..<question.offsets.rows {
            for i in 0..<4 { other.dCorners[k, i] *= i < 2 ? first : last }
          }
          return other.gradient(centre: other.rightCentre, size: other.rightSize)
        }
        return question.tensors + [
          ("the part of x₁ and y₁", part(ofFirst: 1, last: 0)),
          ("the part of x₂ and y₂", part(ofFirst: 0, last: 1)),
          (
            "σ(t) and w, h",
            question.gradient {
              $0.centre
            } size: {
              $0.size
            }
          ),
          (
            "σ(1 - σ) and w, h",
            question.gradient {
              $0.slope
            } size: {
              $0.size
            }
          ),
        ]
      },
      attempt: asks {
        try $0.boxDecodeBackward(
          $1.dCorners, offsets: $1.offsets, cells: $1.cells, stride: $1.stride, prior: $1.prior)
      }
    )
  }

  private static var boxDecodeMisconceptions: [Misconception<BoxDecodeQuestion, Matrix>] {
    typealias Axis = BoxDecodeQuestion.Axis
    func centre(
      _ name: String, _ sentence: String, _ wrong: @escaping (BoxDecodeQuestion, Axis) -> Double
    ) -> Misconception<BoxDecodeQuestion, Matrix> {
      Misconception(name, sentence) { question in
        question.gradient(centre: { wrong(question, $0) }, size: question.rightSize)
      }
    }
    func size(
      _ name: String, _ sentence: String, _ wrong: @escaping (BoxDecodeQuestion, Axis) -> Double
    ) -> Misconception<BoxDecodeQuestion, Matrix> {
      Misconception(name, sentence) { question in
        question.gradient(centre: question.rightCentre, size: { wrong(question, $0) })
      }
    }
    return [
      centre(
        "box-first-edge-only",
        "You took the first edge only for the centre. When the centre moves, both edges move with it: "
          + "dx₁ and dx₂ add."
      ) { $1.first * $0.stride * $1.slope },
      centre(
        "box-centre-mean",
        "You took the mean of the two edges' gradients. The centre moves each edge by as much as itself: "
          + "they add, undivided."
      ) { ($1.first + $1.last) / 2 * $0.stride * $1.slope },
      centre(
        "box-centre-difference",
        "For the centre you took the difference of the edges' gradients. Both edges go the same way with "
          + "it: the sum."
      ) { ($1.last - $1.first) * $0.stride * $1.slope },
      centre(
        "box-stride-forgotten",
        "σ(t) counts cells, and the box is in pixels: a factor `stride` is missing in the centre."
      ) { ($1.first + $1.last) * $1.slope },
      centre(
        "box-sigmoid-for-slope",
        "You multiplied by σ(t). Its slope is asked: σ(t)·(1 - σ(t))."
      ) { ($1.first + $1.last) * $0.stride * $1.centre },
      centre(
        "box-cell-in-slope",
        "You multiplied by the place of the centre, gx + σ(t). The cell only shifts the box: what counts "
          + "is the slope, σ(t)·(1 - σ(t))."
      ) { ($1.first + $1.last) * $0.stride * ($1.cell + $1.centre) },
      size(
        "box-size-sum",
        "For the size you added the edges' gradients. A wider box moves its edges apart: the difference "
          + "of the last and the first."
      ) { ($1.last + $1.first) / 2 * $1.size },
      size(
        "box-size-turned",
        "The size has the wrong sign: the last edge goes with it, the first against it."
      ) { ($1.first - $1.last) / 2 * $1.size },
      size(
        "box-half-forgotten",
        "Each edge moves by half of what the size grows: a ½ is missing."
      ) { ($1.last - $1.first) * $1.size },
      size(
        "box-exponential-slope-one",
        "You took the slope of e^t for 1. It is e^t itself, so that of p·e^t is the size."
      ) { ($1.last - $1.first) / 2 * $0.prior },
      size(
        "box-size-factor-forgotten",
        "This is the gradient of the size w. Asked is that of t₂, in w = p·e^t₂: times the slope, which is "
          + "w once more."
      ) { _, axis in (axis.last - axis.first) / 2 },
      size(
        "box-prior-forgotten",
        "The size is p·e^t: the factor p, `prior`, is missing."
      ) { ($1.last - $1.first) / 2 * $1.size / $0.prior },
      Misconception(
        "box-axes-exchanged",
        "You gave x what belongs to y: columns 0 and 2 are x₁ and x₂, columns 1 and 3 are y₁ and y₂."
      ) { question in
        question.gradient {
          ($0.otherFirst + $0.otherLast) * question.stride * $0.slope
        } size: {
          ($0.otherLast - $0.otherFirst) / 2 * $0.size
        }
      },
      size(
        "box-other-size",
        "You multiplied by the size along the other axis: dt₂ takes w, dt₃ takes h."
      ) { ($1.last - $1.first) / 2 * $1.otherSize },
    ]
  }
}
