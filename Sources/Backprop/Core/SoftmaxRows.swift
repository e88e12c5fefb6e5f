// The loops under softmax. Most rows here are shorter than a register: ten classes, a sequence of sixteen.
// So what is one number for a row is written out for each of its elements, and what is long, the
// exponentials and the quotients, runs over many rows at once.

import Kernels

/// About how many elements are worked on at a time: what is in hand stays in the first cache.
private let softmaxElements = 1024

/// e^(xⱼ - max x) / Σₖ e^(xₖ - max x) in each row, for rows whose largest element is a number.
///
/// - Parameters:
///   - rows: How many rows there are.
///   - columns: How many numbers each of them has, 1 or more.
///   - x: The logits, `[rows, columns]`. Rows with a NaN, or whose largest is infinite, give nothing of
///     use: the caller writes them anew.
/// - Returns: The quotients, max x of each row, and the sum of all its exponentials but one of the largest,
///   which is e⁰ = 1.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func softmaxRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: [Scalar]
) -> (y: [Scalar], largest: [Scalar], others: [Scalar]) {
  requireMatrix(x.count, rows, columns, "softmaxRows")
  require(columns > 0, "softmaxRows: rows of no numbers have no largest; they need 1 at least")
  var largest = [Scalar](repeating: -.infinity, count: rows)
  var others = [Scalar](repeating: 0, count: rows)
  let together = max(1, softmaxElements / columns)
  let y = [Scalar](unsafeUninitializedCapacity: x.count) { y, filled in
    filled = x.count
    x.withUnsafeBufferPointer { x in
      largest.withUnsafeMutableBufferPointer { largest in
        others.withUnsafeMutableBufferPointer { others in
          guard let x = x.baseAddress, let y = y.baseAddress, let largest = largest.baseAddress,
            let others = others.baseAddress
          else { return }
          parallel(rows, grain: together, worth: rows &* columns > 8000) { range in
            for top in stride(from: range.lowerBound, to: range.upperBound, by: together) {
              softmaxPart(
                min(together, range.upperBound &- top), columns, x + top &* columns,
                y + top &* columns, largest + top, others + top)
            }
          }
        }
      }
    }
  }
  return (y, largest, others)
}

/// y (dy - Σ dy·y) of each row.
///
/// - Parameters:
///   - rows: How many rows there are.
///   - columns: How many numbers each of them has.
///   - dY: ∂loss/∂y, `[rows, columns]`.
///   - y: What `softmaxRows` gave, in the same shape.
/// - Returns: ∂loss/∂x, in the same shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func softmaxRowsGradient<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dY: [Scalar], _ y: [Scalar]
) -> [Scalar] {
  requireMatrix(dY.count, rows, columns, "softmaxRowsGradient, dY")
  requireMatrix(y.count, rows, columns, "softmaxRowsGradient, y")
  let together = max(1, softmaxElements / max(1, columns))
  return [Scalar](unsafeUninitializedCapacity: y.count) { dX, filled in
    filled = y.count
    dY.withUnsafeBufferPointer { dY in
      y.withUnsafeBufferPointer { y in
        guard let dY = dY.baseAddress, let y = y.baseAddress, let dX = dX.baseAddress
        else { return }
        parallel(rows, grain: together, worth: rows &* columns > 8000) { range in
          for top in stride(from: range.lowerBound, to: range.upperBound, by: together) {
            let start = top &* columns
            softmaxPartGradient(
              min(together, range.upperBound &- top), columns, dY + start, y + start, dX + start)
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
private func softmaxPartGradient<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ dY: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>,
  _ dX: UnsafeMutablePointer<Scalar>
) {
  let count = rows &* columns
  let ofRow = UnsafeMutablePointer<Scalar>.allocate(capacity: count)
  defer { ofRow.deallocate() }
  for k in 0..<count { dX[k] = dY[k] * y[k] }
  for i in 0..<rows {
    let sum = blockedSum(i &* columns..<(i &+ 1) &* columns) { dX[$0] }
    for k in i &* columns..<(i &+ 1) &* columns { ofRow[k] = sum }
  }
  for k in 0..<count { dX[k] -= y[k] * ofRow[k] }
}

/// Some rows of `softmaxRows`, one after the other in memory.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func softmaxPart<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>,
  _ largest: UnsafeMutablePointer<Scalar>, _ others: UnsafeMutablePointer<Scalar>
) {
  let count = rows &* columns
  // Beside each number its row's largest, then its row's sum.
  let ofRow = UnsafeMutablePointer<Scalar>.allocate(capacity: count)
  let peaks = UnsafeMutablePointer<Int>.allocate(capacity: rows)
  defer {
    ofRow.deallocate()
    peaks.deallocate()
  }
  for i in 0..<rows {
    let row = x + i &* columns
    var (highest, peak) = (row[0], 0)
    for j in 0..<columns { highest = row[j] > highest ? row[j] : highest }
    // The first of them; from the end, so that there is nothing to guess about.
    for j in (0..<columns).reversed() { peak = row[j] == highest ? j : peak }
    (largest[i], peaks[i]) = (highest, peak)
    for j in 0..<columns { ofRow[i &* columns &+ j] = highest }
  }
  for k in 0..<count { y[k] = Scalar.exp(x[k] - ofRow[k]) }
  for i in 0..<rows {
    let (row, peak) = (y + i &* columns, peaks[i])
    let (sum, top) = (blockedSum(0..<columns) { row[$0] }, row[peak])
    row[peak] = 0
    others[i] = blockedSum(0..<columns) { row[$0] }
    row[peak] = top
    for j in 0..<columns { ofRow[i &* columns &+ j] = sum }
  }
  for k in 0..<count { y[k] /= ofRow[k] }
}
