public import Checking
public import Core
public import SequenceLayers
public import Sequences

// Layers of this chapter whose gradients come from an answer to an exercise.

extension Adapted where Base == LSTM<Double> {
  /// An LSTM whose gradient of one step comes from an answer to 11.2.
  public init(
    _ lstm: LSTM<Double>, stepBackward: @escaping (LSTMStepQuestion) throws -> LSTMStepGradients
  ) {
    self.init(
      lstm,
      backward: { lstm, dY, _, cache in
        let result = lstm.backwardThroughTime(dY, cache, stepBackward: stepBackward)
        return (result.dX, result.gradient)
      })
  }
}

extension LSTM<Double> {
  /// Backpropagation through time, each step of it an answer to 11.2.
  ///
  /// - Parameters:
  ///   - dY: ∂loss/∂h after every step, `[m, steps, hidden]`.
  ///   - cache: That of the forward pass.
  ///   - stepBackward: The answer.
  /// - Returns: The gradients of the input, of h and of c after every step, and of the parameters.
  public func backwardThroughTime(
    _ dY: Matrix, _ cache: [LSTMStepCache<Double>],
    stepBackward: (LSTMStepQuestion) throws -> LSTMStepGradients
  ) -> (
    dX: Matrix, dHidden: [Matrix], dCell: [Matrix], gradient: RecurrentParameters<Double>
  ) {
    let (inputWeight, hiddenWeight) = (parameters.inputWeight, parameters.hiddenWeight)
    return backwardThroughTime(dY, cache) { dNext, dNextCell, step in
      let question = LSTMStepQuestion(
        x: step.x, h: step.h, cell: step.c, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
        bias: parameters.bias, dNext: dNext, dNextCell: dNextCell)
      let found = answer("11.2") { try stepBackward(question) }
      requireShapes(
        "11.2", ("dx", found.dx, step.x), ("dh", found.dh, step.h), ("dCell", found.dCell, step.c),
        ("dWx", found.dWx, inputWeight), ("dWh", found.dWh, hiddenWeight),
        ("db", found.db, parameters.bias))
      return (
        found.dx, found.dh, found.dCell,
        RecurrentParameters(inputWeight: found.dWx, hiddenWeight: found.dWh, bias: found.db)
      )
    }
  }
}

extension Adapted where Base == GRU<Double> {
  /// A GRU whose gradient of one step comes from an answer to 11.3.
  public init(
    _ gru: GRU<Double>, stepBackward: @escaping (GRUStepQuestion) throws -> GRUStepGradients
  ) {
    self.init(
      gru,
      backward: { gru, dY, _, cache in
        let result = gru.backwardThroughTime(dY, cache, stepBackward: stepBackward)
        return (result.dX, result.gradient)
      })
  }
}

extension GRU<Double> {
  /// Backpropagation through time, each step of it an answer to 11.3.
  ///
  /// - Parameters:
  ///   - dY: ∂loss/∂h after every step, `[m, steps, hidden]`.
  ///   - cache: That of the forward pass.
  ///   - stepBackward: The answer.
  /// - Returns: The gradients of the input, of h after every step, and of the parameters.
  public func backwardThroughTime(
    _ dY: Matrix, _ cache: [GRUStepCache<Double>],
    stepBackward: (GRUStepQuestion) throws -> GRUStepGradients
  ) -> (dX: Matrix, dHidden: [Matrix], gradient: RecurrentParameters<Double>) {
    let (inputWeight, hiddenWeight) = (parameters.inputWeight, parameters.hiddenWeight)
    return backwardThroughTime(dY, cache) { dNext, step in
      let question = GRUStepQuestion(
        x: step.x, h: step.h, inputWeight: inputWeight, hiddenWeight: hiddenWeight,
        bias: parameters.bias, dNext: dNext)
      let found = answer("11.3") { try stepBackward(question) }
      requireShapes(
        "11.3", ("dx", found.dx, step.x), ("dh", found.dh, step.h), ("dWx", found.dWx, inputWeight),
        ("dWh", found.dWh, hiddenWeight), ("db", found.db, parameters.bias))
      return (
        found.dx, found.dh,
        RecurrentParameters(inputWeight: found.dWx, hiddenWeight: found.dWh, bias: found.db)
      )
    }
  }
}

extension Adapted where Base == CausalConv1d<Double> {
  /// A causal convolution whose gradients come from an answer to 11.5.
  public init(
    _ convolution: CausalConv1d<Double>,
    gradients: @escaping (CausalConvolutionQuestion) throws -> CausalConvolutionGradients
  ) {
    self.init(
      convolution,
      backward: { layer, dY, x, _ in
        let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
        let question = CausalConvolutionQuestion(
          x: x, weight: weight, bias: bias, dy: dY, dilation: layer.dilation)
        let (dx, dW, db) = answer("11.5") { try gradients(question) }
        requireShapes("11.5", ("dx", dx, x), ("dW", dW, weight), ("db", db, bias))
        return (dx, WeightAndBias(weight: dW, bias: db))
      })
  }
}
