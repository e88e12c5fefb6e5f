public import Core

/// The parameters of y = γ ⊙ x̂ + β, which follows a normalization.
///
/// They are no weights: the L2 penalty spares them.
public struct ScaleAndShift<Scalar: Real>: ParameterSet {
  /// γ, one number a channel or feature.
  public var scale: Tensor<Scalar>
  /// β, as many.
  public var shift: Tensor<Scalar>

  public init(scale: Tensor<Scalar>, shift: Tensor<Scalar>) {
    require(
      scale.rank == 1 && scale.shape == shift.shape,
      "ScaleAndShift: the scale is \(scale.shape) and the shift \(shift.shape); both must be [n]")
    (self.scale, self.shift) = (scale, shift)
  }

  /// The parameters that leave x̂ as it is: γ = 1 and β = 0.
  public init(identity count: Int) {
    self.init(scale: Tensor(repeating: 1, shape: [count]), shift: Tensor(shape: [count]))
  }

  public mutating func visit(
    _ other: ScaleAndShift, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("scale", &scale, other.scale)
    body("shift", &shift, other.shift)
  }
}
