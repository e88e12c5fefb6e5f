// Many elements to few: sums, means, largest elements.

import Kernels

extension Tensor {
  /// The sum of all elements.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func sum() -> Scalar { total(storage) { $0 } }

  /// The mean of all elements; NaN if there are none.
  public func mean() -> Scalar { sum() / Scalar(count) }

  /// The sum of the squares of all elements.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func squaredNorm() -> Scalar { total(storage) { $0 * $0 } }

  /// The Euclidean length √Σx².
  public func norm() -> Scalar { squaredNorm().squareRoot() }

  /// The largest element; needs one at least.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func max() -> Scalar {
    require(count > 0, "max: a tensor of shape \(shape) has no elements")
    return storage.reduce(storage[0]) { $0 > $1 ? $0 : $1 }
  }

  /// The smallest element; needs one at least.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func min() -> Scalar {
    require(count > 0, "min: a tensor of shape \(shape) has no elements")
    return storage.reduce(storage[0]) { $0 < $1 ? $0 : $1 }
  }

  /// Sums a matrix along one axis: axis 0 gives `[columns]`, the sum over the rows (the batch);
  /// axis 1 gives `[rows]`, one sum a row.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func sum(axis: Int) -> Tensor {
    require(rank == 2, "sum(axis:): needs a matrix, this tensor is \(shape)")
    require(axis == 0 || axis == 1, "sum(axis:): a matrix has the axes 0 and 1, not \(axis)")
    if axis == 0 { return Tensor(columnSums(rows, columns, storage), shape: [columns]) }
    return Tensor(rowSums(rows, columns, storage), shape: [rows])
  }

  /// The mean of a matrix along one axis, as `sum(axis:)`.
  public func mean(axis: Int) -> Tensor {
    let sums = sum(axis: axis)
    return sums / Scalar(shape[axis])
  }

  /// The column of each row's largest element, the first of equals: a classifier's answers.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func argmaxOfRows() -> [Int] {
    require(
      rank == 2 && shape[1] > 0,
      "argmaxOfRows: needs a matrix with a column at least, this tensor is \(shape)")
    return (0..<rows).map { i in
      var best = i * columns
      for j in i * columns..<(i + 1) * columns where storage[j] > storage[best] { best = j }
      return best - i * columns
    }
  }
}
