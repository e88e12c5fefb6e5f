public import Backprop

/// Batch normalization whose gradients come from an answer to 7.3.
///
/// Samples are innermost, as in `BatchNorm`; for the answer each position of each image is a row.
public struct AdaptedBatchNorm: Layer {
  /// The layer in all but its backward.
  public var batchNorm: BatchNorm<Double>
  private let gradients: (NormalizationQuestion) throws -> NormalizationGradients

  public init(
    _ batchNorm: BatchNorm<Double>,
    gradients: @escaping (NormalizationQuestion) throws -> NormalizationGradients
  ) {
    (self.batchNorm, self.gradients) = (batchNorm, gradients)
  }

  /// The layer's input, `[channels, height, width, m]`, and what its running averages need.
  public struct Cache: Sendable {
    let x: Matrix
    let statistics: BatchNorm<Double>.Cache
  }

  public var parameters: ScaleAndShift<Double> { batchNorm.parameters }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (y, statistics) = batchNorm.forward(x, in: &context)
    return (y, Cache(x: x, statistics: statistics))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: ScaleAndShift<Double>) {
    let (channels, shape) = (dY.shape[0], dY.shape)
    let flat = [channels, dY.count / channels]
    let question = NormalizationQuestion(
      x: cache.x.reshaped(flat).transposed, gamma: parameters.scale, beta: parameters.shift,
      epsilon: batchNorm.epsilon, dy: dY.reshaped(flat).transposed)  // rows [positions, channels]
    let (dx, dGamma, dBeta) = answer("7.3") { try gradients(question) }
    requireShape(dx, question.x.shape, "7.3: dx")
    requireShape(dGamma, [channels], "7.3: dGamma")
    requireShape(dBeta, [channels], "7.3: dBeta")
    return (dx.transposed.reshaped(shape), ScaleAndShift(scale: dGamma, shift: dBeta))
  }

  public mutating func visit(
    _ other: ScaleAndShift<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    batchNorm.visit(other, body)
  }

  public mutating func observe(_ cache: Cache) { batchNorm.observe(cache.statistics) }

  public mutating func visitState(_ body: (String, inout Matrix) -> Void) {
    batchNorm.visitState(body)
  }
}
