// The matrix product, with either factor transposed: the three forms that a dense layer needs.
//
//   forward:   y  = x·W       matmul(x, W)
//   backward:  dx = dy·Wᵀ     matmul(dy, transposed: W)
//              dW = xᵀ·dy     matmul(transposed: x, dy)

import Kernels

/// The matrix product a·b: [m, k] · [k, n] → [m, n].
///
/// - Complexity: m·k·n multiplications and additions.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func matmul<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    a.rank == 2 && b.rank == 2 && a.shape[1] == b.shape[0],
    "matmul: \(a.shape) · \(b.shape): the inner sizes must agree; is a transpose missing?")
  let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
  return Tensor(
    product(m, n, k, a.storage, rowStride: k, columnStride: 1, b.storage), shape: [m, n])
}

/// The product aᵀ·b: [k, m]ᵀ · [k, n] → [m, n].
///
/// The gradient of a layer's weights, xᵀ·dy: it sums over the batch k.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func matmul<Scalar>(transposed a: Tensor<Scalar>, _ b: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    a.rank == 2 && b.rank == 2 && a.shape[0] == b.shape[0],
    "matmul: \(a.shape)ᵀ · \(b.shape): both must have the same number of rows")
  let (m, k, n) = (a.shape[1], a.shape[0], b.shape[1])
  return Tensor(
    product(m, n, k, a.storage, rowStride: 1, columnStride: m, b.storage), shape: [m, n])
}

/// The product a·bᵀ: [m, k] · [n, k]ᵀ → [m, n].
///
/// The gradient of a layer's input, dy·Wᵀ.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func matmul<Scalar>(_ a: Tensor<Scalar>, transposed b: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    a.rank == 2 && b.rank == 2 && a.shape[1] == b.shape[1],
    "matmul: \(a.shape) · \(b.shape)ᵀ: both must have the same number of columns")
  return matmul(a, b.transposed)
}

extension Tensor {
  /// The matrix with rows and columns exchanged: [m, n] → [n, m].
  public var transposed: Tensor {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    get {
      require(rank == 2, "transposed: needs a matrix, this tensor is \(shape)")
      return Tensor(transpose(rows, columns, storage), shape: [columns, rows])
    }
  }
}
