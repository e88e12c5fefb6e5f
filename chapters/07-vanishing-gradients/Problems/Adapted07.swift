public import Checking
public import Sequences
public import Training

extension Adapted where Base == BatchNorm<Double> {
  /// Batch normalization whose gradients come from an answer to 7.3.
  ///
  /// For the answer each sample, or each position of each image, is a row.
  public init(
    _ batchNorm: BatchNorm<Double>,
    gradients: @escaping (NormalizationQuestion) throws -> NormalizationGradients
  ) {
    self.init(
      batchNorm,
      backward: { batchNorm, dY, x, _ in
        let (scale, shift) = (batchNorm.parameters.scale, batchNorm.parameters.shift)
        let question = NormalizationQuestion(
          x: rows(x), gamma: scale, beta: shift, epsilon: batchNorm.epsilon, dy: rows(dY))
        let (dx, dGamma, dBeta) = answer("7.3") { try gradients(question) }
        requireShapes(
          "7.3", ("dx", dx, question.x), ("dGamma", dGamma, scale), ("dBeta", dBeta, shift))
        let dX = dY.rank == 2 ? dx : dx.transposed.reshaped(dY.shape)
        return (dX, ScaleAndShift(scale: dGamma, shift: dBeta))
      })
  }
}

/// One channel a column: `[channels, height, width, m]` → `[positions, channels]`.
private func rows(_ x: Matrix) -> Matrix {
  x.rank == 2 ? x : x.reshaped([x.shape[0], x.count / x.shape[0]]).transposed
}

extension Adapted where Base == RNN<Double> {
  /// A recurrent layer, `[m, steps, inputs]` → `[m, steps, hidden]`, whose gradient of one step comes
  /// from an answer to 7.4.
  public init(
    _ rnn: RNN<Double>, stepBackward: @escaping (RNNStepQuestion) throws -> RNNStepGradients
  ) {
    self.init(
      rnn,
      backward: { rnn, dY, _, cache in
        let (dX, _, gradient) = rnn.backwardThroughTime(dY, cache, stepBackward: stepBackward)
        return (dX, gradient)
      })
  }
}

extension RNN<Double> {
  /// Backpropagation through time, each step of it an answer to 7.4.
  ///
  /// - Parameters:
  ///   - dY: ∂loss/∂h after every step, `[m, steps, hidden]`.
  ///   - cache: That of the forward pass.
  ///   - stepBackward: The answer.
  /// - Returns: The gradients of the input, of h after every step, and of the parameters.
  public func backwardThroughTime(
    _ dY: Matrix, _ cache: [RNNStepCache<Double>],
    stepBackward: (RNNStepQuestion) throws -> RNNStepGradients
  ) -> (dX: Matrix, dHidden: [Matrix], gradient: RecurrentParameters<Double>) {
    backwardThroughTime(dY, cache) { dOutput, future, cache in
      let (inputWeight, hiddenWeight) = (parameters.inputWeight, parameters.hiddenWeight)
      let question = RNNStepQuestion(
        x: cache.x, previous: cache.h, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
        bias: parameters.bias, dOutput: dOutput, future: future)
      let (dX, dPrevious, dWx, dWh, db) = answer("7.4") { try stepBackward(question) }
      requireShapes(
        "7.4", ("dx", dX, cache.x), ("dPrevious", dPrevious, cache.h), ("dWx", dWx, inputWeight),
        ("dWh", dWh, hiddenWeight), ("db", db, parameters.bias))
      return (dX, dPrevious, RecurrentParameters(inputWeight: dWx, hiddenWeight: dWh, bias: db))
    }
  }
}
