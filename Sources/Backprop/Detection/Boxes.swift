// Boxes: rows (x₁, y₁, x₂, y₂) in pixels, x to the right, y down, x₂ and y₂ the first coordinates outside.
// Area (x₂ - x₁)·(y₂ - y₁), without the +1 of whole pixels.

public import Core
import Kernels

/// What a network says of a box, made into its corners: where in its cell the centre is, and how much
/// larger than usual the box.
///
/// cx = (gx + σ(t₀))·s, cy = (gy + σ(t₁))·s, w = p·e^t₂, h = p·e^t₃; x₁ = cx - w/2, x₂ = cx + w/2,
/// and likewise y.
///
/// Source: Redmon, Divvala, Girshick, Farhadi, "You only look once", CVPR 2016, section 2; the exponential
/// is that of Ren, He, Girshick, Sun, "Faster R-CNN", NIPS 2015, equation 2.
///
/// - Parameters:
///   - t: What the network says, `[k, 4]`.
///   - cells: The column gx and the row gy of each box's cell, `[k, 2]`.
///   - stride: s, how many pixels a cell is wide and high.
///   - prior: p, the usual width and height of a box, in pixels.
/// - Returns: Corners, `[k, 4]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func boxDecode<Scalar>(
  _ t: Tensor<Scalar>, cells: Tensor<Scalar>, stride: Scalar, prior: Scalar
) -> Tensor<Scalar> {
  requireOffsets(t, cells, stride, prior)
  var corners = t
  for k in 0..<t.rows {
    for axis in 0..<2 {
      let centre = (cells[k, axis] + logistic(t[k, axis])) * stride
      let half = prior * Scalar.exp(t[k, 2 + axis]) / 2
      corners[k, axis] = centre - half
      corners[k, 2 + axis] = centre + half
    }
  }
  return corners
}

/// The gradient of `boxDecode` with respect to t.
///
/// The centre moves both edges alike, the size moves them apart:
/// dt₀ = (dx₁ + dx₂)·s·σ′(t₀), dt₂ = (dx₂ - dx₁)·w/2, and likewise y.
///
/// - Parameters:
///   - dCorners: ∂loss/∂corners, `[k, 4]`.
///   - t: What the network says, `[k, 4]`.
///   - cells: The column and the row of each box's cell, `[k, 2]`; they shift boxes, and no slope.
///   - stride: s.
///   - prior: p.
/// - Returns: ∂loss/∂t, `[k, 4]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func boxDecodeBackward<Scalar>(
  _ dCorners: Tensor<Scalar>, _ t: Tensor<Scalar>, cells: Tensor<Scalar>, stride: Scalar,
  prior: Scalar
) -> Tensor<Scalar> {
  requireOffsets(t, cells, stride, prior)
  require(
    dCorners.shape == t.shape,
    "boxDecode backward: dCorners is \(dCorners.shape), should be \(t.shape), the output's shape")
  var dT = t
  for k in 0..<t.rows {
    for axis in 0..<2 {
      let (first, last) = (dCorners[k, axis], dCorners[k, 2 + axis])
      // forward: x₁ = (gx + σ(t₀))·s - w/2, x₂ = (gx + σ(t₀))·s + w/2
      dT[k, axis] = (first + last) * stride * logisticSlope(t[k, axis])
      // forward: w = p·e^t₂, whose slope is w
      let (apart, growth) = (last - first, Scalar.exp(t[k, 2 + axis]))
      // Where nothing pulls the edges apart, a size beyond the largest number changes nothing.
      dT[k, 2 + axis] = apart == 0 && !growth.isNaN ? 0 : apart * prior * growth / 2
    }
  }
  return dT
}

private func requireOffsets<Scalar>(
  _ t: Tensor<Scalar>, _ cells: Tensor<Scalar>, _ stride: Scalar, _ prior: Scalar
) {
  require(
    t.rank == 2 && t.shape[1] == 4 && cells.shape == [t.shape[0], 2],
    "boxDecode: t is \(t.shape) and cells \(cells.shape); they must be [k, 4] and [k, 2]")
  requirePositive(stride, "boxDecode: the stride")
  requirePositive(prior, "boxDecode: the prior")
}

/// Smooth L1: a parabola for small errors, straight lines beyond, for boxes edge by edge.
///
/// With e = p - t an element costs ½e²/β where |e| ≤ β, else |e| - ½β: chapter 2's Huber with δ = β, divided
/// by β. The loss is the sum over all of them, divided by the number of boxes: clip(e, -β, β)/(β·k).
///
/// Source: Girshick, "Fast R-CNN", ICCV 2015, equations 2 and 3.
///
/// - Parameters:
///   - p: What is said of k boxes, `[k, 4]`.
///   - t: What is true, `[k, 4]`.
///   - beta: β, the error from which on the loss is a straight line.
/// - Returns: The loss, 0 where there is no box, and its gradient with respect to p.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func smoothL1<Scalar>(
  prediction p: Tensor<Scalar>, target t: Tensor<Scalar>, beta: Scalar = 1
) -> Loss<Scalar> {
  require(
    p.rank == 2 && p.shape == t.shape,
    "smoothL1: predictions \(p.shape) and targets \(t.shape) must both be [boxes, 4]")
  requirePositive(beta, "smoothL1: beta")
  let boxes = Scalar(max(1, p.rows))
  let sum = blockedSum(0..<p.count) { i in
    let e = abs(p.storage[i] - t.storage[i])
    return e <= beta ? e * e / beta / 2 : e - beta / 2
  }
  // forward: loss = Σ ½e²/β where |e| ≤ β, else |e| - ½β, divided by the number of boxes
  let dP = generate(p.storage, t.storage) { p, t in
    let e = p - t
    return (e < -beta ? -beta : e > beta ? beta : e) / (beta * boxes)
  }
  return (sum / boxes, Tensor(dP, shape: p.shape))
}
