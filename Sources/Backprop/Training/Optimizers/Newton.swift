// The whole curvature: n² numbers for n parameters, and n³ operations a step. For small problems.

public import Core

/// One step of Newton's method: x - (H + λI)⁻¹·g, to the bottom of the parabola that f looks like.
///
/// On a quadratic that is its stationary point, in one step: a minimum, but as well a saddle or a
/// maximum. A damping λ larger than the most negative curvature turns every step downhill again;
/// for large λ it is gradient descent with the rate 1/λ (Levenberg, 1944).
///
/// - Parameters:
///   - x: The place, n numbers in any shape.
///   - gradient: g, in x's shape.
///   - hessian: H, the second derivatives, `[n, n]`.
///   - damping: λ, at least 0.
/// - Returns: The next place, in x's shape.
/// - Throws: ``SingularMatrix`` where the curvature is zero in some direction.
public func newtonStep(
  from x: Tensor<Double>, gradient: Tensor<Double>, hessian: Tensor<Double>, damping: Double = 0
) throws -> Tensor<Double> {
  requireNotNegative(damping, "newtonStep: the damping")
  require(
    gradient.shape == x.shape && hessian.shape == [x.count, x.count],
    "newtonStep: x is \(x.shape), the gradient \(gradient.shape) and the Hessian \(hessian.shape); "
      + "they must be alike, and [\(x.count), \(x.count)]")
  var curvature = hessian
  for i in 0..<x.count { curvature[i, i] += damping }
  let step = try solve(curvature, gradient.reshaped([x.count]))
  return x - step.reshaped(x.shape)
}

/// The second derivatives of f, from central differences of its gradient: Hᵢⱼ = ∂²f/∂xᵢ∂xⱼ.
///
/// Both halves are averaged, so that H is symmetric to the last bit.
///
/// - Parameters:
///   - gradient: The gradient of f at a place, in the place's shape.
///   - x: The place, n numbers.
///   - h: How far the differences reach.
/// - Returns: H, `[n, n]`.
/// - Complexity: 2n gradients.
public func hessian(
  ofGradient gradient: (Tensor<Double>) throws -> Tensor<Double>, at x: Tensor<Double>,
  step h: Double = 1e-5
) rethrows -> Tensor<Double> {
  require(
    h > 0 && h.isFinite, "hessian: the step is \(h); it must be positive and finite, such as 1e-5")
  let n = x.count
  var (point, result) = (x, Tensor<Double>(shape: [n, n]))
  for i in 0..<n {
    let (right, left) = neighbours(of: x.scalars[i], step: h)
    point.scalars[i] = right
    let above = try gradient(point)
    point.scalars[i] = left
    let below = try gradient(point)
    point.scalars[i] = x.scalars[i]
    require(
      above.shape == x.shape && below.shape == x.shape,
      "hessian: the gradient is \(above.shape) and \(below.shape); it must be \(x.shape), x's shape"
    )
    for j in 0..<n { result[i, j] = (above.scalars[j] - below.scalars[j]) / (right - left) }
  }
  return 0.5 * (result + result.transposed)
}

/// The second derivatives of a function without a gradient, by differences of differences.
///
/// Rounding leaves about ε·abs(f)/h², some 1e-8 for h = 1e-4: half the digits of the other form.
///
/// - Complexity: 4n² evaluations of f.
public func hessian(
  of f: (Tensor<Double>) throws -> Double, at x: Tensor<Double>, step h: Double = 1e-4
) rethrows -> Tensor<Double> {
  try hessian(
    ofGradient: { try numericalGradient(of: f, at: $0, step: h) }, at: x, step: h)
}

/// There is no one solution: some row of the matrix is a mixture of others, or nearly so.
public struct SingularMatrix: Failure {
  /// The column in which elimination found no pivot, from 0.
  public let column: Int

  public var exitCode: Int32 { 65 }
  public var description: String {
    "solve: the matrix is singular in column \(column): the function is flat in some direction. "
      + "Add a damping, such as 1e-3"
  }
}

/// The solution x of A·x = b, by Gaussian elimination with partial pivoting.
///
/// - Parameters:
///   - a: A, `[n, n]`.
///   - b: b, `[n]`.
/// - Returns: x, `[n]`.
/// - Throws: ``SingularMatrix`` if a pivot is below n·ε times the largest element of A.
/// - Complexity: n³/3 multiplications.
public func solve(_ a: Tensor<Double>, _ b: Tensor<Double>) throws -> Tensor<Double> {
  let n = b.count
  require(
    a.shape == [n, n] && b.shape == [n],
    "solve: the matrix is \(a.shape) and the right side \(b.shape); they must be [n, n] and [n]")
  var (a, x) = (a, b)
  let largest = a.scalars.reduce(0) { max($0, abs($1)) }
  let smallest = Double(n) * Double.ulpOfOne * largest
  for column in 0..<n {
    // The largest element below makes the smallest rounding errors.
    var pivot = column
    for row in column..<n where abs(a[row, column]) > abs(a[pivot, column]) { pivot = row }
    // A NaN goes through: it says nothing of the matrix's rows.
    guard !(abs(a[pivot, column]) <= smallest) else { throw SingularMatrix(column: column) }
    if pivot != column {
      for k in column..<n {
        (a[column, k], a[pivot, k]) = (a[pivot, k], a[column, k])
      }
      (x[column], x[pivot]) = (x[pivot], x[column])
    }
    for row in column + 1..<n {
      let factor = a[row, column] / a[column, column]
      for k in column..<n { a[row, k] -= factor * a[column, k] }
      x[row] -= factor * x[column]
    }
  }
  for row in (0..<n).reversed() {
    for k in row + 1..<n { x[row] -= a[row, k] * x[k] }
    x[row] /= a[row, row]
  }
  return x
}
