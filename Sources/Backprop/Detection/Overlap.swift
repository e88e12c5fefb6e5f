// How much of two boxes is common to both, as a number to be told and as a loss.
//
// Areas are measured in units near the target's, so that they are numbers where a side is representable and
// its square is not. The units are powers of two: nothing is rounded by them.

public import Core
import Kernels

/// Intersection over union of each pair of boxes: 1 where they are the same, 0 where they do not meet.
///
/// - Parameters:
///   - p: Boxes, `[k, 4]`.
///   - t: As many boxes, each of an area above 0.
/// - Returns: `[k]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func intersectionOverUnion<Scalar>(_ p: Tensor<Scalar>, _ t: Tensor<Scalar>) -> Tensor<
  Scalar
> {
  requireBoxes("intersectionOverUnion", p, t)
  var overlaps = Tensor<Scalar>(shape: [p.rows])
  for k in 0..<p.rows {
    let pair = Pair(p, t, k)
    overlaps[k] = Scalar(pair.intersection / pair.union)
  }
  return overlaps
}

/// The mean of 1 - IoU over pairs of boxes.
///
/// Boxes that do not meet have a loss of 1 and no gradient at all: nothing says which way to go.
///
/// - Parameters:
///   - p: What is said, `[k, 4]`.
///   - t: What is true, `[k, 4]`, each of an area above 0.
/// - Returns: The loss, 0 where there is no box, and its gradient with respect to p.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func iouLoss<Scalar>(prediction p: Tensor<Scalar>, target t: Tensor<Scalar>) -> Loss<Scalar>
{
  overlapLoss("iouLoss", p, t, hullCounts: false)
}

/// Generalized IoU loss, the mean of 1 - IoU + (C - U)/C = 2 - I/U - U/C over pairs of boxes, where C is the
/// area of the smallest box around both.
///
/// Boxes that do not meet have a gradient too: it draws the hull together. At equal coordinates nothing goes
/// through I and C, only through the area.
///
/// Source: Rezatofighi, Tsoi, Gwak, Sadeghian, Reid, Savarese, "Generalized intersection over union", CVPR
/// 2019, algorithm 2.
///
/// - Parameters:
///   - p: What is said, `[k, 4]`.
///   - t: What is true, `[k, 4]`, each of an area above 0.
/// - Returns: The loss, 0 where there is no box, and its gradient with respect to p.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func giouLoss<Scalar>(prediction p: Tensor<Scalar>, target t: Tensor<Scalar>) -> Loss<Scalar>
{
  overlapLoss("giouLoss", p, t, hullCounts: true)
}

@inline(__always)
private func overlapLoss<Scalar: Real>(
  _ name: String, _ p: Tensor<Scalar>, _ t: Tensor<Scalar>, hullCounts: Bool
) -> Loss<Scalar> {
  requireBoxes(name, p, t)
  let boxes = Scalar(max(1, p.rows))
  var dP = Tensor<Scalar>(shape: p.shape)
  let sum = blockedSum(0..<p.rows) { k in
    let pair = Pair(p, t, k)
    let overlap = 1 - pair.intersection / pair.union
    return Scalar(hullCounts ? overlap + (pair.hull - pair.union) / pair.hull : overlap)
  }
  for k in 0..<p.rows {
    let pair = Pair(p, t, k)
    let (i, u, c) = (pair.intersection, pair.union, pair.hull)
    for edge in 0..<4 {
      // forward: U = A + A′ - I
      let dI = pair.intersectionSlope(edge)
      let dU = pair.areaSlope(edge) - dI
      // forward: loss = 1/k Σ 1 - I/U
      var slope = -(dI * u - i * dU) / (u * u)
      // forward: … + (C - U)/C = 1 - U/C
      if hullCounts { slope -= (dU * c - u * pair.hullSlope(edge)) / (c * c) }
      dP[k, edge] = Scalar(slope / pair.unit(edge)) / boxes
    }
  }
  return (sum / boxes, dP)
}

