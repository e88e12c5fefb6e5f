import Backprop
import Testing

@testable import Course

private func draw(_ shape: [Int], _ generator: inout SplitMix64) -> Matrix {
  Matrix(standardDeviation: 0.8, shape: shape, using: &generator)
}

@Test(arguments: [false, true])
func `a deep network's gradients are those of central differences`(normalizes: Bool) {
  var generator = SplitMix64(seed: 5)
  let network = DeepNetwork(
    [4, 5, 3, 2], .tanh, deviation: { _, _ in 0.7 }, normalizes: normalizes,
    normBackward: Chapter07Problems.batchNorm.reference, using: &generator)
  let (x, dy) = (draw([6, 4], &generator), draw([6, 2], &generator))
  let gradients = network.backward(dy, network.forward(x))
  func check(_ gradient: Matrix, _ path: WritableKeyPath<DeepNetwork, Matrix>) {
    let numeric = numericalGradient(
      of: { value in
        var nudged = network
        nudged[keyPath: path] = value
        return (dy * nudged.forward(x).output).sum()
      }, at: network[keyPath: path])
    #expect(gradientsAgree(gradient, numeric, loss: 1))
  }
  for layer in network.weights.indices { check(gradients.weights[layer], \.weights[layer]) }
  for layer in network.norms.indices {
    check(gradients.norms[layer].gamma, \.norms[layer].gamma)
    check(gradients.norms[layer].beta, \.norms[layer].beta)
  }
}

@Test func `backpropagation through time gives the gradients of central differences`() {
  var generator = SplitMix64(seed: 6)
  let network = RecurrentNetwork(
    inputWeight: draw([2, 4], &generator), hiddenWeight: draw([4, 4], &generator),
    stepBackward: Chapter07Problems.rnnStep.reference)
  let inputs = (0..<5).map { _ in draw([3, 2], &generator) }
  let dLast = draw([3, 4], &generator)
  let gradients = network.backward(dLast, inputs: inputs, states: network.states(inputs))
  func check(_ gradient: Matrix, _ path: WritableKeyPath<RecurrentNetwork, Matrix>) {
    let numeric = numericalGradient(
      of: { value in
        var nudged = network
        nudged[keyPath: path] = value
        return (dLast * nudged.states(inputs)[5]).sum()
      }, at: network[keyPath: path])
    #expect(gradientsAgree(gradient, numeric, loss: 1))
  }
  check(gradients.inputWeight, \.inputWeight)
  check(gradients.hiddenWeight, \.hiddenWeight)
  check(gradients.bias, \.bias)
}

@Test func `the gradients of an LSTM's first state are those of central differences`() {
  var generator = SplitMix64(seed: 7)
  let lstm = UnrolledLSTM(
    inputs: 2, hidden: 4, deviation: 0.8, forgetBias: 1, using: &generator)
  let inputs = (0..<4).map { _ in draw([3, 2], &generator) }
  let (h, c) = (draw([3, 4], &generator), draw([3, 4], &generator))
  let dLast = draw([3, 4], &generator)
  let first = lstm.gradients(dLast, inputs: inputs, h: h, c: c).states[0]
  let byH = numericalGradient(
    of: { (dLast * lstm.gradients(dLast, inputs: inputs, h: $0, c: c).last).sum() }, at: h)
  let byC = numericalGradient(
    of: { (dLast * lstm.gradients(dLast, inputs: inputs, h: h, c: $0).last).sum() }, at: c)
  #expect(gradientsAgree(first.h, byH, loss: 1))
  #expect(gradientsAgree(first.c, byC, loss: 1))
}

@Test func `the spectral radius is the largest absolute eigenvalue`() {
  // Eigenvalues 3 and -2; a rotation, ±i, scaled by 0.5; nilpotent.
  #expect(abs(spectralRadius(Matrix(rows: [[3, 5], [0, -2]])) - 3) < 1e-6)
  #expect(abs(spectralRadius(Matrix(rows: [[0, -0.5], [0.5, 0]])) - 0.5) < 1e-6)
  #expect(spectralRadius(Matrix(rows: [[0, 1], [0, 0]])) == 0)
}
