public import Core
import Kernels

/// Batch normalization, y = γ·x̂ + β with x̂ = (x - μ)/√(σ² + ε), channel by channel.
///
/// The input is `[m, channels]`, or feature maps `[channels, height, width, m]`; μ and σ² (biased) are
/// taken over the batch, and over all positions. In use, the running averages of training stand in
/// for them, so that an answer does not depend on the other samples of its batch.
///
/// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015, algorithms 1 and 2.
public struct BatchNorm<Scalar: Real>: Layer, Sendable {
  /// γ and β, `[channels]`.
  public var parameters: ScaleAndShift<Scalar>
  /// The mean that is used after training, `[channels]`.
  public var runningMean: Tensor<Scalar>
  /// The variance that is used after training, `[channels]`: an average of unbiased ones.
  public var runningVariance: Tensor<Scalar>
  /// The share of a new batch in the running averages, in 0...1.
  public let momentum: Scalar
  /// ε, under the root; positive, so that a channel that is constant does not give 0/0.
  public let epsilon: Scalar

  /// What backward needs, one channel a row, n = m or height·width·m numbers each.
  public struct Cache: Sendable {
    /// The shape of the input.
    public let shape: [Int]
    /// x̂, `[channels, n]`.
    public let standard: Tensor<Scalar>
    /// 1/√(σ² + ε), `[channels]`.
    public let inverse: Tensor<Scalar>
    /// μ and the biased σ² of the batch, `[channels]`; nil where running averages were used.
    public let batch: (mean: Tensor<Scalar>, variance: Tensor<Scalar>)?
  }

  public init(_ channels: Int, momentum: Scalar = 0.1, epsilon: Scalar = 1e-5) {
    require(channels >= 1, "BatchNorm: \(channels) channels; it needs 1 or more")
    require(
      0 <= momentum && momentum <= 1, "BatchNorm: the momentum is \(momentum); it must be in 0...1")
    requirePositive(epsilon, "BatchNorm: ε")
    parameters = ScaleAndShift(identity: channels)
    runningMean = Tensor(shape: [channels])
    runningVariance = Tensor(repeating: 1, shape: [channels])
    (self.momentum, self.epsilon) = (momentum, epsilon)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    let rows = channelRows(x, "the input")  // [channels, n]
    let (channels, n) = (rows.rows, rows.columns)
    let (scale, shift) = (parameters.scale.storage, parameters.shift.storage)
    let none = [Scalar](repeating: 0, count: channels)
    let (standard, inverse, y): ([Scalar], [Scalar], [Scalar])
    var batch: (mean: Tensor<Scalar>, variance: Tensor<Scalar>)?
    switch context.mode {
    case .training:
      require(
        n >= 2,
        "BatchNorm: the input \(x.shape) has \(n) value(s) a channel, which have no variance; "
          + "train on batches of 2 samples or more")
      let result = standardizedRows(
        channels, n, rows.storage, epsilon: epsilon, then: (scale, shift))
      (standard, inverse, y) = (result.values, result.inverse, result.scaled)
      batch = (Tensor(result.mean), Tensor(result.variance))
    case .inference:
      inverse = runningVariance.storage.map { 1 / ($0 + epsilon).squareRoot() }
      standard = scaledRows(
        channels, n, rows.storage, centre: runningMean.storage, scale: inverse, shift: none)
      y = scaledRows(channels, n, standard, centre: none, scale: scale, shift: shift)
    }
    let cache = Cache(
      shape: x.shape, standard: Tensor(standard, shape: rows.shape), inverse: Tensor(inverse),
      batch: batch)
    return (inShape(x.shape, Tensor(y, shape: rows.shape)), cache)
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: ScaleAndShift<Scalar>) {
    require(
      dY.shape == cache.shape,
      "BatchNorm backward: dY is \(dY.shape), should be \(cache.shape), the shape of x")
    requireParameters()
    require(
      cache.inverse.count == parameters.scale.count,
      "BatchNorm backward: a cache of \(cache.inverse.count) channels in a layer of "
        + "\(parameters.scale.count); give it the cache of its own forward pass")
    let dRows = channelRows(dY, "dY").storage  // [channels, n]
    let (channels, n) = (cache.standard.rows, cache.standard.columns)
    let (standard, inverse) = (cache.standard.storage, cache.inverse.storage)
    let scale = parameters.scale.storage

    // forward: y = γ·x̂ + β, with the same γ and β at every sample and position
    // so:      dβ = Σdy, dγ = Σ dy ⊙ x̂, dx̂ = γ·dy
    let (dX, dBeta, dGamma): ([Scalar], [Scalar], [Scalar])
    if cache.batch == nil {
      // forward: x̂ = (x - μ)/√(σ² + ε), μ and σ² constant
      (dBeta, dGamma) = rowSumsAndProducts(channels, n, dRows, standard)
      let none = [Scalar](repeating: 0, count: channels)
      let dStandard = scaledRows(channels, n, dRows, centre: none, scale: scale, shift: none)
      dX = scaledRows(channels, n, dStandard, centre: none, scale: inverse, shift: none)
    } else {
      // forward: μ = Σx/n
      //          σ² = Σ(x - μ)²/n
      //          x̂ = (x - μ)/√(σ² + ε)
      // so:      dσ² = -½·Σ dx̂ ⊙ (x - μ)/(σ² + ε)^(3/2) = -½·Σ(dx̂ ⊙ x̂)/(σ² + ε)
      //          dμ = -Σdx̂/√(σ² + ε), since Σ(x - μ) = 0
      //          dx = dx̂/√(σ² + ε) + dσ²·2(x - μ)/n + dμ/n
      //             = (dx̂ - Σdx̂/n - x̂·Σ(dx̂ ⊙ x̂)/n)/√(σ² + ε)
      //             = γ·(dy - dβ/n - x̂·dγ/n)/√(σ² + ε)
      (dX, dBeta, dGamma) = standardizedRowsGradient(
        channels, n, dRows, standard: standard, inverse: inverse, scale: scale)
    }
    return (
      inShape(cache.shape, Tensor(dX, shape: [channels, n])),
      ScaleAndShift(scale: Tensor(dGamma), shift: Tensor(dBeta))
    )
  }

