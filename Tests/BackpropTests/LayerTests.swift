import Backprop
import Testing

/// Every element of ∂loss/∂input and of each ∂loss/∂parameter, by central differences.
///
/// The loss is Σ upstream·output with a random upstream gradient, so a forgotten factor shows.
func disagreements<Network: TensorLayer<Double>>(
  of network: Network, at x: Tensor<Double>, in context: Context = .inference, seed: UInt64
) -> [String] {
  func output(_ network: Network, _ x: Tensor<Double>) -> Tensor<Double> {
    var context = context
    return network.forward(x, in: &context).output
  }
  var generator = SplitMix64(seed: seed)
  let upstream = Tensor<Double>(shape: output(network, x).shape, using: &generator)
  let loss = (upstream * output(network, x)).sum()

  var pass = context
  let cache = network.forward(x, in: &pass).cache
  let (dInput, gradient) = network.backward(upstream, cache)
  var wrong: [String] = []
  func compare(_ name: String, _ got: Tensor<Double>, _ numeric: Tensor<Double>) {
    if !gradientsAgree(got, numeric, loss: loss) { wrong.append("\(name): \(got) not \(numeric)") }
  }
  compare(
    "dInput", dInput, numericalGradient(of: { (upstream * output(network, $0)).sum() }, at: x))
  for (index, (name, value)) in gradient.named.enumerated() {
    let parameter = network.parameters.named[index].value
    let numeric = numericalGradient(
      of: { nudged in
        var (copy, place) = (network, 0)
        copy.visit(network.parameters) { _, tensor, _ in
          if place == index { tensor = nudged }
          place += 1
        }
        return (upstream * output(copy, x)).sum()
      }, at: parameter)
    compare(name, value, numeric)
  }
  let alone = network.gradient(upstream, cache).named.map(\.value)
  if alone != gradient.named.map(\.value) { wrong.append("gradient differs from backward's") }
  return wrong
}

private func dense(_ inputs: Int, _ outputs: Int, seed: UInt64) -> Dense<Double> {
  Dense(weight: random([inputs, outputs], seed: seed), bias: random([outputs], seed: seed + 50))
}

@Suite struct LayerTests {
  @Test(arguments: [[5, 3, 2], [4, 4, 4], [1, 2, 7], [7, 1, 1], [3, 17, 5]])
  func `a dense layer's gradients are the slopes of its output`(sizes: [Int]) {
    let layer = dense(sizes[1], sizes[2], seed: 1)
    #expect(disagreements(of: layer, at: random([sizes[0], sizes[1]], seed: 2), seed: 3) == [])
  }

  @Test(arguments: [0.0, 0.2, 0.5, 0.9])
  func `dropout's gradient goes through the mask of its own forward pass`(rate: Double) {
    let (layer, x) = (Dropout<Double>(rate: rate), random([6, 5], seed: 4))
    #expect(disagreements(of: layer, at: x, in: .training(seed: 5), seed: 6) == [])
    #expect(disagreements(of: layer, at: x, in: .inference, seed: 7) == [])
  }

  @Test func `dropout keeps the expected value, drops its share, and is the identity in use`() {
    let (layer, ones) = (
      Dropout<Double>(rate: 0.25), Tensor<Double>(repeating: 1, shape: [200, 200])
    )
    var context = Context.training(seed: 8)
    let y = layer.forward(ones, in: &context).output
    #expect(Set(y.scalars) == [0, 1 / 0.75])
    // Four standard deviations of a mean of 40,000 draws.
    #expect(abs(y.mean() - 1) <= 4 * (0.25 / 0.75 / 40_000).squareRoot())
    #expect(layer(ones) == ones)
  }

