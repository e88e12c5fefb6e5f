// Element by element: functions of one tensor, and arithmetic between two.
//
// Two tensors must have one shape, with two exceptions, each written as it is meant: a number
// stands for a tensor full of it, and a vector [n] beside a matrix [m, n] for m equal rows.
// Nothing else is stretched: [4] - [4, 1] is an error here, not a silent [4, 4].

import Kernels

extension Tensor {
  /// A function of every element.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  @inlinable
  public func map(_ transform: (Scalar) throws -> Scalar) rethrows -> Tensor {
    Tensor(try storage.map(transform), shape: shape)
  }

  /// A function of the elements at the same place in two tensors of one shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  @inlinable
  public func zip(
    _ other: Tensor, _ combine: (Scalar, Scalar) throws -> Scalar
  ) rethrows -> Tensor {
    require(
      shape == other.shape, "zip: the shapes \(shape) and \(other.shape) must be the same")
    return Tensor(
      try storage.indices.map { try combine(storage[$0], other.storage[$0]) }, shape: shape)
  }

  /// What the operators share: one shape on both sides, or a vector beside each row of a matrix.
  @inline(__always)
  private func combined(
    with other: Tensor, _ symbol: StaticString, _ combine: (Scalar, Scalar) -> Scalar
  ) -> Tensor {
    if shape == other.shape {
      let result = generateParts(storage, other.storage, worth: count > 20_000) {
        for i in 0..<$3 { $2[i] = combine($0[i], $1[i]) }
      }
      return Tensor(result, shape: shape)
    }
    require(
      rank == 2 && other.rank == 1 && shape[1] == other.shape[0],
      "\(shape) \(symbol) \(other.shape): the shapes must be the same, or [m, n] \(symbol) [n], "
        + "which takes the vector to every row"
        + ("\(symbol)" == "*" && rank == 2 && other.rank == 2
          ? "; matmul is the matrix product" : ""))
    return Tensor(generateRows(rows, columns, storage, other.storage, combine), shape: shape)
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func + (a: Tensor, b: Tensor) -> Tensor {
    // Where a residual block or a layer's bias adds, the tensors are large.
    if a.shape == b.shape { return Tensor(elementSums(a.storage, b.storage), shape: a.shape) }
    if a.rank == 2, b.rank == 1, a.shape[1] == b.shape[0] {
      return Tensor(rowElementSums(a.rows, a.columns, a.storage, b.storage), shape: a.shape)
    }
    return a.combined(with: b, "+") { $0 + $1 }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, "-") { $0 - $1 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, "*") { $0 * $1 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func / (a: Tensor, b: Tensor) -> Tensor { a.combined(with: b, "/") { $0 / $1 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func + (a: Tensor, b: Scalar) -> Tensor { a.each { $0 + b } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func - (a: Tensor, b: Scalar) -> Tensor { a.each { $0 - b } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func * (a: Tensor, b: Scalar) -> Tensor { a.each { $0 * b } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func / (a: Tensor, b: Scalar) -> Tensor { a.each { $0 / b } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func + (a: Scalar, b: Tensor) -> Tensor { b.each { a + $0 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func - (a: Scalar, b: Tensor) -> Tensor { b.each { a - $0 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func * (a: Scalar, b: Tensor) -> Tensor { b.each { a * $0 } }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public static func / (a: Scalar, b: Tensor) -> Tensor { b.each { a / $0 } }

  public static prefix func - (a: Tensor) -> Tensor { a * -1 }

  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }

  public static func += (a: inout Tensor, b: Scalar) { a = a + b }
  public static func -= (a: inout Tensor, b: Scalar) { a = a - b }
  public static func *= (a: inout Tensor, b: Scalar) { a = a * b }
  public static func /= (a: inout Tensor, b: Scalar) { a = a / b }

  /// `map` for this file: inlined, so that the loop vectorises.
  @inline(__always)
  private func each(_ transform: (Scalar) -> Scalar) -> Tensor {
    Tensor(generate(storage, transform), shape: shape)
  }
}
