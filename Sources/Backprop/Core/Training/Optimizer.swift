// From gradients to steps. The rules in this folder differ in what they remember from one step to
// the next:
//
//   nothing                              SGD
//   one number a parameter               Momentum, Nesterov: a velocity
//                                        AdaGrad, RMSprop: the size of past gradients
//   two numbers a parameter              Adam, AdamW: both
//   the whole curvature, n² numbers      Newton's method, for small problems alone

/// A rule that moves parameters against their gradient.
public protocol Optimizer<Scalar> {
  associatedtype Scalar: Real

  /// η, the length of the steps, finite and at least 0; schedules change it between them.
  var learningRate: Scalar { get set }

  /// What it remembers from one step to the next, as a file holds it.
  var memory: OptimizerMemory<Scalar> { get set }

  /// Takes one step with every parameter of a layer or network.
  mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar
}

/// Gradient descent, θ ← θ - η·g.
///
/// Stochastic where the gradient is that of a mini-batch (Robbins and Monro, 1951).
public struct SGD<Scalar: Real>: Optimizer {
  public var learningRate: Scalar

  public init(learningRate: Scalar) {
    requireNotNegative(learningRate, "SGD: the learning rate")
    self.learningRate = learningRate
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Scalar {
    requireFit(&network, gradient, name: "SGD")
    let rate = learningRate
    network.visit(gradient) { _, parameter, g in parameter -= rate * g }
  }
}

extension Optimizer {
  /// Stops with a sentence unless the rate is a rate, and a gradient, and all that is remembered, has its
  /// parameter's shape: what every rule asks before its step.
  ///
  /// `memory` has a tensor for each parameter, in the order of visiting.
  package func requireFit<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters, _ memory: [Tensor<Scalar>]...,
    name optimizer: String
  ) where Network.Scalar == Scalar {
    requireNotNegative(learningRate, "\(optimizer): the learning rate")
    var index = 0
    network.visit(gradient) { name, parameter, g in
      require(
        g.shape == parameter.shape,
        "\(optimizer): the gradient of \(name) is \(g.shape), the parameter \(parameter.shape); they "
          + "must be alike, as the network's own backward makes them")
      for tensors in memory {
        require(
          index < tensors.count && tensors[index].shape == g.shape,
          "\(optimizer): \(name) is \(g.shape) now, another network than before; make a new optimizer"
        )
      }
      index += 1
    }
    for tensors in memory {
      require(
        tensors.count == index,
        "\(optimizer): \(index) parameters now and \(tensors.count) before, another network; "
          + "make a new optimizer")
    }
  }
}

extension Optimizer {
  /// Takes one step with a tensor that belongs to no network: a point in a landscape.
  public mutating func update(_ point: inout Tensor<Scalar>, _ gradient: Tensor<Scalar>) {
    var lone = Point(parameters: Point.Coordinates(point: point))
    update(&lone, Point.Coordinates(point: gradient))
    point = lone.parameters.point
  }
}

/// A tensor in the clothes of a network, y = x, so that optimizers can move it.
private struct Point<Scalar: Real>: Layer {
  struct Coordinates: ParameterSet {
    var point: Tensor<Scalar>

    mutating func visit(
      _ other: Coordinates, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
    ) {
      body("point", &point, other.point)
    }
  }

  var parameters: Coordinates

  func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Void) { (x, ()) }

  func backward(
    _ dY: Tensor<Scalar>, _ cache: Void
  ) -> (dInput: Tensor<Scalar>, gradient: Coordinates) {
    (dY, Coordinates(point: Tensor(shape: parameters.point.shape)))
  }

  mutating func visit(
    _ other: Coordinates, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }
}
