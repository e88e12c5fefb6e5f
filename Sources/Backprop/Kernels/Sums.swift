// The loops under the sums: of all, of rows, of columns and of channels. The order of the summands is fixed,
// whatever the number of threads.

/// How many numbers are added one to another before their sum goes on in Double.
///
/// In one long sum the summands vanish at last beside it: twenty million ones make 2²⁴ in Float. Where
/// a sum ends within a block, Double changes no bit of it.
@usableFromInline package let sumBlock = 256

/// The sum of f over an array, as `laneSum`.
@inlinable
@inline(__always)
package func total<Scalar: Real>(_ a: [Scalar], _ f: (Scalar.Wide) -> Scalar.Wide) -> Scalar {
  a.withUnsafeBufferPointer { a in
    guard let base = a.baseAddress else { return 0 }
    return laneSum(base, base, a.count) { a, _ in f(a) }
  }
}

/// The mean of f over an array; where the sum overflows, of numbers divided before.
@inlinable
@inline(__always)
package func average<Scalar: Real>(_ a: [Scalar], _ f: (Scalar.Wide) -> Scalar.Wide) -> Scalar {
  let (sum, n) = (total(a, f), Scalar(a.count))
  return sum.isInfinite ? total(a) { f($0) / n } : sum / n
}

/// Σ f(a, b) over n numbers, in as many partial sums as a register has lanes, and in blocks.
@inlinable
@inline(__always)
package func laneSum<Scalar: Real>(
  _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ n: Int,
  _ f: (Scalar.Wide, Scalar.Wide) -> Scalar.Wide
) -> Scalar {
  let width = Scalar.Wide.scalarCount
  var (whole, i) = (0.0, 0)
  while true {
    var sums = Scalar.Wide(repeating: 0)
    let end = min(i &+ sumBlock &* width, n)
    while i &+ width <= end {
      sums += f(
        UnsafeRawPointer(a + i).loadUnaligned(as: Scalar.Wide.self),
        UnsafeRawPointer(b + i).loadUnaligned(as: Scalar.Wide.self))
      i &+= width
    }
    if i < end {
      let rest = f(part(a + i, end &- i), part(b + i, end &- i))
      // Lanes that hold no number do not count, whatever f makes of 0.
      for j in i..<end { sums[j &- i] += rest[j &- i] }
      i = end
    }
    whole += Double(sums.sum())
    if i == n { return Scalar(whole) }
  }
}

/// A vector of the few numbers at the end of a row, and zeros.
@inlinable
@inline(__always)
package func part<V: SIMD>(_ source: UnsafePointer<V.Scalar>, _ count: Int) -> V
where V.Scalar: Real {
  var v = V(repeating: 0)
  for lane in 0..<count { v[lane] = source[lane] }
  return v
}

/// Σ f(i) over a range, one after the other, and in blocks.
@inlinable
@inline(__always)
package func blockedSum<Scalar: Real>(_ range: Range<Int>, _ f: (Int) -> Scalar) -> Scalar {
  var (whole, start) = (0.0, range.lowerBound)
  while start < range.upperBound {
    let end = min(start &+ sumBlock, range.upperBound)
    var sum: Scalar = 0
    for i in start..<end { sum += f(i) }
    whole += Double(sum)
    start = end
  }
  return Scalar(whole)
}

/// The sum over the rows of a matrix, row after row and in blocks: [rows, columns] → [columns].
@inlinable
@inline(__always)
package func columnSums<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "columnSums")
  requireRoom(columns, bytesEach: MemoryLayout<Scalar>.stride, "columnSums")
  var sums = [Scalar](repeating: 0, count: columns)
  sums.withUnsafeMutableBufferPointer { sums in
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress, let sums = sums.baseAddress else { return }
      addColumns(rows, columns, a, to: sums)
    }
  }
  return sums
}

/// The same, from and to where pointers say; the sums are zero at first.
///
/// Blocks of rows are shared out among the threads.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@usableFromInline
package func addColumns<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ a: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>
) {
  guard rows > sumBlock else { return addRows(0..<rows, columns, a, to: sums) }
  let blocks = (rows &+ sumBlock &- 1) / sumBlock
  withUnsafeTemporaryAllocation(of: Scalar.self, capacity: blocks &* columns) { parts in
    guard let parts = parts.baseAddress else { return }
    parts.initialize(repeating: 0, count: blocks &* columns)
    parallel(blocks, grain: 1, worth: rows &* columns > 40_000) { range in
      for block in range {
        let first = block &* sumBlock
        addRows(
          first..<min(first &+ sumBlock, rows), columns, a, to: parts + block &* columns)
      }
    }
    for j in 0..<columns {
      sums[j] = Scalar((0..<blocks).reduce(0.0) { $0 + Double(parts[$1 &* columns &+ j]) })
    }
  }
}

/// Adds some rows of a matrix, one after the other.
@inline(__always)
private func addRows<Scalar: Real>(
  _ rows: Range<Int>, _ columns: Int, _ a: UnsafePointer<Scalar>,
  to sums: UnsafeMutablePointer<Scalar>
) {
  for i in rows {
    for j in 0..<columns { sums[j] += a[i &* columns &+ j] }
  }
}

/// The sum of each row of a matrix: [rows, columns] → [rows].
@inlinable
@inline(__always)
package func rowSums<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "rowSums")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "rowSums")
  return a.withUnsafeBufferPointer { a in
    (0..<rows).map { i in blockedSum(i &* columns..<(i &+ 1) &* columns) { a[$0] } }
  }
}

/// The sum of all numbers of each channel, `[channels, size]` → `[channels]`: a bias's gradient.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func channelSums<Scalar: Real>(_ channels: Int, _ size: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, channels, size, "channelSums")
  requireRoom(channels, bytesEach: MemoryLayout<Scalar>.stride, "channelSums")
  return [Scalar](unsafeUninitializedCapacity: channels) { result, filled in
    filled = channels
    result.initialize(repeating: 0)
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress, let result = result.baseAddress else { return }
      parallel(channels, grain: 1, worth: channels &* size > 40_000) { range in
        for c in range { result[c] = laneSum(a + c &* size, a, size) { a, _ in a } }
      }
    }
  }
}
