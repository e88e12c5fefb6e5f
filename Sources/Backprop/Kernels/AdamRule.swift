/// One step of Adam over an array of parameters, in one pass over memory.
public struct AdamRule<Scalar: Real>: Sendable {
  let beta1, beta2, epsilon: Scalar
  /// η/(1 - β₁ᵗ): the bias correction of m, moved out of the loop.
  let rate: Scalar
  /// 1/(1 - β₂ᵗ), that of v.
  let correction: Scalar

  public init(beta1: Scalar, beta2: Scalar, epsilon: Scalar, learningRate: Scalar, step: Int) {
    (self.beta1, self.beta2, self.epsilon) = (beta1, beta2, epsilon)
    rate = learningRate / (1 - Scalar.pow(beta1, Scalar(step)))
    correction = 1 / (1 - Scalar.pow(beta2, Scalar(step)))
  }

  /// m ← β₁m + (1 - β₁)g, v ← β₂v + (1 - β₂)g², θ ← θ - η·m̂/(√v̂ + ε).
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func update(
    _ parameters: inout [Scalar], _ gradient: [Scalar], _ m: inout [Scalar], _ v: inout [Scalar]
  ) {
    parameters.withUnsafeMutableBufferPointer { theta in
      gradient.withUnsafeBufferPointer { g in
        m.withUnsafeMutableBufferPointer { m in
          v.withUnsafeMutableBufferPointer { v in
            parallel(theta.count, grain: 64, worth: theta.count > 20_000) { range in
              for i in range {
                let first = beta1 * m[i] + (1 - beta1) * g[i]
                let second = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
                (m[i], v[i]) = (first, second)
                theta[i] -= rate * first / ((second * correction).squareRoot() + epsilon)
              }
            }
          }
        }
      }
    }
  }
}