  @Test func `layers in a row pass the chain rule on, with dropout between them`() {
    let network = dense(3, 4, seed: 11).then(Activation.tanh).then(Dropout(rate: 0.4))
      .then(dense(4, 6, seed: 12)).then(Activation.sigmoid).then(dense(6, 2, seed: 13))
    let x = random([5, 3], seed: 14)
    #expect(disagreements(of: network, at: x, in: .training(seed: 15), seed: 16) == [])
    #expect(
      network.parameters.named.map(\.value.shape) == [[3, 4], [4], [4, 6], [6], [6, 2], [2]])
  }

  @Test func `three dense layers with ReLU between them have the slopes of their output`() {
    let network = dense(3, 5, seed: 21).then(Activation.relu).then(dense(5, 4, seed: 22))
      .then(Activation.relu).then(dense(4, 2, seed: 23))
    #expect(disagreements(of: network, at: random([6, 3], seed: 24), seed: 25) == [])
  }

  /// y = x², as a layer.
  struct Square: Layer {
    func forward(
      _ x: Tensor<Double>, in context: inout Context
    ) -> (output: Tensor<Double>, cache: Tensor<Double>) { (x * x, x) }

    func backward(
      _ dY: Tensor<Double>, _ x: Tensor<Double>
    ) -> (dInput: Tensor<Double>, gradient: NoParameters<Double>) {
      // forward: y = x·x
      (dY * 2 * x, NoParameters())
    }
  }

  @Test func `one layer used twice keeps two caches: the slope of x⁴ at 3 is 108`() {
    let square = Square()
    let twice = square.then(square)
    var context = Context.inference
    let (y, cache) = twice.forward(Tensor([3]), in: &context)
    #expect(y.item == 81)
    #expect(twice.backward(Tensor([1]), cache).dInput.item == 108)
  }

  @Test func `one dense layer used twice gets the sum of two gradients`() {
    let (layer, x) = (dense(3, 3, seed: 31), random([4, 3], seed: 32))
    let upstream = random([4, 3], seed: 33)
    var context = Context.inference
    let (hidden, first) = layer.forward(x, in: &context)
    let second = layer.forward(hidden, in: &context).cache
    let (dHidden, late) = layer.backward(upstream, second)
    let sum = late + layer.gradient(dHidden, first)
    let numeric = numericalGradient(
      of: { weight in
        let same = Dense(weight: weight, bias: layer.parameters.bias)
        return (upstream * same(same(x))).sum()
      }, at: layer.parameters.weight)
    #expect(gradientsAgree(sum.weight, numeric, loss: (upstream * layer(layer(x))).sum()))
  }

  @Test func `the L2 penalty adds to weights and spares biases`() {
    let layer = dense(3, 2, seed: 41)
    var gradient = WeightAndBias(weight: Tensor<Double>(shape: [3, 2]), bias: Tensor(shape: [2]))
    gradient.addL2Penalty(0.5, of: layer.parameters)
    #expect(gradient.weight == 0.5 * layer.parameters.weight)
    #expect(gradient.bias == Tensor(shape: [2]))
  }

  @Test func `a network comes back from its checkpoint, and refuses another network's`() throws {
    let network = dense(3, 5, seed: 51).then(Activation.relu).then(dense(5, 2, seed: 52))
    let checkpoint = network.checkpoint(metadata: ["epochs": "3"])
    let names = ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"]
    #expect(checkpoint.tensors.map(\.name) == names)
    var other = dense(3, 5, seed: 53).then(Activation.relu).then(dense(5, 2, seed: 54))
    try other.load(checkpoint)
    #expect(other.parameters.named.map(\.value) == network.parameters.named.map(\.value))
    // The last layer does not fit, so the first stays as it was.
    var wider = dense(3, 5, seed: 55).then(Activation.relu).then(dense(5, 4, seed: 56))
    let before = wider.parameters.named.map(\.value)
    #expect(throws: CheckpointError.self) { try wider.load(checkpoint) }
    #expect(wider.parameters.named.map(\.value) == before)
  }

  @Test func `predictions do not depend on how many samples are taken at once`() {
    let (layer, x) = (dense(3, 2, seed: 61), random([11, 3], seed: 62))
    for batch in [1, 4, 11, 500] { #expect(layer.predict(x, batch: batch) == layer(x)) }
    #expect(layer.predict(Tensor(shape: [0, 3])).shape == [0, 2])
  }

  @Test func `an input of the wrong width is refused with both shapes`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Dense<Double>(weight: Tensor(shape: [3, 2]), bias: Tensor(shape: [2]))
      _ = layer(Tensor(shape: [4, 5]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("the input is [4, 5]; with W [3, 2] it must be [batch, 3]"))
  }
}
