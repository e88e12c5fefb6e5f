public import Backprop

/// A recurrent network unrolled in time: h = tanh(x·Wx + h·Wh + b), the same weights at every step.
///
/// The gradient of one step comes from a function that is passed in.
public struct RecurrentNetwork {
  /// Wx, `[in, hidden]`.
  public var inputWeight: Matrix
  /// Wh, `[hidden, hidden]`.
  public var hiddenWeight: Matrix
  /// b, `[hidden]`.
  public var bias: Matrix
  let stepBackward: (RNNStepQuestion) throws -> RNNStepGradients

  public init(
    inputWeight: Matrix, hiddenWeight: Matrix,
    stepBackward: @escaping (RNNStepQuestion) throws -> RNNStepGradients
  ) {
    (self.inputWeight, self.hiddenWeight) = (inputWeight, hiddenWeight)
    bias = Matrix(shape: [hiddenWeight.columns])
    self.stepBackward = stepBackward
  }

  /// What backpropagation through time gives.
  public struct Gradients {
    /// ∂loss/∂h of the states before each step: how much the loss still hears of them.
    public var states: [Matrix]
    public var inputWeight: Matrix
    public var hiddenWeight: Matrix
    public var bias: Matrix
  }

  /// The states, from h₀ = 0 on: one more than there are inputs.
  public func states(_ inputs: [Matrix]) -> [Matrix] {
    var states = [Matrix(shape: [inputs.first?.rows ?? 0, hiddenWeight.columns])]
    for x in inputs {
      let z = matmul(x, inputWeight) + matmul(states[states.count - 1], hiddenWeight) + bias
      states.append(z.map { Double.tanh($0) })
    }
    return states
  }

  /// Backpropagation through time, of a loss that reads the last state only.
  ///
  /// - Parameters:
  ///   - dLast: ∂loss/∂h of the last state, `[m, hidden]`.
  ///   - inputs: x of each step, `[m, in]`.
  ///   - states: What `states(_:)` returned for them.
  /// - Returns: The gradients of all states and of the weights, which every step has used.
  public func backward(_ dLast: Matrix, inputs: [Matrix], states: [Matrix]) -> Gradients {
    var gradients = Gradients(
      states: [], inputWeight: Matrix(shape: inputWeight.shape),
      hiddenWeight: Matrix(shape: hiddenWeight.shape), bias: Matrix(shape: bias.shape))
    let nothing = Matrix(shape: dLast.shape)
    var future = nothing
    for step in inputs.indices.reversed() {
      let question = RNNStepQuestion(
        x: inputs[step], previous: states[step], inputWeight: inputWeight,
        hiddenWeight: hiddenWeight, bias: bias,
        dOutput: step == inputs.count - 1 ? dLast : nothing, future: future)
      let (_, dPrevious, dWx, dWh, db) = answer("7.4") { try stepBackward(question) }
      requireShape(dPrevious, dLast.shape, "7.4: dPrevious")
      requireShape(dWx, inputWeight.shape, "7.4: dWx")
      requireShape(dWh, hiddenWeight.shape, "7.4: dWh")
      requireShape(db, bias.shape, "7.4: db")
      // The same weights at every step: their gradients add
      gradients.inputWeight += dWx
      gradients.hiddenWeight += dWh
      gradients.bias += db
      gradients.states.append(dPrevious)
      future = dPrevious
    }
    gradients.states.reverse()
    return gradients
  }
}

/// The spectral radius of a square matrix, the largest absolute value of its eigenvalues.
///
/// It is the limit of ‖Wᵏ‖^(1/k) (Gelfand, 1941), here for k = 2²⁴, by squaring.
public func spectralRadius(_ matrix: Matrix) -> Double {
  var (power, logarithm, exponent) = (matrix, 0.0, 1.0)
  for _ in 0..<24 {
    let norm = power.norm()
    guard norm > 0 else { return 0 }
    // matrix^exponent = power·e^(logarithm·exponent), with power kept near 1
    logarithm += Double.log(norm) / exponent
    power = power / norm
    power = matmul(power, power)
    exponent *= 2
  }
  return Double.exp(logarithm + Double.log(max(power.norm(), .leastNormalMagnitude)) / exponent)
}
