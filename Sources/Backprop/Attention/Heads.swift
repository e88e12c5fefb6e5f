public import Core
import Kernels

/// Cuts a width into heads: `[m, t, d]` → `[m, h, t, d/h]`.
///
/// Head k gets the columns k·d/h … (k + 1)·d/h - 1, which lie side by side.
public func splitHeads<Scalar>(_ x: Tensor<Scalar>, heads: Int) -> Tensor<Scalar> {
  require(
    x.rank == 3 && heads >= 1 && x.shape[2] % heads == 0,
    "splitHeads: \(heads) heads of \(x.shape); it must be [m, t, d] with d a multiple of the heads")
  let (m, t, width) = (x.shape[0], x.shape[1], x.shape[2] / heads)
  guard heads > 1 else { return x.reshaped([m, 1, t, width]) }
  return exchanged(x, [m, t, heads], width).reshaped([m, heads, t, width])
}

/// What undoes `splitHeads`: `[m, h, t, e]` → `[m, t, h·e]`, the heads side by side.
public func mergeHeads<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  require(x.rank == 4, "mergeHeads: the heads are \(x.shape); they must be [m, h, t, e]")
  let (m, heads, t, width) = (x.shape[0], x.shape[1], x.shape[2], x.shape[3])
  guard heads > 1 else { return x.reshaped([m, t, width]) }
  return exchanged(x, [m, heads, t], width).reshaped([m, t, heads * width])
}

/// The second and the third axis exchanged: [m, a, b] rows of a width → [m, b, a].
private func exchanged<Scalar>(
  _ x: Tensor<Scalar>, _ sizes: [Int], _ width: Int
) -> Tensor<Scalar> {
  let (m, a, b) = (sizes[0], sizes[1], sizes[2])
  var order = [Int]()
  order.reserveCapacity(m * a * b)
  for sample in 0..<m {
    for j in 0..<b {
      for i in 0..<a { order.append((sample * a + i) * b + j) }
    }
  }
  return x.reshaped([m * a * b, width]).rows(order)
}
