// Many elements to few: sums, means, largest elements.
//
// The library's rule for numbers at the edge: a NaN goes through and none is made of finite numbers; 0·∞ is
// 0 where a factor is 0 as such, and the limit where that is known; what can be held is reached, though
// squares or sums on the way cannot; sums go in blocks. CONTRIBUTING has it in full.

import Kernels

extension Tensor {
  /// The sum of all elements.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func sum() -> Scalar { total(storage) { $0 } }

  /// The mean of all elements; NaN if there are none.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func mean() -> Scalar { average(storage) { $0 } }

  /// The sum of the squares of all elements.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func squaredNorm() -> Scalar { total(storage) { $0 * $0 } }

  /// The Euclidean length √Σx².
  public func norm() -> Scalar { euclideanNorm([self]).value }

  /// The largest element, NaN where one is among them; needs one at least.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func max() -> Scalar {
    require(count > 0, "max: a tensor of shape \(shape) has no elements")
    return storage.reduce(storage[0]) { $0 >= $1 || $0.isNaN ? $0 : $1 }
  }

  /// The smallest element, NaN where one is among them; needs one at least.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func min() -> Scalar {
    require(count > 0, "min: a tensor of shape \(shape) has no elements")
    return storage.reduce(storage[0]) { $0 <= $1 || $0.isNaN ? $0 : $1 }
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
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func mean(axis: Int) -> Tensor {
    let (sums, n) = (sum(axis: axis), Scalar(shape[axis]))
    if sums.storage.contains(where: \.isInfinite) { return (self / n).sum(axis: axis) }
    return sums / n
  }

  /// Whether all elements are finite: 0 times each is 0 of those alone.
  package var isFinite: Bool {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    get { total(storage) { $0 * Scalar.Wide(repeating: 0) } == 0 }
  }

  /// The column of each row's largest element, the first of equals: a classifier's answers.
  ///
  /// A NaN counts as the largest.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func argmaxOfRows() -> [Int] {
    require(
      rank == 2 && shape[1] > 0,
      "argmaxOfRows: needs a matrix with a column at least, this tensor is \(shape)")
    return (0..<rows).map { i in
      var best = i * columns
      for j in i * columns..<(i + 1) * columns
      where !(storage[j] <= storage[best]) && !storage[best].isNaN {
        best = j
      }
      return best - i * columns
    }
  }
}

/// The Euclidean length of some tensors together, and the same as a power of two times a factor: squares
/// may overflow or vanish where the length does not, and the length where a direction does not.
package func euclideanNorm<Scalar>(
  _ tensors: [Tensor<Scalar>]
) -> (value: Scalar, power: Scalar, factor: Scalar) {
  let squares = tensors.reduce(0) { $0 + $1.squaredNorm() }
  // Below the second bound squares begin to lose digits.
  let isSafe =
    squares >= Scalar.leastNormalMagnitude / Scalar.ulpOfOne
    && squares <= Scalar.greatestFiniteMagnitude
  var size = squares.squareRoot()
  if !isSafe, !squares.isNaN {
    size = tensors.reduce(0) { largest, tensor in
      tensor.count == 0 ? largest : Swift.max(largest, abs(tensor.max()), abs(tensor.min()))
    }
  }
  guard size > 0, size.isFinite else { return (size, 1, size) }
  let power = Scalar(sign: .plus, exponent: size.exponent, significand: 1)
  if isSafe { return (size, power, size / power) }
  let factor = tensors.reduce(0) { $0 + ($1 / power).squaredNorm() }.squareRoot()
  return (power * factor, power, factor)
}
