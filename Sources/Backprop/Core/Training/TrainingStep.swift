// The loop's two halves: one step of training on a mini-batch, and the answers after training.

extension Layer where Output == Tensor<Scalar> {
  /// One step of training: forward, loss, backward, update.
  ///
  /// - Parameters:
  ///   - x: A mini-batch, of tensors `[m, …]`.
  ///   - l2: The strength λ of the penalty λ/2·ΣW² that is added to the loss.
  ///   - optimizer: Turns the gradient into a step.
  ///   - context: Says that this is training, and brings the randomness.
  ///   - loss: The loss of an output, and its gradient with respect to that output.
  /// - Returns: The loss before the step, without the penalty.
  /// - Throws: What `loss` throws; the network is then as before the step.
  public mutating func trainingStep<Stop: Error>(
    _ x: Input, l2: Scalar = 0, with optimizer: inout some Optimizer<Scalar>,
    in context: inout Context, loss: (_ output: Tensor<Scalar>) throws(Stop) -> Loss<Scalar>
  ) throws(Stop) -> Scalar {
    requireNotNegative(l2, "trainingStep: the strength l2")
    let (output, cache) = forward(x, in: &context)
    let (loss, dOutput) = try loss(output)
    var gradient = gradient(dOutput, cache)
    if l2 > 0 { gradient.addL2Penalty(l2, of: parameters) }
    optimizer.update(&self, gradient)
    observe(cache)
    return loss
  }

  /// One step of training that stops where the loss is no number any more.
  ///
  /// - Parameters:
  ///   - x: A mini-batch, of tensors `[m, …]`.
  ///   - step: The number of the step, for the error.
  ///   - l2: The strength λ of the penalty λ/2·ΣW² that is added to the loss.
  ///   - optimizer: Turns the gradient into a step.
  ///   - context: Says that this is training, and brings the randomness.
  ///   - loss: The loss of an output, and its gradient with respect to that output.
  /// - Returns: The loss before the step, without the penalty.
  /// - Throws: ``TrainingFailure`` if the loss is infinite or NaN; the network is as before the step.
  public mutating func trainingStep(
    _ x: Input, number step: Int, l2: Scalar = 0,
    with optimizer: inout some Optimizer<Scalar>, in context: inout Context,
    loss: (_ output: Tensor<Scalar>) -> Loss<Scalar>
  ) throws(TrainingFailure) -> Scalar {
    let rate = Double(optimizer.learningRate)
    return try trainingStep(x, l2: l2, with: &optimizer, in: &context) {
      (output) throws(TrainingFailure) in
      let result = loss(output)
      guard result.loss.isFinite else {
        throw TrainingFailure(step: step, loss: Double(result.loss), learningRate: rate)
      }
      return result
    }
  }

  /// One step of training a classifier, with softmax cross-entropy for its loss.
  ///
  /// - Parameters:
  ///   - x: A mini-batch, of tensors `[m, …]`.
  ///   - labels: The class of each sample.
  ///   - l2: The strength λ of the penalty λ/2·ΣW² that is added to the loss.
  ///   - optimizer: Turns the gradient into a step.
  ///   - context: Says that this is training, and brings the randomness.
  /// - Returns: The loss before the step, without the penalty.
  public mutating func trainingStep(
    _ x: Input, labels: [Int], l2: Scalar = 0,
    with optimizer: inout some Optimizer<Scalar>, in context: inout Context
  ) -> Scalar {
    trainingStep(x, l2: l2, with: &optimizer, in: &context) { logits in
      softmaxCrossEntropy(logits: logits, labels: labels)
    }
  }
}

extension Layer where Input == Tensor<Scalar>, Output == Tensor<Scalar> {
  /// The outputs for many samples, computed a batch at a time to save memory.
  public func predict(_ x: Input, batch: Int = 500) -> Tensor<Scalar> {
    require(batch >= 1, "predict: a batch of \(batch) samples; it must be 1 or more")
    let parts = stride(from: 0, to: x.rows, by: batch).map { start in
      let part = callAsFunction(x.rows(start..<min(start + batch, x.rows)))
      require(
        part.rank >= 1 && part.rows == min(batch, x.rows - start),
        "predict: \(min(batch, x.rows - start)) samples give \(part.shape); the output must be [m, …], "
          + "a sample a row: does the network end inside a convolution?")
      return part
    }
    guard let first = parts.first else { return callAsFunction(x) }
    return Tensor(parts.flatMap(\.scalars), shape: [x.rows] + first.shape.dropFirst())
  }
}
