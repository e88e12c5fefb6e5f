@testable import chapter07
import Backprop
@testable import Checking
import Course
@testable import Guiding
import Testing

@Suite struct DepthTests {
  private func draw(_ shape: [Int], seed: UInt64) -> Matrix {
    var generator = SplitMix64(seed: seed)
    return Matrix(standardDeviation: 0.8, shape: shape, using: &generator)
  }

  private func network(normalizes: Bool) -> DeepNetwork {
    var generator = SplitMix64(seed: 5)
    return deepNetwork(
      [4, 5, 3, 2], .tanh, start: { _, _ in .normal(0.7) }, last: .glorot, normalizes: normalizes,
      normBackward: Chapter07Problems.batchNorm.reference, using: &generator)
  }

  @Test(arguments: [false, true])
  func `a deep network's weight gradients are those of central differences`(normalizes: Bool) {
    let network = network(normalizes: normalizes)
    let (x, dy) = (draw([6, 4], seed: 1), draw([6, 2], seed: 2))
    let gradients = network.weightGradients(of: x) { _ in dy }
    let places =
      [0, 1].map { \DeepNetwork.blocks[$0].first.first.parameters.weight }
      + [\DeepNetwork.second.parameters.weight]
    #expect(gradients.count == places.count)
    for (gradient, place) in zip(gradients, places) {
      let numeric = numericalGradient(
        of: { weight in
          var (nudged, context) = (network, Context.training(seed: 0))
          nudged[keyPath: place] = weight
          return (dy * nudged.forward(x, in: &context).output).sum()
        }, at: network[keyPath: place])
      #expect(gradientsAgree(gradient, numeric, loss: 1))
    }
  }

  @Test func `the layers of a deep network have the signals and the units that are asked for`() {
    let signals = network(normalizes: true).signals(draw([6, 4], seed: 1))
    #expect(signals.map(\.shape) == [[6, 5], [6, 3]])
    var relu = network(normalizes: false)
    relu.blocks = relu.blocks.map { $0.first.then(.relu) }
    relu.blocks[1].first.first.parameters.bias = Matrix([-100, 0, -100])
    let dead = relu.deadUnits(on: draw([6, 4], seed: 1))
    #expect(dead[1] >= 2 && dead[1] <= 3 && dead[0] < 5)
  }

  @Test func `a training stops with the first loss that is no number`() {
    var network = network(normalizes: false)
    let x = draw([6, 4], seed: 1)
    let losses = network.train(
      on: x, labels: [0, 1, 0, 1, 0, 1], batch: 3, steps: 9, rate: 1e308, seed: 0)
    #expect(losses.count < 9 && losses.dropLast().allSatisfy(\.isFinite))
    #expect(losses.last?.isFinite == false)
  }

  @Test func `backpropagation through time on an answer is the library's, step by step`() {
    var generator = SplitMix64(seed: 6)
    let rnn = RNN<Double>(2, 4, using: &generator)
    let (x, dy) = (draw([3, 5, 2], seed: 7), draw([3, 5, 4], seed: 8))
    var context = Context.training(seed: 0)
    let (_, cache) = rnn.forward(x, in: &context)
    let right = rnn.backwardThroughTime(dy, cache)
    let found = rnn.backwardThroughTime(
      dy, cache, stepBackward: Chapter07Problems.rnnStep.reference)
    #expect((found.dX - right.dX).norm() <= 1e-12)
    #expect((found.gradient + right.gradient * -1).norm <= 1e-12)
    #expect(found.dHidden.count == 5)
    for (a, b) in zip(found.dHidden, right.dHidden) { #expect((a - b).norm() <= 1e-12) }
  }

  @Test func `the spectral radius is the largest absolute eigenvalue`() {
    // Eigenvalues 3 and -2; a rotation, ±i, scaled by 0.5; nilpotent.
    #expect(abs(spectralRadius(Matrix(rows: [[3, 5], [0, -2]])) - 3) < 1e-6)
    #expect(abs(spectralRadius(Matrix(rows: [[0, -0.5], [0.5, 0]])) - 0.5) < 1e-6)
    #expect(spectralRadius(Matrix(rows: [[0, 1], [0, 0]])) == 0)
  }
}
