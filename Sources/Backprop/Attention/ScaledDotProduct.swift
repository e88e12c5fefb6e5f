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
  let (t, keys) = (q.shape[q.rank - 2], k.shape[k.rank - 2])
  let (y, p) = attentionOfHeads(
    q.asOneHead, k.asOneHead, v.asOneHead, heads: 1, mask: mask)
  let front = Array(q.shape.dropLast(2))
  return (y.reshaped(front + [t, v.shape[v.rank - 1]]), p.reshaped(front + [t, keys]))
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
  let (dQ, dK, dV) = attentionOfHeadsBackward(
    dY.asOneHead, q.asOneHead, k.asOneHead, v.asOneHead,
    weights: p.reshaped([front.reduce(1, *), 1, t, keys]))
  return (dQ.reshaped(q.shape), dK.reshaped(k.shape), dV.reshaped(v.shape))
}

/// Attention of heads that lie side by side: Q `[m, t, h·d]`, K `[m, t′, h·d]`, V `[m, t′, h·e]`.
///
/// - Returns: Y, `[m, t, h·e]`, and P, `[m, h, t, t′]`.
package func attentionOfHeads<Scalar>(
  _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, heads: Int, mask: AttentionMask
) -> (output: Tensor<Scalar>, weights: Tensor<Scalar>) {
  requireAttention(q, k, v)
  let sizes = AttentionSizes(q, k, v, heads: heads)
  mask.require(rows: sizes.queries, columns: sizes.keys)
  if sizes.areSmall {
    let (output, weights) = fusedAttention(
      sizes, q.storage, k.storage, v.storage,
      mask: mask.summands(rows: sizes.queries, columns: sizes.keys))
    let y = Tensor(output, shape: [sizes.samples, sizes.queries, v.shape[2]])
    if y.isFinite {
      return (y, Tensor(weights, shape: [sizes.samples, heads, sizes.queries, sizes.keys]))
    }
  }
  func split(_ x: Tensor<Scalar>) -> Tensor<Scalar> { splitHeads(x, heads: heads) }
  let (y, p) = textbookAttention(split(q), split(k), split(v), mask: mask)
  return (mergeHeads(y), p)
}

/// The gradients of it.
///
/// - Parameters:
///   - dY: ∂loss/∂Y, `[m, t, h·e]`.
///   - q: As in forward.
///   - k: As in forward.
///   - v: As in forward.
///   - p: P of the forward pass, which has as many heads.
/// - Returns: ∂loss/∂Q, ∂loss/∂K and ∂loss/∂V.
package func attentionOfHeadsBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>,
  weights p: Tensor<Scalar>
) -> (dQ: Tensor<Scalar>, dK: Tensor<Scalar>, dV: Tensor<Scalar>) {
  requireAttention(q, k, v)
  require(p.rank == 4, "attention backward: the weights are \(p.shape); they must be [m, h, t, t′]")
  let heads = p.shape[1]
  let sizes = AttentionSizes(q, k, v, heads: heads)
  if sizes.areSmall {
    let gradients = fusedAttentionBackward(
      sizes, dY.storage, q.storage, k.storage, v.storage, weights: p.storage)
    let (dQ, dK) = (Tensor(gradients.dQ, shape: q.shape), Tensor(gradients.dK, shape: k.shape))
    let dV = Tensor(gradients.dV, shape: v.shape)
    if dQ.isFinite && dK.isFinite && dV.isFinite { return (dQ, dK, dV) }
  }
  func split(_ x: Tensor<Scalar>) -> Tensor<Scalar> { splitHeads(x, heads: heads) }
  let (dQ, dK, dV) = textbookAttentionBackward(
    split(dY), split(q), split(k), split(v), weights: p)
  return (mergeHeads(dQ), mergeHeads(dK), mergeHeads(dV))
}

extension AttentionSizes {
  /// The sizes of queries, keys and values with their heads side by side.
  init<Scalar>(
    _ q: Tensor<Scalar>, _ k: Tensor<Scalar>, _ v: Tensor<Scalar>, heads: Int
  ) {
    require(
      q.rank == 3 && heads >= 1 && q.shape[2] % heads == 0 && v.shape[2] % heads == 0,
      "attention: \(heads) heads of queries \(q.shape) and values \(v.shape); they must be [m, t, h·d] "
        + "and [m, t′, h·e]")
    self.init(
      samples: q.shape[0], heads: heads, queries: q.shape[1], keys: k.shape[1],
      width: q.shape[2] / heads, valueWidth: v.shape[2] / heads)
  }
}

extension Tensor {
  /// All samples and heads as samples of one head: `[.., t, d]` → `[m, t, d]`.
  fileprivate var asOneHead: Tensor {
    reshaped([shape.dropLast(2).reduce(1, *)] + shape.suffix(2))
  }
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
