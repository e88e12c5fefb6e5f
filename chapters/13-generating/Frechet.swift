import Core

/// Mean and covariance of a judge's features over some images.
struct FeatureStatistics {
  /// `[d]`.
  let mean: Tensor<Double>
  /// `[d, d]`.
  let covariance: Tensor<Double>

  /// - Parameter features: `[m, d]`.
  init(_ features: Tensor<Float>) {
    let x = Tensor<Double>(features)
    mean = x.mean(axis: 0)
    let centred = x - mean
    covariance = matmul(transposed: centred, centred) / Double(max(x.rows - 1, 1))
  }

  /// ‖μ₁ - μ₂‖² + tr(Σ₁ + Σ₂ - 2(Σ₁Σ₂)^½), between two normal distributions.
  ///
  /// (Σ₁Σ₂)^½ has the trace of (RΣ₂R)^½ with R = Σ₁^½, and that is symmetric.
  ///
  /// Source: Heusel et al., "GANs Trained by a Two Time-Scale Update Rule", NIPS 2017, equation 6; the
  /// features there are another network's.
  func frechetDistance(to other: FeatureStatistics) -> Double {
    let root = squareRoot(covariance)
    let product = matmul(matmul(root, other.covariance), root)
    let traces = trace(covariance) + trace(other.covariance) - 2 * trace(squareRoot(product))
    return (mean - other.mean).squaredNorm() + traces
  }
}

private func trace(_ a: Tensor<Double>) -> Double {
  (0..<a.rows).reduce(0) { $0 + a[$1, $1] }
}

/// The square root of a symmetric matrix without negative eigenvalues, by products alone.
///
/// Source: Higham, "Functions of Matrices", 2008, equation 6.35 (the product form of Newton's iteration).
private func squareRoot(_ a: Tensor<Double>) -> Tensor<Double> {
  let size = a.norm()
  guard size > 0 else { return a }
  let identity: Tensor<Double> = oneHot(Array(0..<a.rows), classes: a.rows)
  // A little of the identity: features that are never used have an eigenvalue of 0.
  var y = a / size + 1e-9 * identity
  var z = identity
  for _ in 0..<40 {
    let step = 1.5 * identity - 0.5 * matmul(z, y)
    (y, z) = (matmul(y, step), matmul(step, z))
    // Rounding must not add up to a part that is not symmetric.
    (y, z) = ((y + y.transposed) / 2, (z + z.transposed) / 2)
  }
  return y * size.squareRoot()
}
