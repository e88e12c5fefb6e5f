// Products of matrices that belong together, one for each sample and head.
//
//   forward:   C  = A·B       batchedMatmul(A, B)
//   backward:  dA = dC·Bᵀ     batchedMatmul(dC, transposed: B)
//              dB = Aᵀ·dC     batchedMatmul(transposed: A, dC)

public import Core
import Kernels

/// The products of matrices, pair by pair: [.., m, k] · [.., k, n] → [.., m, n].
///
/// The last two axes are the matrices; those in front must be the same in both tensors, one at least.
public func batchedMatmul<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
  products(a, b, transposesA: false, transposesB: false)
}

/// The products aᵀ·b, pair by pair: [.., k, m]ᵀ · [.., k, n] → [.., m, n].
public func batchedMatmul<Scalar>(
  transposed a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
  products(a, b, transposesA: true, transposesB: false)
}

/// The products a·bᵀ, pair by pair: [.., m, k] · [.., n, k]ᵀ → [.., m, n].
public func batchedMatmul<Scalar>(
  _ a: Tensor<Scalar>, transposed b: Tensor<Scalar>
) -> Tensor<Scalar> {
  products(a, b, transposesA: false, transposesB: true)
}

/// The three forms in one, with the sizes checked.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func products<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>, transposesA: Bool, transposesB: Bool
) -> Tensor<Scalar> {
  let text = "\(a.shape)\(transposesA ? "ᵀ" : "") · \(b.shape)\(transposesB ? "ᵀ" : "")"
  require(
    a.rank >= 3 && a.rank == b.rank && a.shape.dropLast(2) == b.shape.dropLast(2),
    "batchedMatmul: \(text): the axes in front of the last two must be the same, one at least; for "
      + "two matrices take matmul")
  let count = a.shape.dropLast(2).reduce(1, *)
  let (left, right) = (a.shape.suffix(2), b.shape.suffix(2))
  let (m, k) =
    transposesA ? (left[a.rank - 1], left[a.rank - 2]) : (left[a.rank - 2], left[a.rank - 1])
  let (inner, n) =
    transposesB ? (right[b.rank - 1], right[b.rank - 2]) : (right[b.rank - 2], right[b.rank - 1])
  require(k == inner, "batchedMatmul: \(text): the inner sizes must agree; is a transpose missing?")
  let shape = Array(a.shape.dropLast(2)) + [m, n]
  guard m * n * k >= 1 << 18 || k > 4096 else {
    return Tensor(
      smallProducts(
        count, m, n, k, a.storage, transposesA: transposesA, b.storage, transposesB: transposesB),
      shape: shape)
  }
  // Large ones, and long sums, are worth an array each.
  var result = [Scalar]()
  result.reserveCapacity(count * m * n)
  for index in 0..<count {
    let one = Array(a.storage[index * m * k..<(index + 1) * m * k])
    var other = Array(b.storage[index * k * n..<(index + 1) * k * n])
    if transposesB { other = transpose(n, k, other) }
    result += product(
      m, n, k, one, rowStride: transposesA ? 1 : k, columnStride: transposesA ? m : 1, other)
  }
  return Tensor(result, shape: shape)
}

/// The textbook's loop, which `batchedMatmul` is tested against: [count, m, k] · [count, k, n].
public func batchedMatmulReference<Scalar>(
  _ a: Tensor<Scalar>, _ b: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    a.rank == 3 && b.rank == 3 && a.shape[0] == b.shape[0] && a.shape[2] == b.shape[1],
    "batchedMatmulReference: \(a.shape) · \(b.shape): they must be [count, m, k] and [count, k, n]")
  let (count, m, k, n) = (a.shape[0], a.shape[1], a.shape[2], b.shape[2])
  var c = Tensor<Scalar>(shape: [count, m, n])
  for index in 0..<count {
    for i in 0..<m {
      for j in 0..<n {
        for p in 0..<k {
          c.storage[(index * m + i) * n + j] +=
            a.storage[(index * m + i) * k + p] * b.storage[(index * k + p) * n + j]
        }
      }
    }
  }
  return c
}
