public import Checking
public import Core

/// Boxes, and what they should be.
public struct BoxPairsQuestion: Question {
  /// (x₁, y₁, x₂, y₂) of each box, `[k, 4]`.
  public var prediction: Matrix
  /// The same of its target.
  public var target: Matrix

  public init(prediction: Matrix, target: Matrix) {
    (self.prediction, self.target) = (prediction, target)
  }

  /// Random boxes near each other: some meet, some do not, some lie in others.
  fileprivate init(_ boxes: Int, reach: Double, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    func draw() -> Matrix {
      let centres = Matrix(uniform: 0...reach, shape: [boxes, 2], using: &generator)
      let sizes = Matrix(uniform: 1...6, shape: [boxes, 2], using: &generator)
      var corners = Matrix(shape: [boxes, 4])
      for k in 0..<boxes {
        for i in 0..<2 {
          corners[k, i] = centres[k, i] - sizes[k, i] / 2
          corners[k, i + 2] = centres[k, i] + sizes[k, i] / 2
        }
      }
      return corners
    }
    let prediction = draw()
    self.init(prediction: prediction, target: draw())
  }

  public var isPermitted: Bool {
    (0..<target.rows).allSatisfy { k in
      (0..<2).allSatisfy {
        prediction[k, $0] <= prediction[k, $0 + 2] && target[k, $0] < target[k, $0 + 2]
      }
    }
  }

  /// Boxes of other sizes, whose first edges, or last ones, are the same; and the same numbers with x and y
  /// exchanged.
  public var others: [Self] {
    func moved(_ edges: Range<Int>, by step: Double) -> Self {
      var other = self
      for k in 0..<prediction.rows {
        for edge in edges {
          other.prediction[k, edge] += step
          other.target[k, edge] += 2 * step
        }
      }
      return other
    }
    var turned = self
    for k in 0..<prediction.rows {
      for edge in 0..<4 {
        turned.prediction[k, edge] = prediction[k, edge ^ 1]
        turned.target[k, edge] = target[k, edge ^ 1]
      }
    }
    return [moved(2..<4, by: 0.75), moved(0..<2, by: -0.75), turned]
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("prediction", \.prediction), ("target", \.target)]
  }

  static var cases: [Case<BoxPairsQuestion>] {
    [
      Case(Self(6, reach: 5, seed: 931)),
      Case(Self(4, reach: 2, seed: 932)),
      Case(Self(1, reach: 1, seed: 933)),
      Case(Self(3, reach: 30, seed: 934)),
      Case(apart), Case(nested), Case(edgeToEdge, isCorner: true), Case(same, isCorner: true),
    ]
  }

  /// Boxes that do not meet: beside each other, above each other, and both at once.
  private static var apart: Self {
    Self(
      prediction: Matrix(rows: [[0, 0, 2, 3], [1, 5, 4, 7], [0, 0, 1, 2], [9, 8, 11, 12]]),
      target: Matrix(rows: [[5, 1, 8, 2], [0.5, 0, 5, 3], [4, 5, 6, 9], [2, 1, 5, 3]]))
  }

  /// A box in its target, a target in its box, a cross.
  private static var nested: Self {
    Self(
      prediction: Matrix(rows: [[2, 3, 4, 6], [0, 1, 9, 8], [0, 3, 9, 5]]),
      target: Matrix(rows: [[0, 1, 7, 8], [2, 3, 4, 7], [3, 0, 5, 8]]))
  }

  /// Boxes whose edges lie at those of their targets: inside, outside, all around but one.
  private static var edgeToEdge: Self {
    Self(
      prediction: Matrix(
        rows: [[0, 0, 2, 2], [2, 0, 5, 4], [0, 0, 4, 3], [1, 2, 3, 6], [0, 0, 2, 2]]),
      target: Matrix(
        rows: [[2, 1, 4, 5], [2, 1, 5, 4], [1, 3, 6, 5], [1, 0, 6, 6], [2, 2, 4, 4]]))
  }

  /// Boxes that are their targets.
  private static var same: Self {
    let boxes = Matrix(rows: [[1, 2, 4, 7], [-3, -2, 10, 0.5]])
    return Self(prediction: boxes, target: boxes)
  }
}

/// A box beside its target, and how areas grow with an edge of the box.
struct BoxPair {
  /// x₁, y₁, x₂, y₂ of the box and of its target.
  let box: [Double], target: [Double]

  init(_ question: BoxPairsQuestion, _ k: Int) {
    box = (0..<4).map { question.prediction[k, $0] }
    target = (0..<4).map { question.target[k, $0] }
  }

  /// Width and height of the box, of the target, of what they have in common, of the hull.
  func size(_ axis: Int) -> Double { box[axis + 2] - box[axis] }
  func targetSize(_ axis: Int) -> Double { target[axis + 2] - target[axis] }
  func common(_ axis: Int) -> Double {
    min(box[axis + 2], target[axis + 2]) - max(box[axis], target[axis])
  }
  func around(_ axis: Int) -> Double {
    max(box[axis + 2], target[axis + 2]) - min(box[axis], target[axis])
  }

  var meet: Bool { common(0) > 0 && common(1) > 0 }
  var I: Double { meet ? common(0) * common(1) : 0 }
  var U: Double { size(0) * size(1) + targetSize(0) * targetSize(1) - I }
  var C: Double { around(0) * around(1) }

  func sign(_ edge: Int) -> Double { edge < 2 ? -1 : 1 }
  /// How far an edge lies within the target's; below 0 outside.
  func inside(_ edge: Int) -> Double { sign(edge) * (target[edge] - box[edge]) }
  /// Whether an edge bounds what is common, and the hull.
  func boundsCommon(_ edge: Int) -> Bool { inside(edge) > 0 }
  func boundsHull(_ edge: Int) -> Bool { inside(edge) < 0 }

  func dA(_ edge: Int) -> Double { sign(edge) * size(1 - edge % 2) }
  func dI(_ edge: Int) -> Double {
    meet && boundsCommon(edge) ? sign(edge) * common(1 - edge % 2) : 0
  }
  func dC(_ edge: Int) -> Double { boundsHull(edge) ? sign(edge) * around(1 - edge % 2) : 0 }
}

/// The slopes of the areas with an edge, right or wrong.
struct AreaSlopes {
  var dI: Double, dU: Double, dC: Double
}

extension BoxPairsQuestion {
  /// ∂loss/∂prediction from the slopes of the areas.
  func gradient(_ slopes: (BoxPair, _ edge: Int) -> AreaSlopes) -> Matrix {
    var gradient = Matrix(shape: prediction.shape)
    for k in 0..<prediction.rows {
      let pair = BoxPair(self, k)
      let (I, U, C) = (pair.I, pair.U, pair.C)
      for edge in 0..<4 {
        let s = slopes(pair, edge)
        let slope = (s.dI * U - I * s.dU) / (U * U) + (s.dU * C - U * s.dC) / (C * C)
        gradient[k, edge] = -slope / Double(prediction.rows)
      }
    }
    return gradient
  }

  /// The same with one slope changed from the right ones.
  func gradient(but change: (BoxPair, _ edge: Int, inout AreaSlopes) -> Void) -> Matrix {
    gradient { pair, edge in
      var slopes = AreaSlopes(
        dI: pair.dI(edge), dU: pair.dA(edge) - pair.dI(edge), dC: pair.dC(edge))
      change(pair, edge, &slopes)
      return slopes
    }
  }
}
