// Attention in one go, one sample and head after the other: what is between Q, K, V and Y stays in the first
// cache, and Q, K, V and Y are read and written as they lie, the heads side by side in each row.
//
//   forward:   S = Q·Kᵀ/√d + mask   P = softmax(S) by rows   Y = P·V
//   backward:  dV = Pᵀ·dY   dP = dY·Vᵀ   dS = P ⊙ (dP - Σ dP ⊙ P)   dQ = dS·K/√d   dK = dSᵀ·Q/√d
//
// The sums are those of the products and softmaxes that the textbook's path calls one after the other.
// All is as if no number were infinite or NaN: the caller looks at the results, and takes that path
// where one of them is not finite.

import Core
import Kernels

/// How many matrices attention works on, and how large they are.
///
/// Q is `[samples, queries, heads·width]`, K `[samples, keys, heads·width]`, V `[samples, keys,
/// heads·valueWidth]`, and P `[samples, heads, queries, keys]`.
struct AttentionSizes {
  let samples: Int, heads: Int
  let queries: Int, keys: Int
  let width: Int, valueWidth: Int

  /// Whether the matrices of one head are so small that no product of them wants to be shared out or
  /// copied into blocks, and no sum to be cut; and none is empty.
  var areSmall: Bool {
    let widest = max(width, valueWidth)
    return min(queries, keys, width, valueWidth) > 0 && max(queries, keys, widest) <= 4096
      && queries * keys * widest < 1 << 18
  }

  /// The numbers between two rows of Q and K, and of V and Y.
  var stride: Int { heads &* width }
  var valueStride: Int { heads &* valueWidth }
  var scores: Int { queries &* keys }
  fileprivate var isWorthThreads: Bool {
    samples &* heads &* scores &* (width &+ valueWidth) > 100_000
  }

  /// Where the first row of a head begins, in Q, in K, in V, in Y and in P.
  func starts(_ pair: Int) -> (q: Int, k: Int, v: Int, y: Int, p: Int) {
    let (sample, head) = (pair / heads, pair % heads)
    return (
      sample &* queries &* stride &+ head &* width, sample &* keys &* stride &+ head &* width,
      sample &* keys &* valueStride &+ head &* valueWidth,
      sample &* queries &* valueStride &+ head &* valueWidth, pair &* scores
    )
  }

  /// Stops unless arrays are as large as these sizes say.
  fileprivate func require(queries q: Int, keys k: Int, values v: Int) {
    Kernels.require(
      q == samples * queries * stride && k == samples * keys * stride
        && v == samples * keys * valueStride,
      "attention: \(q), \(k) and \(v) numbers are no queries, keys and values for \(self)")
  }
}

/// Y = softmax(Q·Kᵀ/√d + mask)·V of each sample and head.
///
/// - Parameters:
///   - sizes: Those of all arrays.
///   - q: Queries.
///   - k: Keys.
///   - v: Values.
///   - mask: What is added to the scores of each head, `[queries, keys]`: 0 or -∞.
/// - Returns: Y, `[samples, queries, heads·valueWidth]`, and P.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func fusedAttention<Scalar: Real>(
  _ sizes: AttentionSizes, _ q: [Scalar], _ k: [Scalar], _ v: [Scalar], mask: [Scalar]?
) -> (output: [Scalar], weights: [Scalar]) {
  sizes.require(queries: q.count, keys: k.count, values: v.count)
  let mask = mask ?? [Scalar](repeating: 0, count: sizes.scores)
  requireMatrix(mask.count, sizes.queries, sizes.keys, "attention, the mask")
  let pairs = sizes.samples * sizes.heads
  var output: [Scalar] = unfilled(sizes.samples * sizes.queries * sizes.valueStride)
  var weights: [Scalar] = unfilled(pairs * sizes.scores)
  q.withUnsafeBufferPointer { q in
    k.withUnsafeBufferPointer { k in
      v.withUnsafeBufferPointer { v in
        mask.withUnsafeBufferPointer { mask in
          output.withUnsafeMutableBufferPointer { output in
            weights.withUnsafeMutableBufferPointer { weights in
              guard let q = q.baseAddress, let k = k.baseAddress, let v = v.baseAddress,
                let mask = mask.baseAddress, let output = output.baseAddress,
                let weights = weights.baseAddress
              else { return }
              parallel(pairs, grain: 1, worth: sizes.isWorthThreads) { part in
                attend(sizes, part, q, k, v, mask, output, weights)
              }
            }
          }
        }
      }
    }
  }
  return (output, weights)
}

/// The gradients of each sample's and head's Q, K and V.
///
/// - Parameters:
///   - sizes: Those of all arrays.
///   - dY: ∂loss/∂Y, `[samples, queries, heads·valueWidth]`.
///   - q: As in forward.
///   - k: As in forward.
///   - v: As in forward.
///   - p: P of the forward pass.
/// - Returns: ∂loss/∂Q, ∂loss/∂K and ∂loss/∂V, which lie as Q, K and V do.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func fusedAttentionBackward<Scalar: Real>(
  _ sizes: AttentionSizes, _ dY: [Scalar], _ q: [Scalar], _ k: [Scalar], _ v: [Scalar],
  weights p: [Scalar]
) -> (dQ: [Scalar], dK: [Scalar], dV: [Scalar]) {
  sizes.require(queries: q.count, keys: k.count, values: v.count)
  let pairs = sizes.samples * sizes.heads
  requireMatrix(p.count, pairs, sizes.scores, "attention backward, the weights")
  requireMatrix(dY.count, sizes.samples * sizes.queries, sizes.valueStride, "attention backward")
  var dQ: [Scalar] = unfilled(q.count)
  var dK: [Scalar] = unfilled(k.count)
  var dV: [Scalar] = unfilled(v.count)
  dY.withUnsafeBufferPointer { dY in
    q.withUnsafeBufferPointer { q in
      k.withUnsafeBufferPointer { k in
        v.withUnsafeBufferPointer { v in
          p.withUnsafeBufferPointer { p in
            dQ.withUnsafeMutableBufferPointer { dQ in
              dK.withUnsafeMutableBufferPointer { dK in
                dV.withUnsafeMutableBufferPointer { dV in
                  guard let dY = dY.baseAddress, let q = q.baseAddress, let k = k.baseAddress,
                    let v = v.baseAddress, let p = p.baseAddress, let dQ = dQ.baseAddress,
                    let dK = dK.baseAddress, let dV = dV.baseAddress
                  else { return }
                  parallel(pairs, grain: 1, worth: sizes.isWorthThreads) { part in
                    attendBackward(sizes, part, dY, q, k, v, p, dQ, dK, dV)
                  }
                }
              }
            }
          }
        }
      }
    }
  }
  return (dQ, dK, dV)
}
