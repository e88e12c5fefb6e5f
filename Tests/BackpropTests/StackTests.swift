import Backprop
import Testing

private func stack(_ depth: Int, seed: UInt64) -> Stack<Then<Dense<Double>, Activation<Double>>> {
  var generator = SplitMix64(seed: seed)
  return Stack(depth: depth) { _ in
    Dense<Double>(3, 3, .normal(0.7), using: &generator).then(Activation.tanh)
  }
}

@Suite struct StackTests {
  @Test(arguments: [0, 1, 2, 5])
  func `a stack's gradients are the slopes of its output, at any depth`(depth: Int) {
    #expect(disagreements(of: stack(depth, seed: 1), at: random([4, 3], seed: 2), seed: 3) == [])
  }

  @Test func `a stack computes what the same layers do one after the other`() {
    let (stack, x) = (stack(3, seed: 4), random([5, 3], seed: 5))
    let row = stack.layers[0].then(stack.layers[1]).then(stack.layers[2])
    #expect(stack(x) == row(x))
    var context = Context.inference
    #expect(stack.outputs(x, in: &context).last == row(x))
    #expect(stack.outputs(x, in: &context).first == stack.layers[0](x))
  }

  @Test func `parameters are named by their place, saved, trained and measured`() throws {
    let network = stack(2, seed: 6)
    #expect(network.parameters.named.map(\.name).first == "0.first.weight")
    #expect(
      network.checkpoint().tensors.map(\.name) == [
        "layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias",
      ])
    var other = stack(2, seed: 7)
    try other.load(network.checkpoint())
    #expect(other.parameters.named.map(\.value) == network.parameters.named.map(\.value))
    var (adam, context) = (Adam<Double>(), Context.training(seed: 0))
    _ = other.trainingStep(
      random([4, 3], seed: 8), labels: [0, 1, 2, 0], with: &adam, in: &context)
    #expect(other.parameters.named.map(\.value) != network.parameters.named.map(\.value))
    let norms = network.parameters.norms
    #expect(norms.count == 2 && norms[1] == network.layers[1].parameters.norm)
  }

  @Test func `running averages of a stack of normalised layers are kept one by one`() {
    var generator = SplitMix64(seed: 9)
    var network = Stack(depth: 2) { _ in
      Dense<Double>(3, 3, using: &generator).then(BatchNorm(3)).then(Activation.relu)
    }
    #expect(
      network.state.map(\.name) == [
        "0.first.second.runningMean", "0.first.second.runningVariance",
        "1.first.second.runningMean", "1.first.second.runningVariance",
      ])
    var (sgd, context) = (SGD<Double>(learningRate: 0.1), Context.training(seed: 0))
    _ = network.trainingStep(
      random([4, 3], seed: 8), labels: [0, 1, 2, 0], with: &sgd, in: &context)
    #expect(
      network.layers[0].first.second.runningMean != network.layers[1].first.second.runningMean)
    #expect(network.layers[1].first.second.runningMean != Tensor(shape: [3]))
  }

  @Test func `parameters of another depth are refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var generator = SplitMix64(seed: 1)
      let two = Stack(depth: 2) { _ in Dense<Double>(2, 2, using: &generator) }
      let one = Stack(Array(two.layers.dropFirst()))
      _ = one.parameters + two.parameters
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("parameters of 2 layers meet those of 1"))
  }
}

/// The length of the first layer's gradient: `depth` layers 64×64 and an output 64→1, batch 128,
/// inputs and targets N(0, 1), mean squared error, geometric mean of 5 seeds.
private func firstGradientNorm(
  depth: Int, _ activation: Activation<Double>, _ initializer: Initializer
) -> Double {
  let logarithms = (0..<5).map { seed in
    var generator = SplitMix64(seed: UInt64(100 + seed))
    let network = Stack(depth: depth) { _ in
      Dense<Double>(64, 64, initializer, using: &generator).then(activation)
    }.then(Dense(64, 1, initializer, using: &generator))
    let x = Tensor<Double>(shape: [128, 64], using: &generator)
    let target = Tensor<Double>(shape: [128, 1], using: &generator)
    var context = Context.training(seed: 0)
    let (y, cache) = network.forward(x, in: &context)
    let gradient = network.gradient(meanSquaredError(prediction: y, target: target).gradient, cache)
    return Double.log(gradient.first.parts[0].first.weight.norm())
  }
  return Double.exp(logarithms.reduce(0, +) / 5)
}

@Suite struct FirstGradientTests {
  // Expected: Golden/firstGradients.py. The factor is three standard deviations, of either mean.
  @Test(arguments: [
    (2, Activation<Double>.sigmoid, Initializer.glorot, 1.17e-1, 1.6),
    (5, .sigmoid, .glorot, 1.50e-3, 1.4),
    (10, .sigmoid, .glorot, 1.04e-6, 1.6),
    (20, .sigmoid, .glorot, 5.11e-13, 1.6),
    (20, .relu, .he, 1.37, 2.8),
    (20, .tanh, .glorot, 0.367, 1.6),
    (20, .relu, .normal(1), 4.68e30, 5.5),
  ])
  func `the first layer's gradient vanishes, stays or explodes with depth as measured elsewhere`(
    depth: Int, activation: Activation<Double>, initializer: Initializer, expected: Double,
    factor: Double
  ) {
    let norm = firstGradientNorm(depth: depth, activation, initializer)
    #expect(
      norm >= expected / factor && norm <= expected * factor,
      "\(depth) layers of \(activation), \(initializer): \(norm), elsewhere \(expected)")
  }
}
