import Backprop

// Steps of training whose losses are not of one label a sample: a detector, a U-Net, two language models.
// Inputs and targets are random; speed does not depend on them. peers/tasks.py does the same in PyTorch.

/// A network with its optimizer, that makes the same step again and again.
final class RepeatedStep<Network: Layer, Rule: Optimizer<Float>>
where Network.Scalar == Float, Network.Output == Tensor<Float> {
  private var network: Network
  private var optimizer: Rule
  private var context = Context.training(seed: 1)
  private let input: Network.Input
  private let loss: (Tensor<Float>) -> Loss<Float>

  init(
    _ network: Network, _ optimizer: Rule, _ input: Network.Input,
    loss: @escaping (Tensor<Float>) -> Loss<Float>
  ) {
    (self.network, self.optimizer, self.input, self.loss) = (network, optimizer, input, loss)
  }

  /// Its speed in samples a second, on some threads.
  func contender(_ name: String, batch: Int, threads: Int) -> Contender {
    let inner = Contender(name, amount: Double(batch)) { [self] in
      _ = network.trainingStep(input, with: &optimizer, in: &context, loss: loss)
    }
    return Contender(name) { seconds in
      Threads.count = threads
      return try inner.rate(seconds)
    }
  }
}

private typealias Block = Then<Then<Conv2d<Float>, BatchNorm<Float>>, Activation<Float>>

private func block(_ channels: Int, _ outputs: Int, _ generator: inout SplitMix64) -> Block {
  Conv2d<Float>(
    channels, outputs, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator
  ).then(BatchNorm(outputs)).then(.relu)
}

/// Chapter 9's detector, with focal loss, GIoU and cross-entropy of two objects a canvas.
func detectorTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  let pool = MaxPool2d<Float>(2)
  let first = ImagesIn<Float>().then(block(1, 8, &generator)).then(pool)
    .then(block(8, 16, &generator)).then(pool)
  let network = first.then(block(16, 32, &generator)).then(pool)
    .then(block(32, 64, &generator)).then(block(64, 64, &generator))
    .then(Conv2d(64, 15, kernel: 1, using: &generator)).then(PositionsAsRows())
  let x = Tensor<Float>(uniform: 0...1, shape: [batch, 1, 56, 56], using: &generator)
  let places = (0..<2 * batch).map { 49 * $0 / 2 }
  var isObject = Tensor<Float>(shape: [49 * batch, 1])
  for place in places { isObject[place, 0] = 1 }
  let cells = Tensor<Float>(places.flatMap { [Float($0 / batch % 7), Float($0 / batch / 7)] })
    .reshaped([places.count, 2])
  let boxes = Tensor<Float>(places.flatMap { _ in [8, 8, 28, 30] }).reshaped([places.count, 4])
  let labels = places.map { $0 % 10 }
  return RepeatedStep(network, Adam<Float>(learningRate: 0.001), x) { rows in
    let channels = rows.transposed  // [15, cells·canvases]
    func part(_ range: Range<Int>) -> Tensor<Float> { channels.rows(range).transposed }
    let score = focalLoss(logits: part(0..<1), targets: isObject)
    let offsets = part(1..<5).rows(places)
    let corners = boxDecode(offsets, cells: cells, stride: 8, prior: 16)
    let box = giouLoss(prediction: corners, target: boxes)
    let dOffsets = boxDecodeBackward(
      box.gradient, offsets, cells: cells, stride: 8, prior: 16)
    let label = softmaxCrossEntropy(logits: part(5..<15).rows(places), labels: labels)
    var gradient = Tensor<Float>(shape: rows.shape)
    for row in 0..<rows.rows { gradient[row, 0] = 4 * score.gradient[row, 0] }
    for (object, row) in places.enumerated() {
      for i in 0..<4 { gradient[row, 1 + i] = 2 * dOffsets[object, i] }
      for i in 0..<10 { gradient[row, 5 + i] = label.gradient[object, i] }
    }
    return (4 * score.loss + 2 * box.loss + label.loss, gradient)
  }.contender(name, batch: batch, threads: threads)
}

/// Chapter 9's U-Net, with cross-entropy and soft Dice over eleven classes a pixel.
func uNetTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  let (pool, up) = (MaxPool2d<Float>(2), UpsampleNearest<Float>(2))
  let bottom = pool.then(block(32, 64, &generator)).then(block(64, 64, &generator)).then(up)
  let small = pool.then(block(16, 32, &generator)).then(SkipConcatenation(bottom))
    .then(block(96, 32, &generator)).then(up)
  let middle = pool.then(block(8, 16, &generator)).then(SkipConcatenation(small))
    .then(block(48, 16, &generator)).then(up)
  let network = ImagesIn<Float>().then(block(1, 8, &generator))
    .then(SkipConcatenation(middle)).then(block(24, 16, &generator))
    .then(Conv2d(16, 11, kernel: 1, using: &generator)).then(PositionsAsRows())
  let x = Tensor<Float>(uniform: 0...1, shape: [batch, 1, 56, 56], using: &generator)
  let labels = (0..<56 * 56 * batch).map { _ in generator.integer(below: 11) }
  return RepeatedStep(network, Adam<Float>(learningRate: 0.001), x) { logits in
    let entropy = softmaxCrossEntropy(logits: logits, labels: labels)
    let p = softmax(logits)
    let dice = softDice(probabilities: p, targets: oneHot(labels, classes: 11))
    return (entropy.loss + dice.loss, entropy.gradient + softmaxBackward(dice.gradient, y: p))
  }.contender(name, batch: batch, threads: threads)
}

/// Sequences of 16 letters out of 27, and what comes next.
private func letters(_ batch: Int, _ generator: inout SplitMix64) -> (ids: [[Int]], next: [[Int]]) {
  func draw(_ generator: inout SplitMix64) -> [[Int]] {
    (0..<batch).map { _ in (0..<16).map { _ in generator.integer(below: 27) } }
  }
  let ids = draw(&generator)
  return (ids, draw(&generator))
}

/// Chapter 11's model of names: 32 numbers a letter, an LSTM of 64, clipped AdamW.
func lstmTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  let network = Embedding<Float>(vocabulary: 27, width: 32, using: &generator)
    .then(LSTM(32, 64, using: &generator))
    .then(EveryStep(Dense(64, 27, .glorot, using: &generator)))
  let (ids, next) = letters(batch, &generator)
  let mask = next.map { $0.map { _ in 1 } }
  let optimizer = Clipped(AdamW<Float>(learningRate: 0.001, decay: 0.01), toGlobalNorm: 1)
  return RepeatedStep(network, optimizer, ids) {
    maskedCrossEntropy(logits: $0, targets: next, mask: mask)
  }.contender(name, batch: batch, threads: threads)
}

/// Chapter 12's model of names: width 32, four heads, two blocks, one table for reading and writing, AdamW.
func gptTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  let network = GPT<TransformerBlock<Float>>(
    vocabulary: 27, longest: 16, width: 32, heads: 4, depth: 2, using: &generator)
  let (ids, next) = letters(batch, &generator)
  let labels = Array(next.joined())
  return RepeatedStep(network, AdamW<Float>(learningRate: 0.001, decay: 0.01), ids) {
    softmaxCrossEntropy(logits: $0, labels: labels)
  }.contender(name, batch: batch, threads: threads)
}
