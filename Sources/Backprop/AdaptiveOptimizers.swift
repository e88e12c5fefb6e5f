// A learning rate for each parameter: divide by how large its gradients have been.

/// AdaGrad: divides by the root of the sum of all squares so far, so that steps only get shorter.
///
/// s ← s + g², θ ← θ - η·g/(√s + ε).
///
/// Source: Duchi, Hazan, Singer, "Adaptive subgradient methods", JMLR 12, 2011.
public struct AdaGrad<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  public let epsilon: Scalar
  private var squares = OptimizerMemory<Scalar>()

  public init(learningRate: Scalar = 0.01, epsilon: Scalar = 1e-10) {
    (self.learningRate, self.epsilon) = (learningRate, epsilon)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    let (rate, epsilon) = (learningRate, epsilon)
    squares.visit(&network, gradient, "AdaGrad") { parameter, g, squares in
      squares += g * g
      parameter -= rate * g.divided(byRootOf: squares, epsilon: epsilon)
    }
  }
}

/// RMSprop: divides by the root of a running mean of squares, which forgets.
///
/// s ← ρs + (1 - ρ)g², θ ← θ - η·g/(√s + ε).
///
/// Source: Tieleman and Hinton, "Neural Networks for Machine Learning", lecture 6.5, 2012.
public struct RMSprop<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// ρ, what is left of a mean after one step, in 0..<1.
  public let rho: Scalar
  public let epsilon: Scalar
  private var squares = OptimizerMemory<Scalar>()

  public init(learningRate: Scalar = 0.001, rho: Scalar = 0.99, epsilon: Scalar = 1e-8) {
    require(0 <= rho && rho < 1, "RMSprop: rho is \(rho); it must be at least 0, under 1")
    (self.learningRate, self.rho, self.epsilon) = (learningRate, rho, epsilon)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    let (rate, rho, epsilon) = (learningRate, rho, epsilon)
    squares.visit(&network, gradient, "RMSprop") { parameter, g, squares in
      Self.step(
        &parameter, g, squares: &squares, learningRate: rate, rho: rho, epsilon: epsilon)
    }
  }

  /// One step of one parameter, all tensors of one shape.
  public static func step(
    _ parameter: inout Tensor<Scalar>, _ g: Tensor<Scalar>, squares: inout Tensor<Scalar>,
    learningRate: Scalar, rho: Scalar, epsilon: Scalar
  ) {
    squares = rho * squares + (1 - rho) * (g * g)
    parameter -= learningRate * g.divided(byRootOf: squares, epsilon: epsilon)
  }
}

/// Adam with weight decay that is no part of the gradient: θ ← θ(1 - ηλ), then Adam's step.
///
/// Source: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, algorithm 2,
/// with ηλ for the decay, as most libraries have it.
public struct AdamW<Scalar: Real>: Optimizer {
  private var adam: Adam<Scalar>
  /// λ, the share by which a parameter shrinks a step, over η.
  public let weightDecay: Scalar

  public var learningRate: Scalar {
    get { adam.learningRate }
    set { adam.learningRate = newValue }
  }

  public init(
    learningRate: Scalar = 0.001, beta1: Scalar = 0.9, beta2: Scalar = 0.999,
    epsilon: Scalar = 1e-8, weightDecay: Scalar = 0.01
  ) {
    adam = Adam(learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon)
    self.weightDecay = weightDecay
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    let kept = 1 - learningRate * weightDecay
    network.visit(gradient) { _, parameter, _ in parameter = parameter * kept }
    adam.update(&network, gradient)
  }
}

extension Tensor {
  /// g/(√s + ε), element by element.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func divided(byRootOf squares: Tensor, epsilon: Scalar) -> Tensor {
    require(
      shape == squares.shape, "a gradient \(shape) beside squares \(squares.shape): not one shape")
    return Tensor(
      generate(storage, squares.storage) { $0 / ($1.squareRoot() + epsilon) }, shape: shape)
  }
}
