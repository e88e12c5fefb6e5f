// Gradients made shorter, and gradients averaged, before an optimizer sees them.

public import Core

extension ParameterSet {
  /// Brings every element into -limit...limit; the direction changes.
  public mutating func clip(byValue limit: Scalar) {
    require(limit > 0, "clip(byValue:): the limit is \(limit); it must be positive")
    visit(self) { _, tensor, _ in
      tensor = tensor.map { Swift.min(Swift.max($0, -limit), limit) }
    }
  }

  /// Shortens the gradient to a length where it is longer: g ← g·min(1, c/‖g‖).
  ///
  /// ‖g‖ is the length of all tensors together, so the direction stays. A shorter gradient is left as
  /// it is, zero included; so is one with a NaN, whose length is NaN. Where elements are infinite, they
  /// share c, and finite ones are 0 beside them: [∞, 3, 4] becomes [c, 0, 0], what the formula gives for an
  /// element that grows. The infinite length that is returned tells of it.
  ///
  /// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013, algorithm 1.
  ///
  /// - Parameter limit: c, positive.
  /// - Returns: The length before.
  @discardableResult
  public mutating func clip(byGlobalNorm limit: Scalar) -> Scalar {
    require(limit > 0, "clip(byGlobalNorm:): the limit is \(limit); it must be positive")
    let (norm, power, factor) = euclideanNorm(named.map(\.value))
    if norm == .infinity, limit < norm, clipInfinities(toGlobalNorm: limit) { return norm }
    guard norm > limit else { return norm }
    let share = limit / norm
    // Where the share is too small for a number, in two steps: the power of two is exact.
    self = share.isNormal ? self * share : self * (1 / power) * (limit / factor)
    return norm
  }

  /// Shortens a gradient that has infinite elements; returns whether there were any.
  private mutating func clipInfinities(toGlobalNorm limit: Scalar) -> Bool {
    let infinities = named.reduce(0) { $0 + $1.value.scalars.count(where: \.isInfinite) }
    guard infinities > 0 else { return false }
    let share = limit / Scalar(infinities).squareRoot()
    visit(self) { _, tensor, _ in
      tensor = tensor.map { $0.isInfinite ? ($0 > 0 ? share : -share) : 0 }
    }
    return true
  }
}

/// An optimizer that gets its gradients shortened to a length.
public struct Clipped<Base: Optimizer>: Optimizer {
  public typealias Scalar = Base.Scalar
  public var base: Base
  /// The greatest length of a gradient, all tensors together.
  public let limit: Base.Scalar

  public var learningRate: Base.Scalar {
    get { base.learningRate }
    set { base.learningRate = newValue }
  }

  public init(_ base: Base, toGlobalNorm limit: Base.Scalar) {
    require(limit > 0, "Clipped: the limit is \(limit); it must be positive")
    (self.base, self.limit) = (base, limit)
  }

  public mutating func update<Network: Layer>(
    _ network: inout Network, _ gradient: Network.Parameters
  ) where Network.Scalar == Base.Scalar {
    var shortened = gradient
    shortened.clip(byGlobalNorm: limit)
    base.update(&network, shortened)
  }
}

/// The gradient of a large batch from those of small ones, where memory has no room for the whole.
///
/// ```swift
/// var accumulated = AccumulatedGradient(first, samples: 64)
/// accumulated.add(second, samples: 36)
/// optimizer.update(&network, accumulated.mean)
/// ```
/// The mean is that of the losses' gradients, each weighted by its samples. Layers that look at the
/// whole batch, such as batch normalization, still see the small ones.
public struct AccumulatedGradient<Gradient: ParameterSet>: Sendable {
  private var sum: Gradient
  /// How many samples have been seen.
  public private(set) var samples: Int

  public init(_ gradient: Gradient, samples: Int = 1) {
    require(
      samples >= 1, "AccumulatedGradient: a gradient of \(samples) samples; it needs 1 or more")
    (sum, self.samples) = (gradient * Gradient.Scalar(samples), samples)
  }

  /// Adds the gradient of the mean loss of some more samples.
  public mutating func add(_ gradient: Gradient, samples: Int = 1) {
    require(
      samples >= 1, "AccumulatedGradient: a gradient of \(samples) samples; it needs 1 or more")
    require(
      samples <= Int.max - self.samples,
      "AccumulatedGradient: \(samples) samples more than \(self.samples) cannot be counted")
    sum = sum + gradient * Gradient.Scalar(samples)
    self.samples += samples
  }

  /// The gradient of the mean loss of all samples so far.
  public var mean: Gradient { sum * (1 / Gradient.Scalar(samples)) }
}
