// The loops under the elementwise operations and reductions.
//
// Each writes into memory that it has just been given, once, through pointers: loops of this form
// vectorise. The closures are inlined; nothing is called per element. They run on one thread: inside
// a second closure, as `parallel` wants one, a closure is no longer inlined, and the loop is twenty
// times slower.

/// A new array with a function of each element.
@inlinable
@inline(__always)
package func generate<Scalar: Real>(
  _ a: [Scalar], _ f: (Scalar) -> Scalar
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: a.count) { result, filled in
    a.withUnsafeBufferPointer { a in
      for i in 0..<a.count { result.initializeElement(at: i, to: f(a[i])) }
    }
    filled = a.count
  }
}

/// The same, for a function of the elements at the same place in two arrays of one length.
@inlinable
@inline(__always)
package func generate<Scalar: Real>(
  _ a: [Scalar], _ b: [Scalar], _ f: (Scalar, Scalar) -> Scalar
) -> [Scalar] {
  require(a.count == b.count, "generate: arrays of \(a.count) and \(b.count) numbers")
  return [Scalar](unsafeUninitializedCapacity: a.count) { result, filled in
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for i in 0..<a.count { result.initializeElement(at: i, to: f(a[i], b[i])) }
      }
    }
    filled = a.count
  }
}

/// The same, for the rows of a matrix and one vector beside each.
@inlinable
@inline(__always)
package func generateRows<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ a: [Scalar], _ b: [Scalar], _ f: (Scalar, Scalar) -> Scalar
) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "generateRows")
  requireMatrix(b.count, 1, columns, "generateRows, the vector")
  return [Scalar](unsafeUninitializedCapacity: rows * columns) { result, filled in
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        for i in 0..<rows {
          for j in 0..<columns {
            result.initializeElement(at: i &* columns &+ j, to: f(a[i &* columns &+ j], b[j]))
          }
        }
      }
    }
    filled = rows * columns
  }
}

/// A new array from two of one length, a part on each thread where there is enough to do.
///
/// `body` is called once a part, so that its loop is one that vectorises.
@inlinable
@inline(__always)
package func generateParts<Scalar: Real>(
  _ a: [Scalar], _ b: [Scalar], worth: Bool,
  _ body: (
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
    _ target: UnsafeMutablePointer<Scalar>, _ count: Int
  ) -> Void
) -> [Scalar] {
  let count = a.count
  require(b.count == count, "generateParts: arrays of \(count) and \(b.count) numbers")
  return [Scalar](unsafeUninitializedCapacity: count) { result, filled in
    filled = count
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let result = result.baseAddress
        else { return }
        parallel(count, grain: 64, worth: worth) { range in
          let start = range.lowerBound
          body(a + start, b + start, result + start, range.count)
        }
      }
    }
  }
}

/// a + b of each pair of elements, on several threads where there is enough to do.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func elementSums<Scalar: Real>(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
  generateParts(a, b, worth: a.count > 20_000) { a, b, target, count in
    for i in 0..<count { target[i] = a[i] + b[i] }
  }
}

/// aᵢⱼ + bⱼ in each row of a matrix, on several threads where there is enough to do.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func rowElementSums<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ a: [Scalar], _ b: [Scalar]
) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "rowElementSums")
  requireMatrix(b.count, 1, columns, "rowElementSums, the vector")
  return [Scalar](unsafeUninitializedCapacity: rows * columns) { result, filled in
    filled = rows * columns
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let result = result.baseAddress
        else { return }
        parallel(rows, grain: 1, worth: rows &* columns > 20_000) { part in
          for i in part {
            let (row, target) = (a + i &* columns, result + i &* columns)
            for j in 0..<columns { target[j] = row[j] + b[j] }
          }
        }
      }
    }
  }
}

/// max(x, 0) of each element, NaN for NaN, on several threads where there is enough to do.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func rectified<Scalar: Real>(_ a: [Scalar]) -> [Scalar] {
  generateParts(a, a, worth: a.count > 40_000) { a, _, target, count in
    for i in 0..<count { target[i] = a[i] <= 0 ? 0 : a[i] }
  }
}

