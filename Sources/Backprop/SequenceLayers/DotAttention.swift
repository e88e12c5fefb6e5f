// Looking back at a sequence: a weighted mean of its states, the weights made of a question.

public import Core

/// Dot attention with one query a sequence: which of t states answer the query, and their mean.
///
///     s_i = q·h_i    α = softmax(s)    c = Σ α_i h_i
///
/// - Parameters:
///   - query: q, `[m, d]`.
///   - states: h, `[m, t, d]`.
///   - mask: 1 for states that may be looked at, 0 for others, `[m][t]`; nil for all. Each sequence needs
///     one at least.
/// - Returns: c, `[m, d]`, and α, `[m, t]`, 0 where the mask is.
///
/// Source: Luong, Pham, Manning, "Effective Approaches to Attention-based Neural Machine Translation",
/// 2015, section 3.1, the score "dot".
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func dotAttention<Scalar: Real>(
  _ query: Tensor<Scalar>, _ states: Tensor<Scalar>, mask: [[Int]]? = nil
) -> (context: Tensor<Scalar>, weights: Tensor<Scalar>) {
  requireFit(query, states, "dotAttention")
  let (m, t, d) = (states.shape[0], states.shape[1], states.shape[2])
  if let mask {
    require(
      mask.count == m && mask.allSatisfy { $0.count == t && $0.contains(1) }
        && mask.joined().allSatisfy { $0 == 0 || $0 == 1 },
      "dotAttention: the mask has rows of \(mask.map(\.count)); for states \(states.shape) it must have "
        + "\(m) of \(t), of ones and zeros, with a 1 in each")
  }
  var scores = Tensor<Scalar>(shape: [m, t])
  for n in 0..<m {
    for i in 0..<t {
      if let mask, mask[n][i] == 0 {
        scores.storage[n * t + i] = -.infinity
        continue
      }
      var sum: Scalar = 0
      for j in 0..<d { sum += query.storage[n * d + j] * states.storage[(n * t + i) * d + j] }
      scores.storage[n * t + i] = sum
    }
  }
  let weights = softmax(scores)  // [m, t]
  var context = Tensor<Scalar>(shape: [m, d])
  for n in 0..<m {
    for i in 0..<t {
      let weight = weights.storage[n * t + i]
      guard weight != 0 else { continue }
      for j in 0..<d {
        context.storage[n * d + j] += weight * states.storage[(n * t + i) * d + j]
      }
    }
  }
  return (context, weights)
}

/// The chain rule for dot attention: each state has two ways into c, as a value and through its score.
///
///     dα_i = dc·h_i    ds = α ⊙ (dα - Σ α ⊙ dα)
///     dq = Σ ds_i h_i    dh_i = α_i dc + ds_i q
///
/// - Parameters:
///   - dContext: ∂loss/∂c, `[m, d]`.
///   - query: q, `[m, d]`.
///   - states: h, `[m, t, d]`.
///   - weights: α of the forward pass, `[m, t]`.
/// - Returns: ∂loss/∂q, `[m, d]`, and ∂loss/∂h, `[m, t, d]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func dotAttentionBackward<Scalar: Real>(
  _ dContext: Tensor<Scalar>, query: Tensor<Scalar>, states: Tensor<Scalar>,
  weights: Tensor<Scalar>
) -> (dQuery: Tensor<Scalar>, dStates: Tensor<Scalar>) {
  requireFit(query, states, "dotAttentionBackward")
  let (m, t, d) = (states.shape[0], states.shape[1], states.shape[2])
  require(
    dContext.shape == query.shape && weights.shape == [m, t],
    "dotAttentionBackward: dc is \(dContext.shape) and α \(weights.shape); they must be \(query.shape) "
      + "and [\(m), \(t)]")
  // forward: c = Σ α_i h_i
  var dWeights = Tensor<Scalar>(shape: [m, t])
  for n in 0..<m {
    // A state without weight, such as one that is masked, gets nothing, whatever it holds.
    for i in 0..<t where weights.storage[n * t + i] != 0 {
      var sum: Scalar = 0
      for j in 0..<d { sum += dContext.storage[n * d + j] * states.storage[(n * t + i) * d + j] }
      dWeights.storage[n * t + i] = sum
    }
  }
  // forward: α = softmax(s)
  let dScores = softmaxBackward(dWeights, y: weights)  // [m, t]
  // forward: s_i = q·h_i, and h_i is in c as well
  var dQuery = Tensor<Scalar>(shape: query.shape)
  var dStates = Tensor<Scalar>(shape: states.shape)
  for n in 0..<m {
    for i in 0..<t where weights.storage[n * t + i] != 0 {
      let (weight, dScore) = (weights.storage[n * t + i], dScores.storage[n * t + i])
      for j in 0..<d {
        let (here, there) = (n * d + j, (n * t + i) * d + j)
        dQuery.storage[here] += dScore * states.storage[there]
        dStates.storage[there] = weight * dContext.storage[here] + dScore * query.storage[here]
      }
    }
  }
  return (dQuery, dStates)
}

private func requireFit<Scalar: Real>(
  _ query: Tensor<Scalar>, _ states: Tensor<Scalar>, _ name: String
) {
  require(
    states.rank == 3 && query.shape == [states.shape[0], states.shape[2]] && states.shape[1] >= 1,
    "\(name): the query is \(query.shape) and the states are \(states.shape); they must be [m, d] and "
      + "[m, t, d], with a state at least")
}
