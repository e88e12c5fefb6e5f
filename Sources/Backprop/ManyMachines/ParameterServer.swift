// One machine keeps the weights, the others ask for them: and while one computes, the weights move on.

public import Core
import Kernels

/// The machine that keeps the weights of a training.
///
///     w ← w - η·g(w of some versions ago)
///
/// A worker pulls the weights, computes a gradient, and pushes it. Others may have pushed in between: how
/// many is the gradient's staleness.
///
/// Source: Dean et al., "Large scale distributed deep networks", 2012, section 4.1; without locks in Recht
/// et al., "Hogwild!", 2011.
public struct ParameterServer<Scalar: Real>: Sendable {
  /// w, `[n]`.
  public private(set) var weights: Tensor<Scalar>
  /// How many gradients have been applied.
  public private(set) var version = 0
  /// The staleness of each of them.
  public private(set) var staleness = [Int]()
  /// η.
  public let learningRate: Scalar

  public init(_ weights: Tensor<Scalar>, learningRate: Scalar) {
    requireNotNegative(learningRate, "ParameterServer: the learning rate")
    (self.weights, self.learningRate) = (weights, learningRate)
  }

  /// The weights as they are now, and their version.
  public func pull() -> (weights: Tensor<Scalar>, version: Int) { (weights, version) }

  /// Applies a gradient that was computed with the weights of some version.
  public mutating func push(_ gradient: Tensor<Scalar>, of version: Int) {
    require(
      gradient.shape == weights.shape,
      "ParameterServer: the gradient is \(gradient.shape), the weights \(weights.shape); they must be "
        + "alike")
    require(
      0 <= version && version <= self.version,
      "ParameterServer: a gradient of version \(version) was pushed; versions are 0…\(self.version)"
    )
    staleness.append(self.version - version)
    weights -= learningRate * gradient
    self.version += 1
  }
}
