public import Backprop

/// A long short-term memory unrolled in time, to see what a gradient does in it.
///
///     (i, f, g, o) = x·Wx + h·Wh + b, each [m, hidden]
///     c ← σ(f) ⊙ c + σ(i) ⊙ tanh(g)      h ← σ(o) ⊙ tanh(c)
///
/// Source: Hochreiter and Schmidhuber, 1997, with the forget gate of Gers, Schmidhuber and Cummins,
/// 2000.
public struct UnrolledLSTM {
  /// Wx of the gates i, f, g, o, each `[in, hidden]`.
  var inputWeights: [Matrix]
  /// Wh of the gates, each `[hidden, hidden]`.
  var hiddenWeights: [Matrix]
  /// What is added to the forget gate's sum; the other biases are 0.
  public let forgetBias: Double

  public init(
    inputs: Int, hidden: Int, deviation: Double, forgetBias: Double,
    using generator: inout SplitMix64
  ) {
    inputWeights = (0..<4).map { _ in
      Tensor(standardDeviation: deviation, shape: [inputs, hidden], using: &generator)
    }
    hiddenWeights = (0..<4).map { _ in
      Tensor(standardDeviation: deviation, shape: [hidden, hidden], using: &generator)
    }
    self.forgetBias = forgetBias
  }

  /// One step, as the forward pass left it.
  struct Step {
    let i: Matrix, f: Matrix, g: Matrix, o: Matrix
    let previousCell: Matrix, tanhCell: Matrix
  }

  /// The length of ∂loss/∂(h, c) before each step, of a loss that reads the last h only.
  public func gradientNorms(_ dLast: Matrix, inputs: [Matrix]) -> [Double] {
    let nothing = Matrix(shape: dLast.shape)
    return gradients(dLast, inputs: inputs, h: nothing, c: nothing).states
      .map { ($0.h.squaredNorm() + $0.c.squaredNorm()).squareRoot() }
  }

  /// The last h, from a first h and c, and the gradients of (h, c) before each step.
  func gradients(
    _ dLast: Matrix, inputs: [Matrix], h: Matrix, c: Matrix
  ) -> (last: Matrix, states: [(h: Matrix, c: Matrix)]) {
    var (h, c) = (h, c)
    var steps = [Step]()
    for x in inputs {
      let sums = (0..<4).map { matmul(x, inputWeights[$0]) + matmul(h, hiddenWeights[$0]) }
      let sigmoid = Activation<Double>.sigmoid
      let (i, f) = (sigmoid(sums[0]), sigmoid(sums[1] + forgetBias))
      let (g, o) = (Activation<Double>.tanh(sums[2]), sigmoid(sums[3]))
      let cell = f * c + i * g
      let tanhCell = Activation<Double>.tanh(cell)
      steps.append(Step(i: i, f: f, g: g, o: o, previousCell: c, tanhCell: tanhCell))
      (h, c) = (o * tanhCell, cell)
    }
    var (dh, dc) = (dLast, Matrix(shape: dLast.shape))
    var states = [(h: Matrix, c: Matrix)]()
    for step in steps.reversed() {
      // forward: h = o ⊙ tanh(c)
      let dCell = dc + dh * step.o * (1 - step.tanhCell * step.tanhCell)
      // forward: c = f ⊙ previous + i ⊙ g, and σ′ = s(1 - s), tanh′ = 1 - t²
      let dSums = [
        dCell * step.g * step.i * (1 - step.i),
        dCell * step.previousCell * step.f * (1 - step.f),
        dCell * step.i * (1 - step.g * step.g),
        dh * step.tanhCell * step.o * (1 - step.o),
      ]
      dc = dCell * step.f
      dh = Matrix(shape: dLast.shape)
      for gate in 0..<4 { dh += matmul(dSums[gate], transposed: hiddenWeights[gate]) }
      states.append((dh, dc))
    }
    return (h, states.reversed())
  }
}
