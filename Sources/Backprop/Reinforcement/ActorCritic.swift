// An actor that chooses, and a critic that says what was to be expected.

public import Core

/// The gradients of an actor–critic loss.
public struct ActorCriticGradients<Scalar: Real>: Equatable, Sendable {
  /// ∂loss/∂z, `[m, actions]`.
  public let dLogits: Tensor<Scalar>
  /// ∂loss/∂V, `[m]`.
  public let dValues: Tensor<Scalar>
}

/// Policy gradient, value error and entropy in one loss.
///
///     loss = -1/m Σ A·log π(a) + c·1/m Σ (V - G)² - β·1/m Σ H,   A = G - V, a constant
///
/// A is stopped: the critic learns from its error alone. Were it not, the policy's part would give each V
/// log π(a)/m, which is no matter of how good a state is.
///
/// Source: Mnih et al., "Asynchronous methods for deep reinforcement learning", 2016, algorithm S3.
///
/// - Parameters:
///   - z: Scores of the actions, `[m, actions]`.
///   - values: V, what the critic expects, `[m]`.
///   - actions: The action taken in each row.
///   - returns: G, what came, `[m]`; a constant.
///   - valueStrength: c, at least 0.
///   - entropyStrength: β, at least 0.
/// - Returns: The loss and its gradients.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func actorCriticLoss<Scalar: Real>(
  logits z: Tensor<Scalar>, values: Tensor<Scalar>, actions: [Int], returns: Tensor<Scalar>,
  valueStrength: Scalar = 0.5, entropyStrength: Scalar = 0.01
) -> (loss: Scalar, gradient: ActorCriticGradients<Scalar>) {
  requireActions(actions, for: z, "actorCriticLoss")
  requireVector(values, z.rows, "actorCriticLoss: the values")
  requireVector(returns, z.rows, "actorCriticLoss: the returns")
  requireNotNegative(valueStrength, "actorCriticLoss: the value's strength")
  let policy = policyGradientLoss(logits: z, actions: actions, advantages: returns - values)
  let entropy = entropyBonus(logits: z, strength: entropyStrength)
  let error = meanSquaredError(prediction: values, target: returns)
  // forward: policy + c·error + entropy, and V is in the error alone
  return (
    policy.loss + valueStrength * error.loss + entropy.loss,
    ActorCriticGradients(
      dLogits: policy.gradient + entropy.gradient, dValues: valueStrength * error.gradient)
  )
}
