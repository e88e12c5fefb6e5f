// One number a parameter: how large its gradients have been. Each parameter has a rate of its own.

import Kernels

/// AdaGrad: s ← s + g² from s = 0, θ ← θ - ηg/(√s + ε).
///
/// A parameter whose gradient is rare keeps a high rate. The sum never shrinks, so all rates fall,
/// like 1/√t where gradients stay as they are.
///
/// Source: Duchi, Hazan, Singer, "Adaptive Subgradient Methods", JMLR 12, 2011.
public struct AdaGrad<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// ε, added to the root.
  public let epsilon: Scalar
  private var squares = Companions<Scalar>()

  public init(learningRate: Scalar = 0.01, epsilon: Scalar = 1e-10) {
    (self.learningRate, self.epsilon) = (learningRate, epsilon)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    squares.prepare(for: gradient, of: "AdaGrad")
    var index = 0
    network.visit(gradient) { _, parameter, g in
      step(&parameter.storage, g.storage, &squares.tensors[index].storage)
      index += 1
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func step(_ theta: inout [Scalar], _ g: [Scalar], _ s: inout [Scalar]) {
    let (rate, epsilon) = (learningRate, epsilon)
    updateElements(&theta, g, &s) { theta, g, s in
      let s = s + g * g
      return (theta - rate * g / (s.squareRoot() + epsilon), s)
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
  /// ε, added to the root.
  public let epsilon: Scalar
  private var squares = Companions<Scalar>()

  public init(learningRate: Scalar = 0.01, rho: Scalar = 0.99, epsilon: Scalar = 1e-8) {
    require(0 <= rho && rho < 1, "RMSprop: ρ is \(rho); it must be at least 0, under 1")
    (self.learningRate, self.rho, self.epsilon) = (learningRate, rho, epsilon)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    squares.prepare(for: gradient, of: "RMSprop")
    var index = 0
    network.visit(gradient) { _, parameter, g in
      step(&parameter.storage, g.storage, &squares.tensors[index].storage)
      index += 1
    }
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func step(_ theta: inout [Scalar], _ g: [Scalar], _ s: inout [Scalar]) {
    let (rate, rho, epsilon) = (learningRate, rho, epsilon)
    updateElements(&theta, g, &s) { theta, g, s in
      let s = rho * s + (1 - rho) * (g * g)
      return (theta - rate * g / (s.squareRoot() + epsilon), s)
    }
  }
}
