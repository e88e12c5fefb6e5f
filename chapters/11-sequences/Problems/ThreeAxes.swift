public import Core

extension Tensor {
  /// An element of a tensor with three axes, such as `[sequence, step, feature]`.
  ///
  /// An index that is outside stops the program with a sentence.
  @inlinable
  public subscript(first: Int, second: Int, third: Int) -> Scalar {
    @inline(__always) get { scalars[place(first, second, third)] }
    @inline(__always) _modify { yield &scalars[place(first, second, third)] }
  }

  @inlinable
  func place(_ first: Int, _ second: Int, _ third: Int) -> Int {
    if rank != 3 {
      fatalError("[first, second, third] needs a tensor with three axes, this one is \(shape)")
    }
    if first < 0 || second < 0 || third < 0 || first >= shape[0] || second >= shape[1]
      || third >= shape[2]
    {
      fatalError(
        "index [\(first), \(second), \(third)] is outside a tensor of shape \(shape)")
    }
    return (first * shape[1] + second) * shape[2] + third
  }
}