/// A box beside its target: the areas, and how each grows with an edge of the box.
private struct Pair {
  /// Edges of the box and of its target: x₁, y₁, x₂, y₂.
  private let edges: InlineArray<4, Double>, target: InlineArray<4, Double>
  /// In which widths and heights are measured: powers of two, not above the target's.
  private let units: InlineArray<2, Double>
  /// Width and height of what both have in common, 0 or less where they do not meet, and of what holds both.
  private let common: InlineArray<2, Double>, around: InlineArray<2, Double>

  @inline(__always)
  init<Scalar: Real>(_ p: Tensor<Scalar>, _ t: Tensor<Scalar>, _ k: Int) {
    func row(_ x: Tensor<Scalar>) -> InlineArray<4, Double> {
      [Double(x[k, 0]), Double(x[k, 1]), Double(x[k, 2]), Double(x[k, 3])]
    }
    let (p, t) = (row(p), row(t))
    func unit(_ axis: Int) -> Double {
      let size = t[2 + axis] - t[axis]
      return size.isFinite ? Double(sign: .plus, exponent: size.exponent, significand: 1) : 1
    }
    let units: InlineArray<2, Double> = [unit(0), unit(1)]
    (edges, target, self.units) = (p, t, units)
    common = [
      (min(p[2], t[2]) - max(p[0], t[0])) / units[0],
      (min(p[3], t[3]) - max(p[1], t[1])) / units[1],
    ]
    around = [
      (max(p[2], t[2]) - min(p[0], t[0])) / units[0],
      (max(p[3], t[3]) - min(p[1], t[1])) / units[1],
    ]
  }

  private var meet: Bool { common[0] > 0 && common[1] > 0 }
  var intersection: Double { meet ? common[0] * common[1] : 0 }
  var union: Double {
    size(edges, 0) * size(edges, 1) + size(target, 0) * size(target, 1) - intersection
  }
  var hull: Double { around[0] * around[1] }

  /// Width or height of a box, in units.
  private func size(_ box: InlineArray<4, Double>, _ axis: Int) -> Double {
    (box[2 + axis] - box[axis]) / units[axis]
  }
  /// By what a slope with an edge is divided to be one with pixels.
  func unit(_ edge: Int) -> Double { units[edge % 2] }

  /// x₂ and y₂ make a box larger, x₁ and y₁ smaller.
  private func sign(_ edge: Int) -> Double { edge < 2 ? -1 : 1 }
  /// How far an edge lies within the target's; below 0 where it lies outside.
  private func inside(_ edge: Int) -> Double { -sign(edge) * (edges[edge] - target[edge]) }

  /// ∂A/∂edge: ±h for x₁ and x₂, ±w for y₁ and y₂.
  func areaSlope(_ edge: Int) -> Double { sign(edge) * size(edges, 1 - edge % 2) }

  /// ∂I/∂edge: only of an edge that lies within the target's, and only where the boxes meet.
  func intersectionSlope(_ edge: Int) -> Double {
    meet && inside(edge) > 0 ? sign(edge) * common[1 - edge % 2] : 0
  }

  /// ∂C/∂edge: only of an edge that lies outside the target's.
  func hullSlope(_ edge: Int) -> Double {
    inside(edge) < 0 ? sign(edge) * around[1 - edge % 2] : 0
  }
}

private func requireBoxes<Scalar>(_ name: String, _ p: Tensor<Scalar>, _ t: Tensor<Scalar>) {
  require(
    p.rank == 2 && p.shape == t.shape && p.shape[1] == 4,
    "\(name): predictions \(p.shape) and targets \(t.shape) must both be [boxes, 4]")
  for k in 0..<p.rows {
    require(
      t[k, 0] < t[k, 2] && t[k, 1] < t[k, 3],
      "\(name): target \(k) is [\(t[k, 0]), \(t[k, 1]), \(t[k, 2]), \(t[k, 3])]; it must be "
        + "[x1, y1, x2, y2] with x1 < x2 and y1 < y2")
    // A NaN goes through, and makes the loss one.
    require(
      !(p[k, 0] > p[k, 2] || p[k, 1] > p[k, 3]),
      "\(name): box \(k) is [\(p[k, 0]), \(p[k, 1]), \(p[k, 2]), \(p[k, 3])]; it must be "
        + "[x1, y1, x2, y2] with x1 ≤ x2 and y1 ≤ y2, corners and not centre and size")
  }
}
