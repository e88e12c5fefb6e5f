// Two heads on one trunk, or a state with an action beside it: columns that stand together.

public import Core

/// Two matrices side by side: `[m, k]` and `[m, n]` → `[m, k + n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func columns<Scalar: Real>(_ left: Tensor<Scalar>, _ right: Tensor<Scalar>) -> Tensor<Scalar>
{
  require(
    left.rank == 2 && right.rank == 2 && left.rows == right.rows,
    "columns: \(left.shape) beside \(right.shape); both must be matrices with the same number of rows"
  )
  let (k, n) = (left.columns, right.columns)
  var joined = Tensor<Scalar>(shape: [left.rows, k + n])
  for i in 0..<left.rows {
    for j in 0..<k { joined.storage[i * (k + n) + j] = left.storage[i * k + j] }
    for j in 0..<n { joined.storage[i * (k + n) + k + j] = right.storage[i * n + j] }
  }
  return joined
}

extension Tensor {
  /// A matrix in two parts: `[m, n]` → `[m, place]` and `[m, n - place]`.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func split(atColumn place: Int) -> (left: Tensor, right: Tensor) {
    require(
      rank == 2 && 0 <= place && place <= shape[1],
      "split(atColumn:): there is no column \(place) in \(shape); it must be a matrix that has it")
    let (m, n) = (shape[0], shape[1])
    var (left, right) = (Tensor(shape: [m, place]), Tensor(shape: [m, n - place]))
    for i in 0..<m {
      for j in 0..<place { left.storage[i * place + j] = storage[i * n + j] }
      for j in place..<n { right.storage[i * (n - place) + j - place] = storage[i * n + j] }
    }
    return (left, right)
  }
}
