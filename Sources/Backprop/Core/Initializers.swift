/// How the weights of a layer begin.
///
/// Biases begin at zero. Weights must differ from each other: units with equal weights get equal
/// gradients and stay equal for ever.
public enum Initializer: Sendable, Equatable {
  /// Normal with σ = √(2/(fanIn + fanOut)): keeps the size of signals and gradients through tanh
  /// and sigmoid layers (Glorot and Bengio, AISTATS 2010, equation 12).
  case glorot
  /// Normal with σ = √(2/fanIn): as Glorot, where ReLU sets half of the signals to zero (He, Zhang,
  /// Ren and Sun, ICCV 2015, equation 10).
  case he
  /// Normal with a standard deviation of one's own.
  case normal(Double)
  /// Uniform in ±1/√fanIn, PyTorch's habit for dense layers.
  case uniformFanIn

  /// The standard deviation of the weights.
  ///
  /// Fans count from 1; a deviation of one's own is finite and at least 0.
  public func standardDeviation(fanIn: Int, fanOut: Int) -> Double {
    require(
      fanIn >= 1 && fanOut >= 1,
      "Initializer: fanIn is \(fanIn) and fanOut is \(fanOut); both must be at least 1")
    switch self {
    case .glorot: return (2 / (Double(fanIn) + Double(fanOut))).squareRoot()
    case .he: return (2 / Double(fanIn)).squareRoot()
    case .normal(let deviation):
      requireNotNegative(deviation, "Initializer.normal: the standard deviation")
      return deviation
    case .uniformFanIn: return (1 / (3 * Double(fanIn))).squareRoot()
    }
  }

  /// Draws weights of a shape.
  ///
  /// - Parameters:
  ///   - shape: The shape of the weights.
  ///   - fanIn: How many inputs an output sums.
  ///   - fanOut: How many outputs an input goes to.
  ///   - generator: The source of randomness.
  /// - Returns: The weights.
  public func callAsFunction<Scalar: Real>(
    _ shape: [Int], fanIn: Int, fanOut: Int, using generator: inout some RandomNumberGenerator
  ) -> Tensor<Scalar> {
    let deviation = Scalar(standardDeviation(fanIn: fanIn, fanOut: fanOut))
    if self == .uniformFanIn {
      let limit = deviation * Scalar(3).squareRoot()
      return Tensor(uniform: -limit...limit, shape: shape, using: &generator)
    }
    return Tensor(standardDeviation: deviation, shape: shape, using: &generator)
  }
}
