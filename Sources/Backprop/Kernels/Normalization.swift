// Rows brought to mean 0 and variance 1, and the way back. Each row is worked on by one thread.

/// Rows with mean 0 and variance 1, and what was taken out of them.
public struct StandardizedRows<Scalar: Real>: Sendable {
  /// x̂ = (x - mean)·inverse, `[rows, columns]`.
  public var values: [Scalar]
  /// `[rows]`.
  public var mean: [Scalar]
  /// The biased variance, `[rows]`.
  public var variance: [Scalar]
  /// 1/√(variance + ε), `[rows]`.
  public var inverse: [Scalar]
}

/// x̂ = (x - mean)/√(variance + ε), row by row, with the biased variance, in two passes.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func standardizedRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], epsilon: Scalar
) -> StandardizedRows<Scalar> {
  requireMatrix(x.count, rows, columns, "standardizedRows")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "standardizedRows")
  let none = [Scalar](repeating: 0, count: rows)
  var result = StandardizedRows(
    values: [Scalar](unsafeUninitializedCapacity: rows * columns) { $1 = rows * columns },
    mean: none, variance: none, inverse: none)
  let share = 1 / Scalar(columns)
  x.withUnsafeBufferPointer { x in
    result.values.withUnsafeMutableBufferPointer { values in
      result.mean.withUnsafeMutableBufferPointer { means in
        result.variance.withUnsafeMutableBufferPointer { variances in
          result.inverse.withUnsafeMutableBufferPointer { inverses in
            guard let x = x.baseAddress, let values = values.baseAddress else { return }
            nonisolated(unsafe) let (means, variances, inverses) = (means, variances, inverses)
            parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
              for i in range {
                let row = x + i &* columns
                let mean = laneSum(row, row, columns) { x, _ in x } * share
                let wide = Scalar.Wide(repeating: mean)
                let variance =
                  laneSum(row, row, columns) { x, _ in (x - wide) * (x - wide) } * share
                let inverse = 1 / (variance + epsilon).squareRoot()
                means[i] = mean
                variances[i] = variance
                inverses[i] = inverse
                let target = values + i &* columns
                for j in 0..<columns { target[j] = (row[j] - mean) * inverse }
              }
            }
          }
        }
      }
    }
  }
  return result
}

/// dx from dx̂ and x̂ = (x - mean)/√(variance + ε): inverse·(dx̂ - mean(dx̂) - x̂·mean(dx̂ ⊙ x̂)).
///
/// Two terms are what mean and variance, which depend on every x of the row, send back.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func standardizedRowsGradient<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dStandard: [Scalar], standard: [Scalar], inverse: [Scalar]
) -> [Scalar] {
  requireMatrix(dStandard.count, rows, columns, "standardizedRowsGradient")
  require(
    standard.count == dStandard.count && inverse.count == rows,
    "standardizedRowsGradient: \(dStandard.count) gradients of \(standard.count) numbers in "
      + "\(inverse.count) rows; they must be those of one forward pass")
  let share = 1 / Scalar(columns)
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
            let mean = laneSum(d, x, columns) { d, _ in d } * share
            let slope = laneSum(d, x, columns) { d, x in d * x } * share
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
public func rowSumsAndProducts<Scalar: Real>(
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
              sums[i] = laneSum(a, b, columns) { a, _ in a }
              products[i] = laneSum(a, b, columns) { a, b in a * b }
            }
          }
        }
      }
    }
  }
  return result
}

/// Each row with a factor and a summand of its own: yᵢⱼ = xᵢⱼ·scaleᵢ + shiftᵢ.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func scaledRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], scale: [Scalar], shift: [Scalar]
) -> [Scalar] {
  requireMatrix(x.count, rows, columns, "scaledRows")
  require(
    scale.count == rows && shift.count == rows,
    "scaledRows: \(scale.count) factors and \(shift.count) summands for \(rows) rows; give one each"
  )
  return [Scalar](unsafeUninitializedCapacity: x.count) { y, filled in
    filled = rows * columns
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      parallel(rows, grain: 1, worth: rows &* columns > 20_000) { range in
        for i in range {
          let (row, target) = (x + i &* columns, y + i &* columns)
          let (scale, shift) = (scale[i], shift[i])
          for j in 0..<columns { target[j] = row[j] * scale + shift }
        }
      }
    }
  }
}

/// Σ f(a, b) over n numbers, in as many partial sums as a register has lanes.
@inline(__always)
private func laneSum<Scalar: Real>(
  _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ n: Int,
  _ f: (Scalar.Wide, Scalar.Wide) -> Scalar.Wide
) -> Scalar {
  let width = Scalar.Wide.scalarCount
  var (sums, i) = (Scalar.Wide(repeating: 0), 0)
  while i &+ width <= n {
    sums += f(
      UnsafeRawPointer(a + i).loadUnaligned(as: Scalar.Wide.self),
      UnsafeRawPointer(b + i).loadUnaligned(as: Scalar.Wide.self))
    i &+= width
  }
  var (restA, restB) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
  for j in i..<n {
    restA[j &- i] = a[j]
    restB[j &- i] = b[j]
  }
  let rest = f(restA, restB)
  // Lanes that hold no number do not count, whatever f makes of 0.
  for j in i..<n { sums[j &- i] += rest[j &- i] }
  return sums.sum()
}
