public import Checking
public import Core
public import Sequences

/// A recurrent layer, `[m, steps, inputs]` → `[m, steps, hidden]`, whose gradient of one step comes
/// from an answer to 7.4.
public struct AdaptedRNN: Layer {
  /// The layer in all but its backward.
  public var rnn: RNN<Double>
  private let stepBackward: (RNNStepQuestion) throws -> RNNStepGradients

  public init(
    _ rnn: RNN<Double>, stepBackward: @escaping (RNNStepQuestion) throws -> RNNStepGradients
  ) {
    (self.rnn, self.stepBackward) = (rnn, stepBackward)
  }

  public var parameters: RecurrentParameters<Double> { rnn.parameters }

  public func forward(
    _ x: Matrix, in context: inout Context
  ) -> (output: Matrix, cache: [RNNStepCache<Double>]) {
    rnn.forward(x, in: &context)
  }

  public func backward(
    _ dY: Matrix, _ cache: [RNNStepCache<Double>]
  ) -> (dInput: Matrix, gradient: RecurrentParameters<Double>) {
    let (dX, _, gradient) = backwardThroughTime(dY, cache)
    return (dX, gradient)
  }

  /// Backpropagation through time, with ∂loss/∂h after every step, the first step's first.
  public func backwardThroughTime(
    _ dY: Matrix, _ cache: [RNNStepCache<Double>]
  ) -> (dX: Matrix, dHidden: [Matrix], gradient: RecurrentParameters<Double>) {
    rnn.backwardThroughTime(dY, cache) { dOutput, future, cache in
      let question = RNNStepQuestion(
        x: cache.x, previous: cache.h, inputWeight: parameters.inputWeight,
        hiddenWeight: parameters.hiddenWeight, bias: parameters.bias, dOutput: dOutput,
        future: future)
      let (dX, dPrevious, dWx, dWh, db) = answer("7.4") { try stepBackward(question) }
      requireShape(dX, cache.x.shape, "7.4: dx")
      requireShape(dPrevious, cache.h.shape, "7.4: dPrevious")
      requireShape(dWx, parameters.inputWeight.shape, "7.4: dWx")
      requireShape(dWh, parameters.hiddenWeight.shape, "7.4: dWh")
      requireShape(db, parameters.bias.shape, "7.4: db")
      return (
        dX, dPrevious, RecurrentParameters(inputWeight: dWx, hiddenWeight: dWh, bias: db)
      )
    }
  }

  public mutating func visit(
    _ other: RecurrentParameters<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    rnn.visit(other, body)
  }
}
