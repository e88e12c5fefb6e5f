import Backprop
import Testing

private let golden = GoldenFile("models")

/// scale·sin(1.7·i + shift) in each place i: the same numbers in every language.
private func formula(_ shape: [Int], shift: Double, scale: Double = 1) -> Tensor<Double> {
  let numbers = (0..<shape.reduce(1, *)).map { scale * Double.sin(1.7 * Double($0) + shift) }
  return Tensor(numbers, shape: shape)
}

/// Ten steps of training from weights by formula, compared with the file up to 1e-9.
private func train<Network: TensorLayer<Double>>(
  _ name: String, _ network: Network, fans: [Double], inputs: [Int], labels: [Int],
  _ optimizer: some Optimizer<Double>
) throws {
  var (network, optimizer, index) = (network, optimizer, 0)
  network.visit(network.parameters) { name, tensor, _ in
    guard name.hasSuffix("weight") else { return }
    tensor = formula(tensor.shape, shift: Double(index), scale: 2 / fans[index].squareRoot())
    index += 1
  }
  #expect(index == fans.count)
  let x = formula(inputs, shift: 0.3)
  var context = Context.training(seed: 0)
  let losses = (0..<10).map { _ in
    network.trainingStep(x, labels: labels, with: &optimizer, in: &context)
  }
  try golden.expect(Tensor(losses), "\(name).losses", within: 1e-9)
  let parameters = network.parameters.named.map(\.value)
  try golden.expect(parameters[parameters.count - 2], "\(name).weight", within: 1e-9)
  try golden.expect(parameters[1], "\(name).bias", within: 1e-9)
}

@Test func `ten steps of training 784-256-128-10 are the independent ones`() throws {
  var generator = SplitMix64(seed: 0)
  let network = Dense<Double>(784, 256, using: &generator).then(Activation.relu)
    .then(Dense(256, 128, using: &generator)).then(Activation.relu)
    .then(Dense(128, 10, using: &generator))
  func check(_ name: String, _ optimizer: some Optimizer<Double>) throws {
    try train(
      name, network, fans: [784, 256, 128], inputs: [8, 784], labels: [3, 1, 4, 1, 5, 9, 2, 6],
      optimizer)
  }
  try check("mlp.adam", Adam())
  try check("mlp.momentum", Momentum(learningRate: 0.01))
}

@Test func `ten steps of training LeNet-5 are the independent ones, with ReLU before pooling`()
  throws
{
  var generator = SplitMix64(seed: 0)
  let network = leNet5(Double.self, using: &generator)
  func check(_ name: String, _ optimizer: some Optimizer<Double>) throws {
    try train(
      name, network, fans: [25, 150, 400, 120, 84], inputs: [5, 1, 28, 28],
      labels: [3, 1, 4, 1, 5], optimizer)
  }
  try check("lenet.adam", Adam())
  try check("lenet.momentum", Momentum(learningRate: 0.01))
}
