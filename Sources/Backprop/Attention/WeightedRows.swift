import Core
import Kernels

// Weighted sums of rows. A weight of 0 stands for nobody who listens: a masked place, two nodes without an
// edge. So it takes nothing, whatever is there; in the plain product 0·∞ and 0·NaN are NaN, and a place
// that nobody may see would spoil those that do not see it.

/// yᵢ = Σⱼ wᵢⱼ·vⱼ, of matrices or pair by pair: [.., t, t′] · [.., t′, e] → [.., t, e].
func weightedRows<Scalar>(_ w: Tensor<Scalar>, _ v: Tensor<Scalar>) -> Tensor<Scalar> {
  let y = v.rank == 2 ? matmul(w, v) : batchedMatmul(w, v)
  return isFinite(y) ? y : summed(w, v, y, transposesWeights: false)
}

/// The same with the weights of the columns: [.., t′, t]ᵀ · [.., t′, e] → [.., t, e].
func weightedRows<Scalar>(transposed w: Tensor<Scalar>, _ v: Tensor<Scalar>) -> Tensor<Scalar> {
  let y = v.rank == 2 ? matmul(transposed: w, v) : batchedMatmul(transposed: w, v)
  return isFinite(y) ? y : summed(w, v, y, transposesWeights: true)
}

/// x, but 0 where the weights are.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func whereWeighted<Scalar>(_ x: Tensor<Scalar>, _ weights: Tensor<Scalar>) -> Tensor<Scalar> {
  var y = x
  for i in 0..<y.count where weights.storage[i] == 0 { y.storage[i] = 0 }
  return y
}

/// Whether all numbers are finite: of those alone 0 times each is 0.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func isFinite<Scalar>(_ x: Tensor<Scalar>) -> Bool {
  x.storage.withUnsafeBufferPointer { x in
    guard let start = x.baseAddress else { return true }
    return isFinite(start, x.count)
  }
}

/// The same of numbers one after the other in memory.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
@inline(never)
private func isFinite<Scalar: Real>(_ x: UnsafePointer<Scalar>, _ count: Int) -> Bool {
  let width = Scalar.Wide.scalarCount
  var (sums, i) = (Scalar.Wide(repeating: 0), 0)
  while i &+ width <= count {
    sums += UnsafeRawPointer(x + i).loadUnaligned(as: Scalar.Wide.self) * Scalar.Wide(repeating: 0)
    i &+= width
  }
  var sum = sums.sum()
  while i < count {
    sum += x[i] * 0
    i &+= 1
  }
  return sum == 0
}

/// The sums term by term, into a tensor of y's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func summed<Scalar>(
  _ w: Tensor<Scalar>, _ v: Tensor<Scalar>, _ y: Tensor<Scalar>, transposesWeights: Bool
) -> Tensor<Scalar> {
  let (rows, width) = (y.shape[y.rank - 2], y.shape[y.rank - 1])
  let inner = v.shape[v.rank - 2]
  var sums = Tensor<Scalar>(shape: y.shape)
  for pair in 0..<y.count / max(1, rows * width) {
    for i in 0..<rows {
      for j in 0..<inner {
        let place = transposesWeights ? j * rows + i : i * inner + j
        let weight = w.storage[pair * rows * inner + place]
        guard weight != 0 else { continue }
        for k in 0..<width {
          sums.storage[(pair * rows + i) * width + k] +=
            weight * v.storage[(pair * inner + j) * width + k]
        }
      }
    }
  }
  return sums
}
