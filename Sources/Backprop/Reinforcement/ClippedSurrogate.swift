// Many steps with one batch: as far as the policy that has drawn it still has something to say.

public import Core
import Kernels

/// PPO's loss, -1/m Σ min(r·A, clip(r, 1 - ε, 1 + ε)·A), with r = π(a)/π_old(a).
///
/// Where an action that went well has become likelier by more than ε, or one that went badly less likely by
/// more than ε, the gradient is 0. On the other side there is no clip: a policy that went the wrong way is
/// brought back. At r = 1 ± ε exactly the slope is that of r·A.
///
/// Source: Schulman, Wolski, Dhariwal, Radford, Klimov, "Proximal policy optimization algorithms", 2017,
/// equation 7.
///
/// - Parameters:
///   - z: Scores of the actions now, `[m, actions]`.
///   - actions: The action taken in each row.
///   - oldLogProbabilities: log π_old(a), when it was taken, `[m]`; constants.
///   - advantages: A, `[m]`; constants.
///   - epsilon: ε, above 0, below 1.
/// - Returns: The loss, and ∂loss/∂z.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func clippedSurrogate<Scalar: Real>(
  logits z: Tensor<Scalar>, actions: [Int], oldLogProbabilities: Tensor<Scalar>,
  advantages: Tensor<Scalar>, epsilon: Scalar = 0.2
) -> Loss<Scalar> {
  requireActions(actions, for: z, "clippedSurrogate")
  requireVector(oldLogProbabilities, z.rows, "clippedSurrogate: the old log-probabilities")
  requireVector(advantages, z.rows, "clippedSurrogate: the advantages")
  require(
    epsilon > 0 && epsilon < 1,
    "clippedSurrogate: ε is \(epsilon); it must be above 0 and below 1")
  let (p, logs) = logProbabilities(z)
  let (m, n) = (Scalar(z.rows), z.columns)
  var (loss, dZ) = (0.0, p)
  for (i, action) in actions.enumerated() {
    let a = advantages.storage[i]
    let gap = logs.storage[i * n + action] - oldLogProbabilities.storage[i]
    let ratio = Scalar.exp(gap)
    let isClipped = (a > 0 && ratio > 1 + epsilon) || (a < 0 && ratio < 1 - epsilon)
    // forward: -min(r·A, clip(r)·A)/m; 0·∞ is 0 where nothing was gained or lost
    let weight = scaled(ratio, by: a)
    if weight.isInfinite && !isClipped && gap.isFinite && a.isFinite {
      // r·A is beyond the range, and its products with small probabilities may be in it: by logarithms.
      let (sign, size) = (a < 0 ? -1 : 1 as Scalar, gap + Scalar.log(abs(a)))
      loss -= Double(sign * Scalar.exp(size))
      var others: Scalar = 0
      for j in i * n..<(i + 1) * n where j != i * n + action {
        dZ.storage[j] = sign * Scalar.exp(size + logs.storage[j]) / m
        others += dZ.storage[j]
      }
      dZ.storage[i * n + action] = -others
      continue
    }
    loss -= Double(isClipped ? a * (a > 0 ? 1 + epsilon : 1 - epsilon) : weight)
    for j in i * n..<(i + 1) * n {
      // the slope of r = π/π_old is r·(onehot(a) - π), none where the clip holds
      let difference = dZ.storage[j] - (j == i * n + action ? 1 : 0)
      dZ.storage[j] = isClipped ? 0 : weight * difference / m  // [m, actions]
    }
  }
  return (Scalar(loss / Double(z.rows)), dZ)
}
