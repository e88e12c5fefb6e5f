// Codes from a list: each vector is replaced by the nearest of some that are learned.

public import Core
import Kernels

/// The nearest row of a list for each row of z, by squared distance; the first of equals.
///
/// A distance that is no number counts as the smallest, so that it is not lost.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func nearestRows<Scalar>(_ z: Tensor<Scalar>, in codebook: Tensor<Scalar>) -> [Int] {
  require(
    z.rank == 2 && codebook.rank == 2 && z.columns == codebook.columns && codebook.rows >= 1,
    "nearestRows: z \(z.shape) and codebook \(codebook.shape) must be [m, n] and [codes, n], with "
      + "a code at least")
  let n = z.columns
  func difference(_ i: Int, _ k: Int, _ j: Int) -> Double {
    Double(z.storage[i * n + j]) - Double(codebook.storage[k * n + j])
  }
  return (0..<z.rows).map { i in
    // By differences: ‖z‖² + ‖e‖² - 2z·e loses the digits of near rows.
    let squares = (0..<codebook.rows).map { k in
      (0..<n).reduce(0.0) { sum, j in
        let gap = difference(i, k, j)
        return sum + gap * gap
      }
    }
    let areSafe = squares.allSatisfy { $0 == 0 || $0 >= 1e-280 && $0.isFinite || $0.isNaN }
    let isZero = squares.contains(0) && n > 0
    if areSafe && !isZero { return placeOfSmallest(squares) }
    return placeOfSmallest(
      (0..<codebook.rows).map { k in Tensor((0..<n).map { difference(i, k, $0) }).norm() })
  }
}

/// The first of the smallest numbers; a NaN is the smallest.
private func placeOfSmallest(_ x: [Double]) -> Int {
  var (place, smallest) = (0, Double.infinity)
  for (k, x) in x.enumerated() where x < smallest || x.isNaN && !smallest.isNaN {
    (place, smallest) = (k, x)
  }
  return place
}

/// Each row of z replaced by the nearest code, and what that costs.
///
/// q is a row of E, and the loss 1/(m·n) Σ (q - stop z)² + β/(m·n) Σ (z - stop q)²: the first part draws the
/// codes to what chose them, the second holds z to its code. Both have one value; they differ in who moves.
///
/// Source: van den Oord, Vinyals, Kavukcuoglu, "Neural Discrete Representation Learning", NIPS 2017,
/// equation 3.
///
/// - Parameters:
///   - z: Vectors, `[m, n]`.
///   - codebook: E, `[codes, n]`.
///   - beta: β, at least 0.
/// - Returns: q, `[m, n]`, and the loss.
public func vectorQuantized<Scalar>(
  _ z: Tensor<Scalar>, codebook: Tensor<Scalar>, beta: Scalar = 0.25
) -> (output: Tensor<Scalar>, loss: Scalar) {
  requireNotNegative(beta, "vectorQuantized: beta")
  let q = codebook.rows(nearestRows(z, in: codebook))
  require(z.count >= 1, "vectorQuantized: z is \(z.shape); it needs an element at least")
  return (q, (1 + beta) * (q - z).squaredNorm() / Scalar(z.count))
}

/// The gradients of quantised vectors and their costs.
///
/// dz = dq + 2β(z - q)/(m·n): a choice has no slope, so dq is handed straight through, as if q were z.
/// dE[k] = Σ 2(q - z)/(m·n), over the rows that chose k; what nobody chose stays. This is a definition: by
/// differences q does not move with z at all.
///
/// - Parameters:
///   - dQ: ∂loss/∂q of what comes behind, `[m, n]`.
///   - z: The vectors, `[m, n]`.
///   - codebook: E, `[codes, n]`.
///   - beta: β, at least 0.
/// - Returns: dz, `[m, n]`, and dE, `[codes, n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func vectorQuantizedBackward<Scalar>(
  _ dQ: Tensor<Scalar>, z: Tensor<Scalar>, codebook: Tensor<Scalar>, beta: Scalar = 0.25
) -> (dZ: Tensor<Scalar>, dCodebook: Tensor<Scalar>) {
  require(
    dQ.shape == z.shape && z.count >= 1,
    "vectorQuantizedBackward: dQ \(dQ.shape) and z \(z.shape) must have one shape, with an element "
      + "at least"
  )
  requireNotNegative(beta, "vectorQuantizedBackward: beta")
  let (chosen, n, count) = (nearestRows(z, in: codebook), z.columns, Scalar(z.count))
  var (dZ, dCodebook) = (dQ, Tensor<Scalar>(shape: codebook.shape))
  for (i, code) in chosen.enumerated() {
    for j in 0..<n {
      let distance = z.storage[i * n + j] - codebook.storage[code * n + j]  // z - q
      // forward: β/(m·n) Σ (z - stop q)², and q in place of z
      dZ.storage[i * n + j] += 2 * beta * distance / count
      // forward: 1/(m·n) Σ (q - stop z)²
      dCodebook.storage[code * n + j] -= 2 * distance / count
    }
  }
  return (dZ, dCodebook)
}
