// The score function: a reward that nobody can differentiate, and a gradient all the same.

public import Core
import Kernels

/// The policy gradient, as a loss: -1/m Σ A·log π(a).
///
/// A is a constant here. Where A > 0 the action taken becomes likelier, where A < 0 less likely.
///
/// Source: Williams, "Simple statistical gradient-following algorithms for connectionist reinforcement
/// learning", 1992, theorem 1; with advantages Sutton et al., "Policy gradient methods for reinforcement
/// learning with function approximation", 2000.
///
/// - Parameters:
///   - z: Scores of the actions, π = softmax(z), `[m, actions]`.
///   - actions: The action taken in each row.
///   - advantages: A, how much better than expected it went, `[m]`.
/// - Returns: The loss, and ∂loss/∂z.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func policyGradientLoss<Scalar: Real>(
  logits z: Tensor<Scalar>, actions: [Int], advantages: Tensor<Scalar>
) -> Loss<Scalar> {
  requireActions(actions, for: z, "policyGradientLoss")
  requireVector(advantages, z.rows, "policyGradientLoss: the advantages")
  let (p, logs) = logProbabilities(z)
  let (m, n) = (Scalar(z.rows), z.columns)
  var (loss, dZ) = (0.0, p)
  for (i, action) in actions.enumerated() {
    let a = advantages.storage[i]
    loss -= Double(scaled(logs.storage[i * n + action], by: a))
    // forward: -A·log π(a)/m, and the slope of log softmax(z)[a] is onehot(a) - π
    for j in i * n..<(i + 1) * n {
      let difference = dZ.storage[j] - (j == i * n + action ? 1 : 0)
      dZ.storage[j] = a * difference / m  // [m, actions]
    }
  }
  return (Scalar(loss / Double(z.rows)), dZ)
}

/// The entropy bonus, as a loss: -β·1/m Σ H, with H = -Σ π log π of each row.
///
/// H is log n where all n actions are alike, and 0 where one is certain: the loss keeps a policy from being
/// sure too soon. An action of probability 0 adds 0.
///
/// Source: Williams and Peng, "Function optimization using connectionist reinforcement learning
/// algorithms", 1991; Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016.
///
/// - Parameters:
///   - z: Scores of the actions, `[m, actions]`.
///   - strength: β, at least 0.
/// - Returns: The loss, and ∂loss/∂z.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func entropyBonus<Scalar: Real>(logits z: Tensor<Scalar>, strength: Scalar) -> Loss<Scalar> {
  require(
    z.rank == 2 && z.rows >= 1 && z.shape[1] >= 1,
    "entropyBonus: the scores are \(z.shape); they must be [m, actions], with a row at least")
  requireNotNegative(strength, "entropyBonus: the strength β")
  let (p, logs) = logProbabilities(z)
  let (m, n) = (Scalar(z.rows), z.columns)
  var (loss, dZ) = (0.0, p)
  for i in 0..<z.rows {
    let row = i * n..<(i + 1) * n
    // 0·log 0 is 0: the factor vanishes faster.
    let entropy = -blockedSum(row) { scaled(logs.storage[$0], by: p.storage[$0]) }
    loss -= Double(strength * entropy)
    // forward: -βH/m, and ∂H/∂zⱼ = -πⱼ(log πⱼ + H)
    for j in row {
      dZ.storage[j] = strength * scaled(logs.storage[j] + entropy, by: p.storage[j]) / m
    }
  }
  return (Scalar(loss / Double(z.rows)), dZ)
}

/// The mean entropy of the policies in the rows, H = -Σ π log π.
public func meanEntropy<Scalar: Real>(logits z: Tensor<Scalar>) -> Scalar {
  -entropyBonus(logits: z, strength: 1).loss
}
