// Elements by their place. Every index is checked: an answer that reads outside must say so.

import Kernels

extension Tensor {
  /// The element at a place in a vector.
  @inlinable
  public subscript(i: Int) -> Scalar {
    @inline(__always) get { storage[offset(i)] }
    @inline(__always) _modify { yield &storage[offset(i)] }
  }

  /// The element in a row and a column of a matrix.
  @inlinable
  public subscript(row: Int, column: Int) -> Scalar {
    @inline(__always) get { storage[offset(row, column)] }
    @inline(__always) _modify { yield &storage[offset(row, column)] }
  }

  /// The element of an image: sample, channel, row and column.
  @inlinable
  public subscript(n: Int, c: Int, y: Int, x: Int) -> Scalar {
    @inline(__always) get { storage[offset(n, c, y, x)] }
    @inline(__always) _modify { yield &storage[offset(n, c, y, x)] }
  }

  @inlinable
  @inline(__always)
  func offset(_ i: Int) -> Int {
    require(rank == 1, "[i] needs a vector, this tensor is \(shape)")
    require(0 <= i && i < shape[0], "index [\(i)] is outside a tensor of shape \(shape)")
    return i
  }

  @inlinable
  @inline(__always)
  func offset(_ row: Int, _ column: Int) -> Int {
    require(rank == 2, "[row, column] needs a matrix, this tensor is \(shape)")
    require(
      0 <= row && row < shape[0] && 0 <= column && column < shape[1],
      "index [\(row), \(column)] is outside a tensor of shape \(shape)")
    return row * shape[1] + column
  }

  @inlinable
  @inline(__always)
  func offset(_ n: Int, _ c: Int, _ y: Int, _ x: Int) -> Int {
    require(rank == 4, "[n, c, y, x] needs images, this tensor is \(shape)")
    require(
      0 <= n && n < shape[0] && 0 <= c && c < shape[1] && 0 <= y && y < shape[2] && 0 <= x
        && x < shape[3], "index [\(n), \(c), \(y), \(x)] is outside a tensor of shape \(shape)")
    return ((n * shape[1] + c) * shape[2] + y) * shape[3] + x
  }
}

extension Tensor {
  /// The samples in a range: `[samples, …]` → `[range.count, …]`.
  public func rows(_ range: Range<Int>) -> Tensor {
    require(
      0 <= range.lowerBound && range.upperBound <= rows,
      "rows: there are no rows \(range) in a tensor of shape \(shape), which has \(rows)")
    let width = rows == 0 ? 0 : count / rows
    let chosen = storage[range.lowerBound * width..<range.upperBound * width]
    return Tensor(Array(chosen), shape: [range.count] + shape.dropFirst())
  }

  /// The samples at some places, in that order: a mini-batch.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func rows(_ places: [Int]) -> Tensor {
    for place in places {
      require(
        0 <= place && place < rows,
        "rows: there is no row \(place) in a tensor of shape \(shape), which has \(rows)")
    }
    let width = rows == 0 ? 0 : count / rows
    let chosen = gathered(storage, rows: places, of: width)
    return Tensor(chosen, shape: [places.count] + shape.dropFirst())
  }
}
