// The loops under the elementwise operations; those under sums are in Sums.swift.
//
// Each writes into memory that it has just been given, once, through pointers: loops of this form
// vectorise. The closures are inlined; nothing is called per element. Those that take a function of an
// element run on one thread: inside a second closure, as `parallel` wants one, it is no longer inlined,
// and the loop is twenty times slower. Those that share out take the loop of a part instead.

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

/// Two new arrays from two, as `generateParts`, for functions that share most of their work.
@inlinable
@inline(__always)
package func generatePairs<Scalar: Real>(
  _ a: [Scalar], _ b: [Scalar], worth: Bool,
  _ body: (
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>,
    _ first: UnsafeMutablePointer<Scalar>, _ second: UnsafeMutablePointer<Scalar>, _ count: Int
  ) -> Void
) -> ([Scalar], [Scalar]) {
  let count = a.count
  require(b.count == count, "generatePairs: arrays of \(count) and \(b.count) numbers")
  var second: [Scalar] = unfilled(count)
  let first = second.withUnsafeMutableBufferPointer { second in
    [Scalar](unsafeUninitializedCapacity: count) { first, filled in
      filled = count
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let first = first.baseAddress,
            let second = second.baseAddress
          else { return }
          parallel(count, grain: 64, worth: worth) { range in
            let start = range.lowerBound
            body(a + start, b + start, first + start, second + start, range.count)
          }
        }
      }
    }
  }
  return (first, second)
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

/// Whether a number takes the place of the best so far: it is larger, or the first NaN.
@inlinable
@inline(__always)
package func isBetter<Scalar: Real>(_ new: Scalar, than best: Scalar) -> Bool {
  !(new <= best) && best == best
}

/// Rows become columns, in squares of 8 × 8 that registers hold.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func transpose<Scalar: Real>(_ rows: Int, _ columns: Int, _ a: [Scalar]) -> [Scalar] {
  requireMatrix(a.count, rows, columns, "transpose")
  return [Scalar](unsafeUninitializedCapacity: rows * columns) { result, filled in
    filled = rows * columns
    a.withUnsafeBufferPointer { a in
      guard let a = a.baseAddress, let result = result.baseAddress else { return }
      parallel(columns, grain: 8, worth: rows &* columns > 10_000) { range in
        for top in stride(from: 0, to: rows, by: 8) {
          let height = min(8, rows &- top)
          var j = range.lowerBound
          while height == 8 && j &+ 8 <= range.upperBound {
            transposeSquare(
              a + (top &* columns &+ j), columns, to: result + (j &* rows &+ top), rows)
            j &+= 8
          }
          while j < range.upperBound {
            let (source, target) = (a + (top &* columns &+ j), result + (j &* rows &+ top))
            for i in 0..<height { target[i] = source[i &* columns] }
            j &+= 1
          }
        }
      }
    }
  }
}

/// The same for 8 rows of 8 numbers, each so far from the next.
///
/// Rows 0 and 4, 1 and 5, … are dealt into each other like two halves of a pack of cards. That moves
/// every bit of a place up by one, and the highest of the row to the lowest of the column: after three
/// times rows and columns have changed places.
@inline(__always)
private func transposeSquare<Scalar: Real>(
  _ a: UnsafePointer<Scalar>, _ columns: Int, to result: UnsafeMutablePointer<Scalar>, _ rows: Int
) {
  var square = InlineArray<8, SIMD8<Scalar>>(repeating: SIMD8(repeating: 0))
  for i in 0..<8 {
    square[i] = UnsafeRawPointer(a + i &* columns).loadUnaligned(as: SIMD8<Scalar>.self)
  }
  for _ in 0..<3 {
    var dealt = square
    for i in 0..<4 {
      dealt[2 &* i].evenHalf = square[i].lowHalf
      dealt[2 &* i].oddHalf = square[i &+ 4].lowHalf
      dealt[2 &* i &+ 1].evenHalf = square[i].highHalf
      dealt[2 &* i &+ 1].oddHalf = square[i &+ 4].highHalf
    }
    square = dealt
  }
  for i in 0..<8 {
    UnsafeMutableRawPointer(result + i &* rows).storeBytes(of: square[i], as: SIMD8<Scalar>.self)
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
