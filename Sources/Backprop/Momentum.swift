/// Gradient descent with momentum: steps add up where gradients agree, and cancel where they do not.
///
/// v ← βv + g, θ ← θ - ηv. In Nesterov's form the step is taken from where the velocity leads:
/// θ ← θ - η(g + βv). A gradient that stays the same moves θ by η·g/(1 - β) a step in the end.
///
/// Sources: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964;
/// Nesterov, 1983, in the form of Sutskever, Martens, Dahl and Hinton, ICML 2013, rewritten so that
/// the gradient is taken at θ.
public struct Momentum<Scalar: Real>: Optimizer {
  public var learningRate: Scalar
  /// β, what is left of a velocity after one step, in 0..<1.
  public let beta: Scalar
  public let isNesterov: Bool
  private var velocities = OptimizerMemory<Scalar>()

  public init(learningRate: Scalar, beta: Scalar = 0.9, nesterov: Bool = false) {
    require(0 <= beta && beta < 1, "Momentum: beta is \(beta); it must be at least 0, under 1")
    (self.learningRate, self.beta, isNesterov) = (learningRate, beta, nesterov)
  }

  public mutating func update<Network: Layer<Scalar>>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) {
    let (rate, beta, isNesterov) = (learningRate, beta, isNesterov)
    velocities.visit(&network, gradient, "Momentum") { parameter, g, velocity in
      Self.step(
        &parameter, g, velocity: &velocity, learningRate: rate, beta: beta, nesterov: isNesterov)
    }
  }

  /// One step of one parameter, all tensors of one shape.
  public static func step(
    _ parameter: inout Tensor<Scalar>, _ g: Tensor<Scalar>, velocity: inout Tensor<Scalar>,
    learningRate: Scalar, beta: Scalar, nesterov: Bool = false
  ) {
    velocity = beta * velocity + g
    parameter -= learningRate * (nesterov ? g + beta * velocity : velocity)
  }
}
