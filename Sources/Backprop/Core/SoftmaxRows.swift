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

/// Some rows of it, one after the other in memory.
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
    for j in 1..<max(1, columns) {
      let isHigher = row[j] > highest
      highest = isHigher ? row[j] : highest
      peak = isHigher ? j : peak
    }
    (largest[i], peaks[i]) = (highest, peak)
    for j in 0..<columns { ofRow[i &* columns &+ j] = highest }
  }
  for k in 0..<count { y[k] = Scalar.exp(x[k] - ofRow[k]) }
  for i in 0..<rows {
    let (row, peak) = (y + i &* columns, peaks[i])
    let sum = sums(row, columns, without: peak)
    others[i] = sum.others
    for j in 0..<columns { ofRow[i &* columns &+ j] = sum.all }
  }
  for k in 0..<count { y[k] /= ofRow[k] }
}

/// The sum of some numbers, and of all but one of them; one after the other, and in blocks.
@inline(__always)
private func sums<Scalar: Real>(
  _ a: UnsafePointer<Scalar>, _ count: Int, without place: Int
) -> (all: Scalar, others: Scalar) {
  var (whole, wholeOthers) = (0.0, 0.0)
  for start in stride(from: 0, to: count, by: sumBlock) {
    var (sum, others) = (Scalar(0), Scalar(0))
    for j in start..<min(start &+ sumBlock, count) {
      sum += a[j]
      others += j == place ? 0 : a[j]
    }
    whole += Double(sum)
    wholeOthers += Double(others)
  }
  return (Scalar(whole), Scalar(wholeOthers))
}
