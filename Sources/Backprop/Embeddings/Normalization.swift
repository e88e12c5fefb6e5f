// Onto the unit sphere: what remains of a vector is its direction.

public import Core

/// Each row divided by its length: y = x/ν, ν = max(‖x‖, 10⁻¹²).
///
/// Distances between such rows say how far directions are apart: ‖a - b‖² = 2 - 2a·b. A row of zeros
/// has no direction, and stays zeros; one with a single infinite number points along that axis.
///
/// - Parameter x: `[m, d]`.
/// - Returns: y, `[m, d]`.
public func l2Normalize<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  unitRows(x, "l2Normalize").y
}

/// dx = (dy - y(y·dy))/ν in each row: what would change the length is taken out, the rest is divided by it.
///
/// - Parameters:
///   - dY: ∂loss/∂y, `[m, d]`.
///   - x: The input, `[m, d]`.
/// - Returns: ∂loss/∂x, `[m, d]`, at a right angle to x; dy/ν where ν is 10⁻¹².
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func l2NormalizeBackward<Scalar: Real>(
  _ dY: Tensor<Scalar>, x: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    x.rank == 2 && dY.shape == x.shape,
    "l2NormalizeBackward: dy is \(dY.shape), x is \(x.shape); both must be one matrix's shape")
  let (y, lengths) = unitRows(x, "l2NormalizeBackward")
  var dX = dY
  for i in 0..<x.rows {
    let row = i * x.columns..<(i + 1) * x.columns
    let (_, power, factor, isShort) = lengths[i]
    // forward: y = x/ν; a ν that is 10⁻¹² does not depend on x
    var along: Scalar = 0
    if !isShort { for j in row { along += y.storage[j] * dY.storage[j] } }
    for j in row { dX.storage[j] = (dY.storage[j] - y.storage[j] * along) / power / factor }
  }
  return dX
}

/// The rows, each divided by its ν, and ν as a power of two times a factor: a length may be more than a
/// Scalar holds where a direction is not.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func unitRows<Scalar: Real>(
  _ x: Tensor<Scalar>, _ name: String
) -> (y: Tensor<Scalar>, lengths: [(value: Scalar, power: Scalar, factor: Scalar, isShort: Bool)]) {
  require(x.rank == 2, "\(name): needs a matrix [m, d], x is \(x.shape)")
  let (least, width) = (Scalar(1e-12), x.columns)
  var y = x
  let lengths = (0..<x.rows).map { i in
    let row = i * width..<(i + 1) * width
    let (value, power, factor) = euclideanNorm([Tensor(Array(x.storage[row]))])
    let isShort = value < least
    let divisor = isShort ? (least, 1, least, true) : (value, power, factor, false)
    for j in row { y.storage[j] = x.storage[j] / divisor.1 / divisor.2 }
    if factor.isInfinite, row.count(where: { x.storage[$0].isInfinite }) == 1 {
      // The limit: all other numbers are nothing beside it.
      for j in row { y.storage[j] = x.storage[j].isInfinite ? (x.storage[j] > 0 ? 1 : -1) : 0 }
    }
    return divisor
  }
  return (y, lengths)
}

/// `l2Normalize` as the last layer of a network whose outputs are compared by direction.
public struct L2Normalize<Scalar: Real>: Layer, Sendable {
  /// The input, `[m, d]`.
  public struct Cache: Sendable {
    public let x: Tensor<Scalar>

    public init(x: Tensor<Scalar>) { self.x = x }
  }

  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    (l2Normalize(x), Cache(x: x))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    (l2NormalizeBackward(dY, x: cache.x), NoParameters())
  }
}
