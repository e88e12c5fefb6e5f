// Gradients that are too large, made smaller.

extension ParameterSet {
  /// Clips by the global norm: g·min(1, c/‖g‖), ‖g‖ over all tensors together.
  ///
  /// The direction stays; a gradient that is shorter than the limit is left alone.
  ///
  /// Source: Pascanu, Mikolov, Bengio, "On the difficulty of training recurrent neural networks",
  /// ICML 2013, algorithm 1.
  ///
  /// - Parameter limit: c, above 0.
  /// - Returns: The norm before clipping.
  @discardableResult
  public mutating func clip(toNorm limit: Scalar) -> Scalar {
    require(limit > 0, "clip(toNorm:): the limit is \(limit); it must be above 0")
    let norm = self.norm
    if norm > limit { self = self * (limit / norm) }
    return norm
  }

  /// Clips each number by itself to -limit...limit; that changes the gradient's direction.
  public mutating func clip(toValue limit: Scalar) {
    require(limit > 0, "clip(toValue:): the limit is \(limit); it must be above 0")
    visit(self) { _, tensor, _ in tensor = tensor.clipped(to: limit) }
  }
}

/// Clips tensors by their common norm: each times min(1, c/‖g‖), ‖g‖ over all of them together.
public func clipByGlobalNorm<Scalar>(
  _ gradients: [Tensor<Scalar>], limit: Scalar
) -> [Tensor<Scalar>] {
  require(limit > 0, "clipByGlobalNorm: the limit is \(limit); it must be above 0")
  let norm = gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
  return norm > limit ? gradients.map { $0 * (limit / norm) } : gradients
}

extension Tensor {
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func clipped(to limit: Scalar) -> Tensor {
    Tensor(generate(storage) { Swift.min(Swift.max($0, -limit), limit) }, shape: shape)
  }
}
