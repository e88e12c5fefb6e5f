// One number a parameter: how large its gradients have been. Each parameter has a rate of its own.

public import Core
import Kernels

/// AdaGrad: s ← s + g² from s = 0, θ ← θ - ηg/(√s + ε).
///
/// A parameter whose gradient is rare keeps a high rate. The sum never shrinks, so all rates fall,
/// like 1/√t where gradients stay as they are.
///
/// Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods", JMLR 12, 2011.
public struct AdaGrad<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// ε, added to the root; positive, so that a gradient of 0 does not give 0/0.
  public let epsilon: Scalar
  var squares = Companions<Scalar>()

  public init(learningRate: Scalar = 0.01, epsilon: Scalar = 1e-10) {
    requireNotNegative(learningRate, "AdaGrad: the learning rate")
    requirePositive(epsilon, "AdaGrad: ε")
    (self.learningRate, self.epsilon) = (learningRate, epsilon)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    squares.prepare(for: gradient)
    requireFit(&network, gradient, squares.tensors, name: "AdaGrad")
    let rule = RootRule(keeping: 1, adding: 1, rate: learningRate, epsilon: epsilon)
    var index = 0
    network.visit(gradient) { _, parameter, g in
      rule.update(&parameter.storage, g.storage, &squares.tensors[index].storage)
      index += 1
    }
  }
}

/// RMSprop: s ← ρs + (1 - ρ)g² from s = 0, θ ← θ - ηg/(√s + ε).
///
/// AdaGrad that forgets: s is an average over the last 1/(1 - ρ) steps or so. It begins too small,
/// since nothing corrects its start at 0: the first step is 1/√(1 - ρ) times η long.
///
/// Source: Tieleman, Hinton, "Lecture 6.5, rmsprop", Coursera, 2012.
public struct RMSprop<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// ρ, the share of the average that stays, in 0..<1.
  public let rho: Scalar
  /// ε, added to the root; positive.
  public let epsilon: Scalar
  var squares = Companions<Scalar>()

  public init(learningRate: Scalar = 0.01, rho: Scalar = 0.99, epsilon: Scalar = 1e-8) {
    requireNotNegative(learningRate, "RMSprop: the learning rate")
    requireShare(rho, "RMSprop: ρ")
    requirePositive(epsilon, "RMSprop: ε")
    (self.learningRate, self.rho, self.epsilon) = (learningRate, rho, epsilon)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    squares.prepare(for: gradient)
    requireFit(&network, gradient, squares.tensors, name: "RMSprop")
    let rule = RootRule(keeping: rho, adding: 1 - rho, rate: learningRate, epsilon: epsilon)
    var index = 0
    network.visit(gradient) { _, parameter, g in
      rule.update(&parameter.storage, g.storage, &squares.tensors[index].storage)
      index += 1
    }
  }
}
