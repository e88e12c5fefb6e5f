// Both memories at once: where the gradient has pointed, and how large it has been.

public import Core
import Kernels

/// Adam: steps of the size η, whatever the size of the gradient.
///
/// m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g², both from zero; with m̂ = m/(1 - β₁ᵗ) and
/// v̂ = v/(1 - β₂ᵗ), t counting from 1, θ ← θ - η·m̂/(√v̂ + ε).
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
public struct Adam<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// β₁, in 0..<1.
  public let beta1: Scalar
  /// β₂, in 0..<1.
  public let beta2: Scalar
  /// ε, positive: without it a gradient that has always been 0 gives 0/0.
  public let epsilon: Scalar
  /// The number of steps taken.
  public internal(set) var step = 0
  /// The averages of each parameter's gradient and of its square.
  var (m, v) = (Companions<Scalar>(), Companions<Scalar>())

  public init(
    learningRate: Scalar = 0.001, beta1: Scalar = 0.9, beta2: Scalar = 0.999,
    epsilon: Scalar = 1e-8
  ) {
    requireNotNegative(learningRate, "Adam: the learning rate")
    requireShare(beta1, "Adam: β₁")
    requireShare(beta2, "Adam: β₂")
    requirePositive(epsilon, "Adam: ε")
    (self.learningRate, self.epsilon) = (learningRate, epsilon)
    (self.beta1, self.beta2) = (beta1, beta2)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    step += 1
    let rule = AdamRule(
      beta1: beta1, beta2: beta2, epsilon: epsilon, learningRate: learningRate, step: step)
    m.prepare(for: gradient)
    v.prepare(for: gradient)
    requireFit(&network, gradient, m.tensors, v.tensors, name: "Adam")
    var index = 0
    network.visit(gradient) { _, parameter, g in
      rule.update(
        &parameter.storage, g.storage, &m.tensors[index].storage, &v.tensors[index].storage)
      index += 1
    }
  }
}

/// Adam, with weights that also decay on their own: θ ← θ(1 - ηλ), then Adam's step.
///
/// The penalty λ/2·θ² in the loss is something else. There λθ becomes a part of the gradient, and is
/// divided by √v̂ with it: the parameters with the largest gradients decay least.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, algorithm 2,
/// with the decay in the form ηλ that is usual since.
public struct AdamW<Scalar: Real>: Optimizer {
  var adam: Adam<Scalar>
  /// λ, the share of a parameter that a step of the rate 1 takes away; at least 0.
  public let decay: Scalar
  /// Whether biases, and the scales and shifts of normalization, are spared.
  public let weightsOnly: Bool

  public var learningRate: Scalar {
    get { adam.learningRate }
    set { adam.learningRate = newValue }
  }

  /// The number of steps taken.
  public var step: Int { adam.step }

  public init(
    learningRate: Scalar = 0.001, beta1: Scalar = 0.9, beta2: Scalar = 0.999,
    epsilon: Scalar = 1e-8, decay: Scalar = 0.01, weightsOnly: Bool = false
  ) {
    requireNotNegative(decay, "AdamW: the decay")
    adam = Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    (self.decay, self.weightsOnly) = (decay, weightsOnly)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    let kept = 1 - learningRate * decay
    network.visit(gradient) { name, parameter, _ in
      if !weightsOnly || isWeight(name) { parameter = parameter * kept }
    }
    adam.update(&network, gradient)
  }
}
