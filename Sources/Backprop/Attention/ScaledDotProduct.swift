public import Core
import Kernels

/// Attention: each query takes a mean of the values, weighted by how well their keys fit it.
///
///     S = Q·Kᵀ/√d   P = softmax of S by rows   Y = P·V
///
/// What a query may not see does not reach it, an infinity or a NaN neither.
///
/// Source: Vaswani et al., "Attention is all you need", 2017, equation 1.
///
/// - Parameters:
///   - q: Queries, `[.., t, d]`.
///   - k: Keys, `[.., t′, d]`.
///   - v: Values, `[.., t′, e]`.
///   - mask: Which keys a query may see.
/// - Returns: Y, `[.., t, e]`, and the weights P, `[.., t, t′]`.
public func scaledDotProductAttention<Scalar>(
  _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, mask: AttentionMask = .none
) -> (output: Tensor<Scalar>, weights: Tensor<Scalar>) {
  requireAttention(q, k, v)
  let scale = 1 / Scalar(q.shape[q.rank - 1]).squareRoot()
  func attention(_ scores: Tensor<Scalar>) -> (output: Tensor<Scalar>, weights: Tensor<Scalar>) {
    let p = maskedSoftmax(scores, mask)  // [.., t, t′]
    return (weightedRows(p, v), p)
  }
  let result = attention(batchedMatmul(q, transposed: k) * scale)
  // Products may be beyond a Scalar where their √d-th part is not.
  return isFinite(result.output) ? result : attention(batchedMatmul(q * scale, transposed: k))
}

/// The gradients of attention, from the weights of its forward pass; what was masked has P = 0.
///
/// - Parameters:
///   - dY: ∂loss/∂Y, `[.., t, e]`.
///   - q: As in forward.
///   - k: As in forward.
///   - v: As in forward.
///   - p: P of the forward pass.
/// - Returns: ∂loss/∂Q, ∂loss/∂K and ∂loss/∂V.
public func scaledDotProductAttentionBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>,
  weights p: Tensor<Scalar>
) -> (dQ: Tensor<Scalar>, dK: Tensor<Scalar>, dV: Tensor<Scalar>) {
  requireAttention(q, k, v)
  let (t, keys) = (q.shape[q.rank - 2], k.shape[k.rank - 2])
  let front = Array(q.shape.dropLast(2))
  require(
    p.shape == front + [t, keys] && dY.shape == front + [t, v.shape[v.rank - 1]],
    "attention backward: dY is \(dY.shape) and the weights \(p.shape); with q \(q.shape), k "
      + "\(k.shape) and v \(v.shape) they must be those of one forward pass")
  let scale = 1 / Scalar(q.shape[q.rank - 1]).squareRoot()
  // forward: Y = P·V
  let dV = weightedRows(transposed: p, dY)  // [.., t′, e]
  let dP = batchedMatmul(dY, transposed: v)  // [.., t, t′]
  // forward: P = softmax(S) by rows
  func scores(_ dP: Tensor<Scalar>) -> Tensor<Scalar> {
    softmaxBackward(dP.lastAxisAsColumns, y: p.lastAxisAsColumns).reshaped(p.shape)
  }
  // forward: S = Q·Kᵀ/√d
  func gradients(_ dS: Tensor<Scalar>) -> (dQ: Tensor<Scalar>, dK: Tensor<Scalar>) {
    (weightedRows(dS, k) * scale, weightedRows(transposed: dS, q) * scale)
  }
  var (dQ, dK) = gradients(scores(dP))  // [.., t, d], [.., t′, d]
  if !isFinite(dQ) || !isFinite(dK) {
    // What was not seen sends nothing back, whatever stands there.
    (dQ, dK) = gradients(whereWeighted(scores(whereWeighted(dP, p)), p))
  }
  return (dQ, dK, dV)
}

/// Stops with a sentence unless queries, keys and values fit each other.
private func requireAttention<Scalar>(
  _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>
) {
  let ranks = q.rank >= 3 && q.rank == k.rank && k.rank == v.rank
  require(
    ranks && q.shape.dropLast(2) == k.shape.dropLast(2)
      && k.shape.dropLast() == v.shape.dropLast() && q.shape.last == k.shape.last
      && q.shape.allSatisfy { $0 > 0 } && k.shape.allSatisfy { $0 > 0 },
    "attention: q is \(q.shape), k \(k.shape) and v \(v.shape); they must be [.., t, d], [.., t′, d] "
      + "and [.., t′, e], with t, t′ and d 1 or more")
}
