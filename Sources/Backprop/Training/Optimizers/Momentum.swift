// One number a parameter: the velocity, a sum of past gradients that fades.

public import Core
import Kernels

/// Gradient descent with momentum: v ← βv + g from v = 0, θ ← θ - ηv.
///
/// Where gradients agree, the velocity grows up to g/(1 - β), ten steps in one for β = 0.9; where
/// they change sign, as across a ravine, they cancel.
///
/// Source: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; in this
/// form Sutskever, Martens, Dahl, Hinton, ICML 2013, equations 1 and 2, with η outside the velocity.
public struct Momentum<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// β, the share of the velocity that stays, in 0..<1.
  public let beta: Scalar
  var velocity = Companions<Scalar>()

  public init(learningRate: Scalar, beta: Scalar = 0.9) {
    requireNotNegative(learningRate, "Momentum: the learning rate")
    requireShare(beta, "Momentum: β")
    (self.learningRate, self.beta) = (learningRate, beta)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    velocity.prepare(for: gradient)
    requireFit(&network, gradient, velocity.tensors, name: "Momentum")
    var index = 0
    network.visit(gradient) { _, parameter, g in
      step(&parameter.storage, g.storage, &velocity.tensors[index].storage)
      index += 1
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func step(_ theta: inout [Scalar], _ g: [Scalar], _ v: inout [Scalar]) {
    let (rate, beta) = (learningRate, beta)
    updateElements(&theta, g, &v) { theta, g, v in
      let v = beta * v + g
      return (theta - rate * v, v)
    }
  }
}

/// Nesterov's momentum: v ← βv + g from v = 0, θ ← θ - η(g + βv).
///
/// The gradient counts as if taken where the velocity is about to lead, so that a turn is noticed one
/// step earlier.
///
/// Source: Nesterov, "A method of solving a convex programming problem with convergence rate
/// O(1/k²)", 1983; in this form, which asks for the gradient at θ itself, Bengio,
/// Boulanger-Lewandowski, Pascanu, ICASSP 2013, equation 7.
public struct Nesterov<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// β, the share of the velocity that stays, in 0..<1.
  public let beta: Scalar
  var velocity = Companions<Scalar>()

  public init(learningRate: Scalar, beta: Scalar = 0.9) {
    requireNotNegative(learningRate, "Nesterov: the learning rate")
    requireShare(beta, "Nesterov: β")
    (self.learningRate, self.beta) = (learningRate, beta)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    velocity.prepare(for: gradient)
    requireFit(&network, gradient, velocity.tensors, name: "Nesterov")
    var index = 0
    network.visit(gradient) { _, parameter, g in
      step(&parameter.storage, g.storage, &velocity.tensors[index].storage)
      index += 1
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func step(_ theta: inout [Scalar], _ g: [Scalar], _ v: inout [Scalar]) {
    let (rate, beta) = (learningRate, beta)
    updateElements(&theta, g, &v) { theta, g, v in
      let v = beta * v + g
      return (theta - rate * (g + beta * v), v)
    }
  }
}
