import Checking
import Core
import Datasets
import Problems07
import Running
import Sequences

/// The gradient of batch norm, and of a network with it, against central differences.
func checkBatchNorm(_ functions: FunctionsInUse, seed: UInt64, on screen: Screen) throws {
  screen.section("Is the gradient of batch norm right?")
  screen.text(
    """
    A batch norm [8, 3] by itself, then a tanh network 6-5-5-5-2 with three of them:
    each gradient against central differences, h = 1e-5.
    """)
  var generator = SplitMix64(seed: seed + 1)
  func draw(_ shape: [Int]) -> Matrix { Matrix(shape: shape, using: &generator) }
  let question = NormalizationQuestion(
    x: draw([8, 3]), gamma: draw([3]), beta: draw([3]), epsilon: 1e-5, dy: draw([8, 3]))
  let alone = try functions.batchNorm(question)
  var table = Table("gradient", "shape", "length", "largest relative error")
  func add(_ name: String, _ gradient: Matrix, at value: Matrix, _ loss: (Matrix) -> Double) {
    let numeric = numericalGradient(of: loss, at: value)
    table.add(
      name, "\(gradient.shape)", fixed(gradient.norm(), 4),
      significant(maximumRelativeError(gradient, numeric), 1))
  }
  add("dx", alone.dx, at: question.x) { normLoss(question, x: $0, gamma: question.gamma) }
  add("dγ", alone.dGamma, at: question.gamma) {
    normLoss(question, x: question.x, gamma: $0)
  }
  let network = try Setting(activation: .tanh, start: .glorot, normalizes: true)
    .network([6, 5, 5, 5, 2], functions, using: &generator)
  let (x, dy) = (draw([8, 6]), draw([8, 2]))
  let gradients = network.weightGradients(of: x) { _ in dy }
  let places =
    network.blocks.indices.map { \DeepNetwork.blocks[$0].first.first.parameters.weight }
    + [\DeepNetwork.second.parameters.weight]
  for (layer, (gradient, place)) in zip(gradients, places).enumerated() {
    add("dW\(layer + 1)", gradient, at: network[keyPath: place]) { weight in
      var (nudged, context) = (network, Context.training(seed: 0))
      nudged[keyPath: place] = weight
      return (dy * nudged.forward(x, in: &context).output).sum()
    }
  }
  screen.table(table)
}

private func normLoss(_ question: NormalizationQuestion, x: Matrix, gamma: Matrix) -> Double {
  let centred = x - x.mean(axis: 0)
  let variance = (centred * centred).mean(axis: 0)
  let y = centred / variance.map { ($0 + question.epsilon).squareRoot() } * gamma + question.beta
  return (question.dy * y).sum()
}

/// A trained network with batch norm, used with the batch's statistics and with the running ones.
func showStatistics(
  _ functions: FunctionsInUse, _ digits: Samples<Double>, _ options: ChapterOptions,
  on screen: Screen
) throws {
  screen.section("Whose mean does batch norm use after training?")
  var generator = SplitMix64(seed: options.seed)
  var network = try Setting(activation: .relu, start: .he, normalizes: true)
    .network([784, 64, 64, 10], functions, using: &generator)
  let steps = options.quick ? 100 : 500
  _ = network.train(
    on: digits.x, labels: digits.labels, batch: 64, steps: steps, rate: 0.1, seed: options.seed)
  screen.text(
    """
    784-64-64-10, ReLU, He, batch norm, \(steps) steps. The same trained weights, with
    different statistics, on \(digits.testLabels.count) test images:
    """)
  var table = Table("mean and variance", "right")
  func add(_ name: String, _ share: Double) { table.add(name, percent(share, 1)) }
  add(
    "running, as gathered in training",
    network.accuracy(on: digits.testX, labels: digits.testLabels, .inference))
  for size in [64, 8, 2] {
    add("of the batch, batches of \(size)", inBatches(of: size, network, digits))
  }
  var forgotten = network
  forgotten.visitState { name, statistics in
    statistics = Matrix(repeating: name.hasSuffix("Mean") ? 0 : 1, shape: statistics.shape)
  }
  add(
    "running, never gathered (0 and 1)",
    forgotten.accuracy(on: digits.testX, labels: digits.testLabels, .inference))
  screen.table(table)
  screen.text(
    """
    With the batch's own statistics, an answer depends on who else is in the batch.
    A batch of one image has no variance at all.
    """)
}

private func inBatches(of size: Int, _ network: DeepNetwork, _ digits: Samples<Double>) -> Double {
  let count = digits.testLabels.count / size
  let shares = (0..<count).map { part in
    let range = part * size..<(part + 1) * size
    return network.accuracy(
      on: digits.testX.rows(range), labels: Array(digits.testLabels[range]), .training(seed: 0))
  }
  return shares.reduce(0, +) / Double(count)
}
