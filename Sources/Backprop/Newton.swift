// Newton's method, for problems with few parameters.

/// One step of Newton's method: θ - H⁻¹·g, the place where a quadratic with this slope and this
/// curvature has slope 0; a minimum where H is positive definite, else a saddle or a maximum.
///
/// - Parameters:
///   - parameter: θ, `[n]`.
///   - gradient: g at θ, `[n]`.
///   - hessian: H at θ, `[n, n]`.
/// - Returns: The new θ, `[n]`; with infinities or NaN where H has no inverse.
/// - Complexity: O(n³), with n² numbers to store.
public func newtonStep(
  _ parameter: Tensor<Double>, gradient: Tensor<Double>, hessian: Tensor<Double>
) -> Tensor<Double> {
  parameter - solve(hessian, gradient)
}

/// The solution d of A·d = b, by Gaussian elimination with partial pivoting.
public func solve(_ matrix: Tensor<Double>, _ b: Tensor<Double>) -> Tensor<Double> {
  let n = b.count
  require(
    matrix.shape == [n, n] && b.rank == 1,
    "solve: the matrix is \(matrix.shape) and the right side \(b.shape); they must be [n, n], [n]")
  var (a, d) = (matrix, b)
  for column in 0..<n {
    // The largest number of the column comes to the diagonal: it may be 0 there now.
    var pivot = column
    for row in column..<n where abs(a[row, column]) > abs(a[pivot, column]) { pivot = row }
    if pivot != column {
      for j in 0..<n { (a[pivot, j], a[column, j]) = (a[column, j], a[pivot, j]) }
      (d[pivot], d[column]) = (d[column], d[pivot])
    }
    for row in column + 1..<max(n, column + 1) {
      let factor = a[row, column] / a[column, column]
      for j in column..<n { a[row, j] -= factor * a[column, j] }
      d[row] -= factor * d[column]
    }
  }
  for row in stride(from: n - 1, through: 0, by: -1) {
    for j in row + 1..<max(n, row + 1) { d[row] -= a[row, j] * d[j] }
    d[row] /= a[row, row]
  }
  return d
}

/// The Hessian by central differences of a gradient: column j is (g(θ + h·eⱼ) - g(θ - h·eⱼ)) / 2h.
///
/// - Returns: `[n, n]`, made symmetric.
/// - Complexity: 2n gradients.
public func numericalHessian(
  gradient: (Tensor<Double>) -> Tensor<Double>, at x: Tensor<Double>, step h: Double = 1e-5
) -> Tensor<Double> {
  require(h > 0, "numericalHessian: the step is \(h); it must be positive, such as 1e-5")
  let n = x.count
  var hessian = Tensor<Double>(shape: [n, n])
  for j in 0..<n {
    var (right, left) = (x, x)
    right.scalars[j] += h
    left.scalars[j] -= h
    let column = (gradient(right) - gradient(left)) / (right.scalars[j] - left.scalars[j])
    for i in 0..<n { hessian[i, j] = column.scalars[i] }
  }
  return (hessian + hessian.transposed) / 2
}
