package import Core
import Kernels

// Attention as its formulas stand in the textbook, a tensor for each step: for large matrices, for numbers
// that are not finite, and for the tests to hold the kernel of both passes to.
//
//   forward:   S = Q·Kᵀ/√d   P = softmax(S) by rows   Y = P·V
//   backward:  dV = Pᵀ·dY   dP = dY·Vᵀ   dS = P ⊙ (dP - Σ dP ⊙ P)   dQ = dS·K/√d   dK = dSᵀ·Q/√d

/// What `scaledDotProductAttention` gives, from the same.
package func textbookAttention<Scalar>(
  _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, mask: AttentionMask
) -> (output: Tensor<Scalar>, weights: Tensor<Scalar>) {
  let scale = 1 / Scalar(q.shape[q.rank - 1]).squareRoot()
  func attention(_ scores: Tensor<Scalar>) -> (output: Tensor<Scalar>, weights: Tensor<Scalar>) {
    let p = maskedSoftmax(scores, mask)  // [.., t, t′]
    return (weightedRows(p, v), p)
  }
  let result = attention(batchedMatmul(q, transposed: k) * scale)
  // Products may be beyond a Scalar where their √d-th part is not.
  return result.output.isFinite ? result : attention(batchedMatmul(q * scale, transposed: k))
}

/// What `scaledDotProductAttentionBackward` gives, from the same.
package func textbookAttentionBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>,
  weights p: Tensor<Scalar>
) -> (dQ: Tensor<Scalar>, dK: Tensor<Scalar>, dV: Tensor<Scalar>) {
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
  if !dQ.isFinite || !dK.isFinite {
    // What was not seen sends nothing back, whatever stands there.
    (dQ, dK) = gradients(whereWeighted(scores(whereWeighted(dP, p)), p))
  }
  return (dQ, dK, dV)
}
