// Rows brought to mean 0 and variance 1, and the way back. Each row is worked on by one thread.

package import Kernels

/// Rows with mean 0 and variance 1, and what was taken out of them.
package struct StandardizedRows<Scalar: Real>: Sendable {
  /// x̂ = (x - mean)·inverse, `[rows, columns]`.
  package var values: [Scalar]
  /// `[rows]`.
  package var mean: [Scalar]
  /// The biased variance, `[rows]`.
  package var variance: [Scalar]
  /// 1/√(variance + ε), `[rows]`.
  package var inverse: [Scalar]
  /// x̂·scale + shift, `[rows, columns]`; empty where none is asked for.
  package var scaled: [Scalar] = []
}

/// x̂ = (x - mean)/√(variance + ε), row by row, with the biased variance, in two passes.
///
/// The second pass corrects the mean by the mean of what is left, so that equal numbers give 0 (Chan,
/// Golub, LeVeque, "Algorithms for computing the sample variance", 1983). Where squares overflow or
/// vanish, a row is brought near 1 before, by a power of two. A variance that no Scalar holds is infinite.
/// With `then`, each row is also given a factor and a summand, while it is in the cache.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func standardizedRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], epsilon: Scalar,
  then affine: (scale: [Scalar], shift: [Scalar])? = nil
) -> StandardizedRows<Scalar> {
  requireMatrix(x.count, rows, columns, "standardizedRows")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "standardizedRows")
  require(
    affine.map { $0.scale.count == rows && $0.shift.count == rows } ?? true,
    "standardizedRows: \(affine?.scale.count ?? 0) factors and \(affine?.shift.count ?? 0) summands "
      + "for \(rows) rows; give one each")
  let none = [Scalar](repeating: 0, count: rows)
  var result = StandardizedRows(
    values: unfilled(rows * columns),
    mean: none, variance: none, inverse: none,
    scaled: affine == nil ? [] : unfilled(rows * columns))
  x.withUnsafeBufferPointer { x in
    result.values.withUnsafeMutableBufferPointer { values in
      result.mean.withUnsafeMutableBufferPointer { means in
        result.variance.withUnsafeMutableBufferPointer { variances in
          result.inverse.withUnsafeMutableBufferPointer { inverses in
            result.scaled.withUnsafeMutableBufferPointer { scaled in
              guard let x = x.baseAddress, let values = values.baseAddress else { return }
              nonisolated(unsafe) let (means, variances, inverses) = (means, variances, inverses)
              nonisolated(unsafe) let scaled = scaled.baseAddress
              parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
                for i in range {
                  let target = values + i &* columns
                  (means[i], variances[i], inverses[i]) = standardize(
                    x + i &* columns, columns, epsilon, to: target)
                  if let affine, let y = scaled.map({ $0 + i &* columns }) {
                    let (scale, shift) = (affine.scale[i], affine.shift[i])
                    for j in 0..<columns { y[j] = target[j] * scale + shift }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return result
}

/// The same for one row.
@inline(__always)
private func standardize<Scalar: Real>(
  _ row: UnsafePointer<Scalar>, _ columns: Int, _ epsilon: Scalar,
  to target: UnsafeMutablePointer<Scalar>
) -> (mean: Scalar, variance: Scalar, inverse: Scalar) {
  // Below this, squares begin to lose digits.
  let least = Scalar.leastNormalMagnitude / Scalar.ulpOfOne
  let (mean, variance) = moments(row, columns)
  if variance + epsilon >= least, variance.isFinite {
    let inverse = 1 / (variance + epsilon).squareRoot()
    for j in 0..<columns { target[j] = (row[j] - mean) * inverse }
    return (mean, variance, inverse)
  }
  var largest: Scalar = 0
  for j in 0..<columns { largest = max(largest, row[j].magnitude) }
  let power = powerOfTwo(near: max(largest, epsilon.squareRoot()))
  for j in 0..<columns { target[j] = row[j] / power }
  let (centre, spread) = moments(target, columns)
  let root = (spread + epsilon / power / power).squareRoot()
  // A row of equal numbers, without ε: 0, and nothing passes on the way back.
  let inverse = root == 0 ? 0 : 1 / root
  for j in 0..<columns { target[j] = (target[j] - centre) * inverse }
  return (centre * power, spread * power * power, inverse / power)
}

/// The mean and the biased variance of n numbers.
@inline(__always)
private func moments<Scalar: Real>(
  _ x: UnsafePointer<Scalar>, _ n: Int
) -> (mean: Scalar, variance: Scalar) {
  let count = Scalar(n)
  let near = laneSums(x, x, n) { x, _ in (x, x) }.0 / count
  let wide = Scalar.Wide(repeating: near)
  let (rest, squares) = laneSums(x, x, n) { x, _ in (x - wide, (x - wide) * (x - wide)) }
  let correction = rest / count
  return (near + correction, max(squares / count - correction * correction, 0))
}

/// The power of two just below a positive number; 1 for others.
@inline(__always)
private func powerOfTwo<Scalar: Real>(near x: Scalar) -> Scalar {
  x > 0 && x.isFinite ? Scalar(sign: .plus, exponent: x.exponent, significand: 1) : 1
}

/// dx from dy, where y = x̂·scale and x̂ = (x - mean)/√(variance + ε):
/// inverse·scale·(dy - mean(dy) - x̂·mean(dy ⊙ x̂)).
///
/// Two terms are what mean and variance, which depend on every x of the row, send back.
///
/// - Parameters:
///   - rows: How many there are.
///   - columns: Numbers in a row.
///   - dY: The gradient of y, `[rows, columns]`.
///   - standard: x̂, `[rows, columns]`.
///   - inverse: 1/√(variance + ε), `[rows]`.
///   - scale: A factor for each row; nil for factors of 1.
/// - Returns: dx, and of each row Σ dy and Σ dy ⊙ x̂.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func standardizedRowsGradient<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dY: [Scalar], standard: [Scalar], inverse: [Scalar],
  scale: [Scalar]? = nil
) -> (dX: [Scalar], sums: [Scalar], products: [Scalar]) {
  requireMatrix(dY.count, rows, columns, "standardizedRowsGradient")
  require(
    standard.count == dY.count && inverse.count == rows && (scale?.count ?? rows) == rows,
    "standardizedRowsGradient: \(dY.count) gradients of \(standard.count) numbers in "
      + "\(inverse.count) rows; they must be those of one forward pass")
  let count = Scalar(columns)
  let none = [Scalar](repeating: 0, count: rows)
  var result = (dX: unfilled(rows * columns) as [Scalar], sums: none, products: none)
  dY.withUnsafeBufferPointer { dY in
    standard.withUnsafeBufferPointer { standard in
      result.dX.withUnsafeMutableBufferPointer { dX in
        result.sums.withUnsafeMutableBufferPointer { sums in
          result.products.withUnsafeMutableBufferPointer { products in
            guard let dX = dX.baseAddress, let dY = dY.baseAddress,
              let standard = standard.baseAddress, let sums = sums.baseAddress,
              let products = products.baseAddress
            else { return }
            parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
              for i in range {
                let (d, x) = (dY + i &* columns, standard + i &* columns)
                (sums[i], products[i]) = laneSums(d, x, columns) { d, x in (d, d * x) }
                let (mean, slope) = (sums[i] / count, products[i] / count)
                let (target, inverse, scale) = (dX + i &* columns, inverse[i], scale?[i] ?? 1)
                for j in 0..<columns {
                  target[j] = inverse * (scale * (d[j] - mean - x[j] * slope))
                }
              }
            }
          }
        }
      }
    }
  }
  return result
}

/// For every row i: Σⱼ aᵢⱼ and Σⱼ aᵢⱼ·bᵢⱼ.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func rowSumsAndProducts<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ a: [Scalar], _ b: [Scalar]
) -> (sums: [Scalar], products: [Scalar]) {
  requireMatrix(a.count, rows, columns, "rowSumsAndProducts")
  requireMatrix(b.count, rows, columns, "rowSumsAndProducts")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "rowSumsAndProducts")
  var result = (
    sums: [Scalar](repeating: 0, count: rows), products: [Scalar](repeating: 0, count: rows)
  )
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      result.sums.withUnsafeMutableBufferPointer { sums in
        result.products.withUnsafeMutableBufferPointer { products in
          guard let a = a.baseAddress, let b = b.baseAddress, let sums = sums.baseAddress,
            let products = products.baseAddress
          else { return }
          parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
            for i in range {
              let (a, b) = (a + i &* columns, b + i &* columns)
              (sums[i], products[i]) = laneSums(a, b, columns) { a, b in (a, a * b) }
            }
          }
        }
      }
    }
  }
  return result
}

