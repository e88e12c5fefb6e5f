import Core
import Kernels

// Weighted sums of rows. A weight of 0 stands for nobody who listens: a masked place, two nodes without an
// edge. So it takes nothing, whatever is there; in the plain product 0·∞ and 0·NaN are NaN, and a place
// that nobody may see would spoil those that do not see it.

/// yᵢ = Σⱼ wᵢⱼ·vⱼ, of matrices or pair by pair: [.., t, t′] · [.., t′, e] → [.., t, e].
func weightedRows<Scalar>(_ w: Tensor<Scalar>, _ v: Tensor<Scalar>) -> Tensor<Scalar> {
  let y = v.rank == 2 ? matmul(w, v) : batchedMatmul(w, v)
  return y.isFinite ? y : summed(w, v, y, transposesWeights: false)
}

/// The same with the weights of the columns: [.., t′, t]ᵀ · [.., t′, e] → [.., t, e].
func weightedRows<Scalar>(transposed w: Tensor<Scalar>, _ v: Tensor<Scalar>) -> Tensor<Scalar> {
  let y = v.rank == 2 ? matmul(transposed: w, v) : batchedMatmul(transposed: w, v)
  return y.isFinite ? y : summed(w, v, y, transposesWeights: true)
}

/// x, but 0 where the weights are.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func whereWeighted<Scalar>(_ x: Tensor<Scalar>, _ weights: Tensor<Scalar>) -> Tensor<Scalar> {
  var y = x
  for i in 0..<y.count where weights.storage[i] == 0 { y.storage[i] = 0 }
  return y
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