/// The elements of b where a is above 0, NaN where it is NaN, and 0 elsewhere, as `rectified`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func rectifiedGradient<Scalar: Real>(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
  generateParts(a, b, worth: a.count > 40_000) { a, b, target, count in
    for i in 0..<count {
      let passed = b[i]
      let gated = a[i] > 0 ? passed : 0
      target[i] = a[i] == a[i] ? gated : a[i]
    }
  }
}

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
      var (restA, restB) = (Scalar.Wide(repeating: 0), Scalar.Wide(repeating: 0))
      for j in i..<end {
        restA[j &- i] = a[j]
        restB[j &- i] = b[j]
      }
      let rest = f(restA, restB)
      // Lanes that hold no number do not count, whatever f makes of 0.
      for j in i..<end { sums[j &- i] += rest[j &- i] }
      i = end
    }
    whole += Double(sums.sum())
    if i == n { return Scalar(whole) }
  }
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
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@usableFromInline
package func addColumns<Scalar: Real>(
  _ rows: Int, _ columns: Int, _ a: UnsafePointer<Scalar>, to sums: UnsafeMutablePointer<Scalar>
) {
  let isLong = rows > sumBlock
  var whole = [Double](repeating: 0, count: isLong ? columns : 0)
  for top in stride(from: 0, to: rows, by: sumBlock) {
    for i in top..<min(top &+ sumBlock, rows) {
      for j in 0..<columns { sums[j] += a[i &* columns &+ j] }
    }
    guard isLong else { return }
    for j in 0..<columns {
      whole[j] += Double(sums[j])
      sums[j] = 0
    }
  }
  if isLong { for j in 0..<columns { sums[j] = Scalar(whole[j]) } }
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

/// Rows become columns, in blocks of 16 rows so that both sides stay in the cache.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func transpose<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "transpose")
  return [Scalar](unsafeUninitializedCapacity: rows * columns) { result, filled in
    filled = rows * columns
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress, let result = result.baseAddress else { return }
      parallel(columns, grain: 8, worth: rows &* columns > 10_000) { range in
        for top in stride(from: 0, to: rows, by: 16) {
          let height = min(16, rows &- top)
          for j in range {
            let (source, target) = (a + (top &* columns &+ j), result + (j &* rows &+ top))
            for i in 0..<height { target[i] = source[i &* columns] }
          }
        }
      }
    }
  }
}

/// The rows of a matrix at some places, in that order: [all, columns] → [rows, columns].
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func gathered<Scalar: Real>(
  _ a: [Scalar], rows: [Int], of columns: Int
) -> [Scalar] {
  let there = columns > 0 ? a.count / columns : .max
  require(
    columns >= 0 && rows.allSatisfy { 0 <= $0 && $0 < there },
    "gathered: a row is not among the \(there) of \(columns) numbers; count them from 0")
  requireRoom(
    elementCount([rows.count, columns], "gathered"), bytesEach: MemoryLayout<Scalar>.stride,
    "gathered")
  return [Scalar](unsafeUninitializedCapacity: rows.count * columns) { result, filled in
    filled = rows.count * columns
    a.withUnsafeBufferPointer { a in
      rows.withUnsafeBufferPointer { rows in
        guard let a = a.baseAddress, let result = result.baseAddress else { return }
        parallel(rows.count, grain: 1, worth: rows.count &* columns > 20_000) { range in
          for i in range {
            (result + i &* columns).initialize(from: a + rows[i] &* columns, count: columns)
          }
        }
      }
    }
  }
}

/// A rule over parameters, their gradient and one number that is remembered for each, in one pass
/// over memory.
@inlinable
@inline(__always)
package func updateElements<Scalar: Real>(
  _ parameters: inout [Scalar], _ gradient: [Scalar], _ memory: inout [Scalar],
  _ rule: (_ theta: Scalar, _ g: Scalar, _ memory: Scalar) -> (theta: Scalar, memory: Scalar)
) {
  require(
    parameters.count == gradient.count && memory.count == gradient.count,
    "updateElements: arrays of \(parameters.count), \(gradient.count) and \(memory.count) numbers")
  parameters.withUnsafeMutableBufferPointer { theta in
    gradient.withUnsafeBufferPointer { g in
      memory.withUnsafeMutableBufferPointer { memory in
        guard let theta = theta.baseAddress, let g = g.baseAddress,
          let memory = memory.baseAddress
        else { return }
        parallel(gradient.count, grain: 64, worth: gradient.count > 20_000) { range in
          for i in range {
            let (next, remembered) = rule(theta[i], g[i], memory[i])
            theta[i] = next
            memory[i] = remembered
          }
        }
      }
    }
  }
}