/// Each row with numbers of its own: yᵢⱼ = (xᵢⱼ - centreᵢ)·scaleᵢ + shiftᵢ.
///
/// The centre is taken away first: of two large products the difference would be rounding.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func scaledRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], centre: [Scalar], scale: [Scalar], shift: [Scalar]
) -> [Scalar] {
  requireMatrix(x.count, rows, columns, "scaledRows")
  require(
    centre.count == rows && scale.count == rows && shift.count == rows,
    "scaledRows: \(centre.count) centres, \(scale.count) factors and \(shift.count) summands for \(rows) rows; give one each"
  )
  return [Scalar](unsafeUninitializedCapacity: x.count) { y, filled in
    filled = rows * columns
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
        for i in range {
          let (row, target) = (x + i &* columns, y + i &* columns)
          let (centre, scale, shift) = (centre[i], scale[i], shift[i])
          for j in 0..<columns { target[j] = (row[j] - centre) * scale + shift }
        }
      }
    }
  }
}

/// Two sums over n numbers in one pass, each as `laneSum` makes it: here, because only in one file are they
/// inlined whole.
@inline(__always)
private func laneSums<Scalar: Real>(
  _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ n: Int,
  _ f: (Scalar.Wide, Scalar.Wide) -> (Scalar.Wide, Scalar.Wide)
) -> (Scalar, Scalar) {
  let width = Scalar.Wide.scalarCount
  var (first, second, i) = (0.0, 0.0, 0)
  while true {
    var (sums, others) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
    let end = min(i &+ sumBlock &* width, n)
    while i &+ width <= end {
      let (x, y) = f(
        UnsafeRawPointer(a + i).loadUnaligned(as: Scalar.Wide.self),
        UnsafeRawPointer(b + i).loadUnaligned(as: Scalar.Wide.self))
      sums += x
      others += y
      i &+= width
    }
    if i < end {
      let (x, y) = f(part(a + i, end &- i), part(b + i, end &- i))
      for j in i..<end {
        sums[j &- i] += x[j &- i]
        others[j &- i] += y[j &- i]
      }
      i = end
    }
    first += Double(sums.sum())
    second += Double(others.sum())
    if i == n { return (Scalar(first), Scalar(second)) }
  }
}
