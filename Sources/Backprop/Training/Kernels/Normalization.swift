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
}

/// x̂ = (x - mean)/√(variance + ε), row by row, with the biased variance, in two passes.
///
/// The second pass corrects the mean by the mean of what is left, so that equal numbers give 0 (Chan,
/// Golub, LeVeque, "Algorithms for computing the sample variance", 1983). Where squares overflow or
/// vanish, a row is brought near 1 before, by a power of two. A variance that no Scalar holds is infinite.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func standardizedRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], epsilon: Scalar
) -> StandardizedRows<Scalar> {
  requireMatrix(x.count, rows, columns, "standardizedRows")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "standardizedRows")
  let none = [Scalar](repeating: 0, count: rows)
  var result = StandardizedRows(
    values: unfilled(rows * columns),
    mean: none, variance: none, inverse: none)
  // Below this, squares begin to lose digits.
  let least = Scalar.leastNormalMagnitude / Scalar.ulpOfOne
  x.withUnsafeBufferPointer { x in
    result.values.withUnsafeMutableBufferPointer { values in
      result.mean.withUnsafeMutableBufferPointer { means in
        result.variance.withUnsafeMutableBufferPointer { variances in
          result.inverse.withUnsafeMutableBufferPointer { inverses in
            guard let x = x.baseAddress, let values = values.baseAddress else { return }
            nonisolated(unsafe) let (means, variances, inverses) = (means, variances, inverses)
            parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
              for i in range {
                let (row, target) = (x + i &* columns, values + i &* columns)
                var (mean, variance) = moments(row, columns)
                var inverse = 1 / (variance + epsilon).squareRoot()
                if variance + epsilon >= least, variance.isFinite {
                  for j in 0..<columns { target[j] = (row[j] - mean) * inverse }
                } else {
                  var largest: Scalar = 0
                  for j in 0..<columns { largest = max(largest, row[j].magnitude) }
                  let power = powerOfTwo(near: max(largest, epsilon.squareRoot()))
                  for j in 0..<columns { target[j] = row[j] / power }
                  (mean, variance) = moments(target, columns)
                  let root = (variance + epsilon / power / power).squareRoot()
                  // A row of equal numbers, without ε: 0, and nothing passes on the way back.
                  inverse = root == 0 ? 0 : 1 / root
                  for j in 0..<columns { target[j] = (target[j] - mean) * inverse }
                  (mean, variance, inverse) = (
                    mean * power, variance * power * power, inverse / power
                  )
                }
                means[i] = mean
                variances[i] = variance
                inverses[i] = inverse
              }
            }
          }
        }
      }
    }
  }
  return result
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

/// dx from dx̂ and x̂ = (x - mean)/√(variance + ε): inverse·(dx̂ - mean(dx̂) - x̂·mean(dx̂ ⊙ x̂)).
///
/// Two terms are what mean and variance, which depend on every x of the row, send back.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func standardizedRowsGradient<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dStandard: [Scalar], standard: [Scalar], inverse: [Scalar]
) -> [Scalar] {
  requireMatrix(dStandard.count, rows, columns, "standardizedRowsGradient")
  require(
    standard.count == dStandard.count && inverse.count == rows,
    "standardizedRowsGradient: \(dStandard.count) gradients of \(standard.count) numbers in "
      + "\(inverse.count) rows; they must be those of one forward pass")
  let count = Scalar(columns)
  return [Scalar](unsafeUninitializedCapacity: dStandard.count) { dX, filled in
    filled = rows * columns
    dStandard.withUnsafeBufferPointer { dStandard in
      standard.withUnsafeBufferPointer { standard in
        guard let dX = dX.baseAddress, let dStandard = dStandard.baseAddress,
          let standard = standard.baseAddress
        else { return }
        parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
          for i in range {
            let (d, x) = (dStandard + i &* columns, standard + i &* columns)
            let (sum, products) = laneSums(d, x, columns) { d, x in (d, d * x) }
            let (mean, slope) = (sum / count, products / count)
            let (target, inverse) = (dX + i &* columns, inverse[i])
            for j in 0..<columns { target[j] = inverse * (d[j] - mean - x[j] * slope) }
          }
        }
      }
    }
  }
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
