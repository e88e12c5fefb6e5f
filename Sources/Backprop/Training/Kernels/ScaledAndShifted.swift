// A factor and a summand for each column, the same in every row, and the way back.
//
//   forward:   y = γ ⊙ x̂ + β
//   backward:  dx̂ = γ ⊙ dy   dγ = Σ dy ⊙ x̂   dβ = Σ dy, the sums over the rows

package import Kernels

/// y = γ ⊙ x̂ + β in each row of a matrix.
///
/// - Parameters:
///   - rows: How many rows there are.
///   - columns: How many numbers each of them has.
///   - x: x̂, `[rows, columns]`.
///   - scale: γ, `[columns]`.
///   - shift: β, `[columns]`.
/// - Returns: y, `[rows, columns]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func scaledAndShifted<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar], scale: [Scalar], shift: [Scalar]
) -> [Scalar] {
  requireMatrix(x.count, rows, columns, "scaledAndShifted")
  requireMatrix(scale.count, 1, columns, "scaledAndShifted, the factors")
  requireMatrix(shift.count, 1, columns, "scaledAndShifted, the summands")
  return [Scalar](unsafeUninitializedCapacity: rows * columns) { y, filled in
    filled = rows * columns
    x.withUnsafeBufferPointer { x in
      scale.withUnsafeBufferPointer { scale in
        shift.withUnsafeBufferPointer { shift in
          guard let x = x.baseAddress, let y = y.baseAddress, let scale = scale.baseAddress,
            let shift = shift.baseAddress
          else { return }
          parallel(rows, grain: 1, worth: rows &* columns > 20_000) { part in
            scaleAndShift(
              part.count, columns, x + part.lowerBound &* columns, scale, shift,
              y + part.lowerBound &* columns)
          }
        }
      }
    }
  }
}

/// Some rows of it, one after the other in memory.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func scaleAndShift<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>, _ scale: UnsafePointer<Scalar>,
  _ shift: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>
) {
  for i in 0..<rows {
    let (row, target) = (x + i &* columns, y + i &* columns)
    for j in 0..<columns { target[j] = row[j] * scale[j] + shift[j] }
  }
}

/// What goes back from y = γ ⊙ x̂ + β, in one pass.
///
/// The sums are those of `columnSums`: row after row, and in blocks.
///
/// - Parameters:
///   - rows: How many rows there are.
///   - columns: How many numbers each of them has.
///   - dY: ∂loss/∂y, `[rows, columns]`.
///   - x: x̂, `[rows, columns]`.
///   - scale: γ, `[columns]`.
/// - Returns: ∂loss/∂x̂, `[rows, columns]`, and ∂loss/∂γ and ∂loss/∂β, `[columns]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func scaledAndShiftedGradients<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dY: [Scalar], _ x: [Scalar], scale: [Scalar]
) -> (dX: [Scalar], dScale: [Scalar], dShift: [Scalar]) {
  requireMatrix(dY.count, rows, columns, "scaledAndShiftedGradients")
  requireMatrix(x.count, rows, columns, "scaledAndShiftedGradients")
  requireMatrix(scale.count, 1, columns, "scaledAndShiftedGradients, the factors")
  var dX: [Scalar] = unfilled(rows * columns)
  var dScale = [Scalar](repeating: 0, count: columns)
  var dShift = dScale
  dY.withUnsafeBufferPointer { dY in
    x.withUnsafeBufferPointer { x in
      scale.withUnsafeBufferPointer { scale in
        dX.withUnsafeMutableBufferPointer { dX in
          dScale.withUnsafeMutableBufferPointer { dScale in
            dShift.withUnsafeMutableBufferPointer { dShift in
              guard let dY = dY.baseAddress, let x = x.baseAddress,
                let scale = scale.baseAddress, let dX = dX.baseAddress,
                let dScale = dScale.baseAddress, let dShift = dShift.baseAddress
              else { return }
              parallel(
                columns, grain: Scalar.Wide.scalarCount, worth: rows &* columns > 20_000
              ) { part in
                gradientsOfColumns(part, rows, columns, dY, x, scale, dX, dScale, dShift)
              }
            }
          }
        }
      }
    }
  }
  return (dX, dScale, dShift)
}

/// Some columns of them: a register's width of columns from the first row to the last, then the next.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func gradientsOfColumns<Scalar: Real>(
  _ part: Range<Int>, _ rows: Int, _ columns: Int, _ dY: UnsafePointer<Scalar>,
  _ x: UnsafePointer<Scalar>, _ scale: UnsafePointer<Scalar>, _ dX: UnsafeMutablePointer<Scalar>,
  _ dScale: UnsafeMutablePointer<Scalar>, _ dShift: UnsafeMutablePointer<Scalar>
) {
  let width = Scalar.Wide.scalarCount
  let whole = UnsafeMutablePointer<Double>.allocate(capacity: 2 &* width)
  defer { whole.deallocate() }
  var j = part.lowerBound
  while j &+ width <= part.upperBound {
    let gamma = UnsafeRawPointer(scale + j).loadUnaligned(as: Scalar.Wide.self)
    for lane in 0..<2 &* width { whole[lane] = 0 }
    for top in stride(from: 0, to: rows, by: sumBlock) {
      var (products, sums) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
      for i in top..<min(top &+ sumBlock, rows) {
        let place = i &* columns &+ j
        let d = UnsafeRawPointer(dY + place).loadUnaligned(as: Scalar.Wide.self)
        products += d * UnsafeRawPointer(x + place).loadUnaligned(as: Scalar.Wide.self)
        sums += d
        UnsafeMutableRawPointer(dX + place).storeBytes(of: d * gamma, as: Scalar.Wide.self)
      }
      for lane in 0..<width {
        whole[lane] += Double(products[lane])
        whole[width &+ lane] += Double(sums[lane])
      }
    }
    for lane in 0..<width {
      dScale[j &+ lane] = Scalar(whole[lane])
      dShift[j &+ lane] = Scalar(whole[width &+ lane])
    }
    j &+= width
  }
  while j < part.upperBound {
    for i in 0..<rows { dX[i &* columns &+ j] = dY[i &* columns &+ j] * scale[j] }
    dScale[j] = blockedSum(0..<rows) { dY[$0 &* columns &+ j] * x[$0 &* columns &+ j] }
    dShift[j] = blockedSum(0..<rows) { dY[$0 &* columns &+ j] }
    j &+= 1
  }
}
