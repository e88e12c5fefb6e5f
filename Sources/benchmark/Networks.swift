import Backprop

// The networks of the table, trained on random images: speed does not depend on what they show.

/// 784-256-128-10 with ReLU.
func mlp(using generator: inout SplitMix64) -> some TensorLayer<Float> {
  Dense<Float>(784, 256, using: &generator).then(Activation.relu)
    .then(Dense(256, 128, using: &generator)).then(Activation.relu)
    .then(Dense(128, 10, .glorot, using: &generator))
}

/// Chapter 8's network of three residual blocks with 16 channels at 14 × 14.
func smallResNet(using generator: inout SplitMix64) -> some TensorLayer<Float> {
  let stem = ImagesIn<Float>()
    .then(Conv2d(1, 16, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator))
    .then(MaxPool2d(2)).then(Activation.relu)
  let blocks = Stack(depth: 3) { _ in basicBlock(16, using: &generator) as Block }
  return stem.then(blocks).then(GlobalAveragePool())
    .then(Dense(16, 10, .glorot, using: &generator))
}

private typealias Block = Then<Residual<BasicBody<Float>>, Activation<Float>>

/// Hidden layers of 128 numbers, as many as asked for.
func deepNetwork(layers: Int, using generator: inout SplitMix64) -> some TensorLayer<Float> {
  Stack(depth: layers) { _ in
    Dense<Float>(128, 128, using: &generator).then(Activation.relu)
  }.then(Dense(128, 10, .glorot, using: &generator))
}

/// Training with Adam, step after step through the samples in random order.
final class Training<Network: TensorLayer<Float>> {
  private var network: Network
  private var optimizer = Adam<Float>(learningRate: 0.001)
  private var context = Context.training(seed: 1)
  private let samples: Tensor<Float>
  private let labels: [Int]
  private let batches: Batches
  private var next = 0

  /// - Parameters:
  ///   - shape: Of one sample.
  ///   - batch: How many samples a step sees.
  ///   - count: How many samples there are.
  ///   - make: Makes the network.
  init(
    _ shape: [Int], batch: Int, count: Int = 8192, _ make: (inout SplitMix64) -> Network
  ) {
    var generator = SplitMix64(seed: 1)
    network = make(&generator)
    samples = Tensor(uniform: 0...1, shape: [count] + shape, using: &generator)
    labels = (0..<count).map { _ in generator.integer(below: 10) }
    batches = Batches(of: count, size: batch, dropLast: true, using: &generator)
  }

  func step() {
    let places = batches[next]
    next = next + 1 == batches.count ? 0 : next + 1
    _ = network.trainingStep(
      samples.rows(places), labels: places.map { labels[$0] }, with: &optimizer, in: &context)
  }

  /// Its speed in samples a second, on some threads.
  func contender(_ name: String, batch: Int, threads: Int) -> Contender {
    let inner = Contender(name, amount: Double(batch), step: step)
    return Contender(name) { seconds in
      Threads.count = threads
      return try inner.rate(seconds)
    }
  }
}

/// How many multiply-adds of products and convolutions a step of training takes for each sample.
///
/// Those of the forward pass, once more for the gradient of the weights, and once more for that of the
/// input, which the first layer does not compute. All else (activations, normalization, Adam) is not
/// counted.
enum Work {
  static let mlp = step(first: 784 * 256, others: 256 * 128 + 128 * 10)
  static let leNet5 = step(
    first: 28 * 28 * 6 * 25, others: 10 * 10 * 16 * 150 + 400 * 120 + 120 * 84 + 84 * 10)
  static let smallResNet = step(
    first: 28 * 28 * 16 * 9, others: 6 * 14 * 14 * 16 * 144 + 16 * 10)

  private static func step(first: Int, others: Int) -> Double { Double(2 * first + 3 * others) }
}
