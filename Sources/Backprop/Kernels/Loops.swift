// The loops under the elementwise operations and reductions.
//
// Each writes into memory that it has just been given, once, through pointers: loops of this form
// vectorise. The closures are inlined; nothing is called per element. They run on one thread: inside
// a second closure, as `parallel` wants one, a closure is no longer inlined, and the loop is twenty
// times slower.

/// A new array with a function of each element.
@inlinable
@inline(__always)
public func generate<Scalar: Real>(
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
public func generate<Scalar: Real>(
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
public func generateRows<Scalar: Real>(
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
@inline(__always)
private func generateParts<Scalar: Real>(
  _ a: [Scalar], _ b: [Scalar],
  _ body: (
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
    _ target: UnsafeMutablePointer<Scalar>, _ count: Int
  ) -> Void
) -> [Scalar] {
  let count = a.count
  return [Scalar](unsafeUninitializedCapacity: count) { result, filled in
    filled = count
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        guard let a = a.baseAddress, let b = b.baseAddress, let result = result.baseAddress
        else { return }
        parallel(count, grain: 64, worth: count > 40_000) { range in
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
public func elementSums<Scalar: Real>(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
  require(a.count == b.count, "elementSums: arrays of \(a.count) and \(b.count) numbers")
  return generateParts(a, b) { a, b, target, count in
    for i in 0..<count { target[i] = a[i] + b[i] }
  }
}

/// max(x, 0) of each element, NaN for NaN, on several threads where there is enough to do.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectified<Scalar: Real>(_ a: [Scalar]) -> [Scalar] {
  generateParts(a, a) { a, _, target, count in
    for i in 0..<count { target[i] = a[i] <= 0 ? 0 : a[i] }
  }
}

/// The elements of b where a is above 0, and 0 elsewhere, as `rectified`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func rectifiedGradient<Scalar: Real>(_ a: [Scalar], _ b: [Scalar]) -> [Scalar] {
  require(a.count == b.count, "rectifiedGradient: arrays of \(a.count) and \(b.count) numbers")
  return generateParts(a, b) { a, b, target, count in
    for i in 0..<count {
      let passed = b[i]
      target[i] = a[i] > 0 ? passed : 0
    }
  }
}

/// The sum of f over an array, in sixteen partial sums: that many additions run side by side,
/// and rounding errors grow more slowly than in one long sum.
@inlinable
@inline(__always)
public func total<Scalar: Real>(_ a: [Scalar], _ f: (Scalar.Wide) -> Scalar.Wide) -> Scalar {
  a.withUnsafeBufferPointer { a in
    let width = Scalar.Wide.scalarCount
    var (sums, i) = (Scalar.Wide(repeating: 0), 0)
    if let base = UnsafeRawPointer(a.baseAddress) {
      while i &+ width <= a.count {
        let offset = i &* MemoryLayout<Scalar>.stride
        sums += f(base.loadUnaligned(fromByteOffset: offset, as: Scalar.Wide.self))
        i &+= width
      }
    }
    var rest = Scalar.Wide(repeating: 0)
    for j in i..<a.count { rest[j &- i] = a[j] }
    let values = f(rest)
    // Lanes that hold no number do not count, whatever f makes of 0.
    for j in i..<a.count { sums[j &- i] += values[j &- i] }
    return sums.sum()
  }
}

/// The sum over the rows of a matrix, row after row: [rows, columns] → [columns].
@inlinable
@inline(__always)
public func columnSums<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "columnSums")
  requireRoom(columns, bytesEach: MemoryLayout<Scalar>.stride, "columnSums")
  var sums = [Scalar](repeating: 0, count: columns)
  sums.withUnsafeMutableBufferPointer { sums in
    a.withUnsafeBufferPointer { a in
      for i in 0..<rows {
        for j in 0..<columns { sums[j] += a[i &* columns &+ j] }
      }
    }
  }
  return sums
}

/// The sum of each row of a matrix: [rows, columns] → [rows].
@inlinable
@inline(__always)
public func rowSums<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "rowSums")
  requireRoom(rows, bytesEach: MemoryLayout<Scalar>.stride, "rowSums")
  var sums = [Scalar](repeating: 0, count: rows)
  for i in 0..<rows {
    for j in 0..<columns { sums[i] += a[i &* columns &+ j] }
  }
  return sums
}

/// Rows become columns, in blocks of 16 rows so that both sides stay in the cache.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func transpose<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
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
public func gathered<Scalar: Real>(
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
public func updateElements<Scalar: Real>(
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
