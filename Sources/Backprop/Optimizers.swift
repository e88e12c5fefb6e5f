// From gradients to steps. Sorted by what they remember: nothing, then two averages a parameter.

/// A rule that moves parameters against their gradient.
public protocol Optimizer<Scalar> {
  associatedtype Scalar: Real

  /// η, the length of the steps; schedules change it between them.
  var learningRate: Scalar { get set }

  /// Takes one step with every parameter of a layer or network.
  mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters)
}

/// Gradient descent, θ ← θ - η·g.
///
/// Stochastic where the gradient is that of a mini-batch (Robbins and Monro, 1951).
public struct SGD<Scalar: Real>: Optimizer {
  public var learningRate: Scalar

  public init(learningRate: Scalar) { self.learningRate = learningRate }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    let rate = learningRate
    network.visit(gradient) { _, parameter, g in parameter -= rate * g }
  }
}

/// Adam: steps of the size η, whatever the size of the gradient.
///
/// m ← β₁m + (1 - β₁)g and v ← β₂v + (1 - β₂)g², both from zero; with m̂ = m/(1 - β₁ᵗ) and
/// v̂ = v/(1 - β₂ᵗ), t counting from 1, θ ← θ - η·m̂/(√v̂ + ε).
///
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, algorithm 1.
public struct Adam<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  public let beta1: Scalar
  public let beta2: Scalar
  public let epsilon: Scalar
  /// The number of steps taken.
  public private(set) var step = 0
  /// The averages of each parameter's gradient and of its square, in the order of visiting.
  private var m: [Tensor<Scalar>] = []
  private var v: [Tensor<Scalar>] = []

  public init(
    learningRate: Scalar = 0.001, beta1: Scalar = 0.9, beta2: Scalar = 0.999,
    epsilon: Scalar = 1e-8
  ) {
    (self.learningRate, self.epsilon) = (learningRate, epsilon)
    (self.beta1, self.beta2) = (beta1, beta2)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    step += 1
    if m.isEmpty {
      m = gradient.named.map { Tensor(shape: $0.value.shape) }
      v = m
    }
    let rule = AdamRule(
      beta1: beta1, beta2: beta2, epsilon: epsilon, learningRate: learningRate, step: step)
    var index = 0
    network.visit(gradient) { name, parameter, g in
      require(
        index < m.count && m[index].shape == g.shape,
        "Adam: \(name) is \(g.shape) now, another network than before; make a new optimizer")
      rule.update(&parameter.storage, g.storage, &m[index].storage, &v[index].storage)
      index += 1
    }
  }

  /// One step of one parameter, all tensors of one shape; t counts from 1.
  public static func step(
    _ parameter: inout Tensor<Scalar>, _ g: Tensor<Scalar>, m: inout Tensor<Scalar>,
    v: inout Tensor<Scalar>, step t: Int, learningRate: Scalar, beta1: Scalar, beta2: Scalar,
    epsilon: Scalar
  ) {
    require(
      t >= 1 && [g.shape, m.shape, v.shape].allSatisfy { $0 == parameter.shape },
      "Adam: step \(t) of \(parameter.shape) with \(g.shape), \(m.shape), \(v.shape); steps count "
        + "from 1, and all shapes must be the same")
    AdamRule(beta1: beta1, beta2: beta2, epsilon: epsilon, learningRate: learningRate, step: t)
      .update(&parameter.storage, g.storage, &m.storage, &v.storage)
  }
}