  public mutating func visit(
    _ other: ScaleAndShift<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  /// running ← 0.9·running + 0.1·batch, with the unbiased variance σ²·n/(n - 1).
  public mutating func observe(_ cache: Cache) {
    guard let batch = cache.batch else { return }
    requireParameters()
    require(
      batch.mean.shape == runningMean.shape,
      "BatchNorm: a batch of \(batch.mean.count) channels observed by a layer of \(runningMean.count); "
        + "give it the cache of its own forward pass")
    let n = Scalar(cache.standard.columns)
    runningMean = (1 - momentum) * runningMean + momentum * batch.mean
    runningVariance =
      (1 - momentum) * runningVariance + momentum * (batch.variance * (n / (n - 1)))
  }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    body("runningMean", &runningMean)
    body("runningVariance", &runningVariance)
  }

  /// Stops with a sentence unless all that anyone may set has one number a channel.
  private func requireParameters() {
    let (shape, shift) = (parameters.scale.shape, parameters.shift.shape)
    require(
      shape.count == 1 && shift == shape && runningMean.shape == shape
        && runningVariance.shape == shape,
      "BatchNorm: γ is \(shape), β \(shift), the running mean \(runningMean.shape) and the variance "
        + "\(runningVariance.shape); all must be [channels]")
  }

  /// One channel a row: `[m, channels]` or `[channels, height, width, m]` → `[channels, n]`.
  private func channelRows(_ x: Tensor<Scalar>, _ name: String) -> Tensor<Scalar> {
    let channels = parameters.scale.count
    if x.rank == 2, x.shape[1] == channels { return x.transposed }
    require(
      x.rank == 4 && x.shape[0] == channels,
      "BatchNorm: \(name) is \(x.shape); with \(channels) channels it must be [m, \(channels)] or "
        + "[\(channels), height, width, m]")
    return x.reshaped([channels, x.shape[1...].reduce(1, *)])
  }

  /// The way back from `channelRows`.
  private func inShape(_ shape: [Int], _ rows: Tensor<Scalar>) -> Tensor<Scalar> {
    shape.count == 2 ? rows.transposed : rows.reshaped(shape)
  }
}
