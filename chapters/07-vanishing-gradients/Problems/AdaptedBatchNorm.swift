public import Checking
public import Core
public import Training

/// Batch normalization whose gradients come from an answer to 7.3.
///
/// For the answer each sample, or each position of each image, is a row.
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

  /// The layer's input, `[m, channels]` or `[channels, height, width, m]`, and what its running averages need.
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
    let question = NormalizationQuestion(
      x: rows(cache.x), gamma: parameters.scale, beta: parameters.shift,
      epsilon: batchNorm.epsilon, dy: rows(dY))  // x and dy [positions, channels]
    let (dx, dGamma, dBeta) = answer("7.3") { try gradients(question) }
    requireShape(dx, question.x.shape, "7.3: dx")
    requireShape(dGamma, parameters.scale.shape, "7.3: dGamma")
    requireShape(dBeta, parameters.shift.shape, "7.3: dBeta")
    let dX = dY.rank == 2 ? dx : dx.transposed.reshaped(dY.shape)
    return (dX, ScaleAndShift(scale: dGamma, shift: dBeta))
  }

  /// One channel a column: `[channels, height, width, m]` → `[positions, channels]`.
  private func rows(_ x: Matrix) -> Matrix {
    x.rank == 2 ? x : x.reshaped([x.shape[0], x.count / x.shape[0]]).transposed
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
