public import Core
import Kernels

/// Layer normalization, y = γ ⊙ x̂ + β with x̂ = (x - μ)/√(σ² + ε), row by row.
///
/// The input is `[m, features]`; μ and σ² (biased) are those of a sample's own features, so that
/// training and use are the same, and a batch of one will do.
///
/// Source: Ba, Kiros, Hinton, "Layer Normalization", 2016, equation 3.
public struct LayerNorm<Scalar: Real>: Layer, Sendable {
  /// γ and β, `[features]`.
  public var parameters: ScaleAndShift<Scalar>
  /// ε, under the root; positive, so that a row that is constant does not give 0/0.
  public let epsilon: Scalar

  /// What backward needs.
  public struct Cache: Sendable {
    /// x̂, `[m, features]`.
    public let standard: Tensor<Scalar>
    /// 1/√(σ² + ε), `[m]`.
    public let inverse: Tensor<Scalar>
  }

  public init(_ features: Int, epsilon: Scalar = 1e-5) {
    require(features >= 1, "LayerNorm: \(features) features; it needs 1 or more")
    requirePositive(epsilon, "LayerNorm: ε")
    parameters = ScaleAndShift(identity: features)
    self.epsilon = epsilon
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let features = parameters.scale.count
    requireParameters()
    require(
      x.rank == 2 && x.shape[1] == features,
      "LayerNorm: the input is \(x.shape); it must be [m, \(features)]")
    let result = standardizedRows(x.rows, features, x.storage, epsilon: epsilon)
    let standard = Tensor(result.values, shape: x.shape)
    let y = scaledAndShifted(
      x.rows, features, result.values, scale: parameters.scale.storage,
      shift: parameters.shift.storage)
    return (
      Tensor(y, shape: x.shape), Cache(standard: standard, inverse: Tensor(result.inverse))
    )
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: ScaleAndShift<Scalar>) {
    let standard = cache.standard
    requireParameters()
    require(
      standard.columns == parameters.scale.count,
      "LayerNorm backward: a cache of \(standard.columns) features in a layer of "
        + "\(parameters.scale.count); give it the cache of its own forward pass")
    require(
      dY.shape == standard.shape,
      "LayerNorm backward: dY is \(dY.shape), should be \(standard.shape), the shape of x")
    // forward: y = γ ⊙ x̂ + β, with the same γ and β in every row
    let (dStandard, dGamma, dBeta) = scaledAndShiftedGradients(
      standard.rows, standard.columns, dY.storage, standard.storage,
      scale: parameters.scale.storage)

    // forward: x̂ = (x - μ)/√(σ² + ε), μ and σ² over the n features of the row
    // so:      dx = (dx̂ - Σdx̂/n - x̂·Σ(dx̂ ⊙ x̂)/n)/√(σ² + ε), as in batch normalization
    let dX = standardizedRowsGradient(
      standard.rows, standard.columns, dStandard, standard: standard.storage,
      inverse: cache.inverse.storage
    ).dX
    return (
      Tensor(dX, shape: standard.shape),
      ScaleAndShift(scale: Tensor(dGamma), shift: Tensor(dBeta))
    )
  }

  public mutating func visit(
    _ other: ScaleAndShift<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  /// Stops with a sentence unless γ and β, which anyone may set, have one number a feature.
  private func requireParameters() {
    let (scale, shift) = (parameters.scale.shape, parameters.shift.shape)
    require(
      scale.count == 1 && shift == scale,
      "LayerNorm: γ is \(scale) and β \(shift); both must be [features]")
  }
}
