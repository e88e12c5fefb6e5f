import Core
import Datasets
import Figures
import Running
import Training

/// The loss and the gradient of a network on some samples.
private func gradient<Scalar: Real>(
  _ network: DigitNetwork<Scalar>, _ x: Tensor<Scalar>, _ labels: [Int]
) -> DigitNetwork<Scalar>.Parameters {
  var context = Context.inference
  let (logits, cache) = network.forward(x, in: &context)
  return network.gradient(softmaxCrossEntropy(logits: logits, labels: labels).gradient, cache)
}

/// How far a mini-batch's gradient is from that of all samples, by the size of the batch.
func showBatchNoise(_ plan: Plan, on screen: Screen) throws {
  screen.section("How noisy is a mini-batch?")
  let samples = plan.samples(Float.self)
  let count = plan.isQuick ? 1000 : 10_000
  // The smaller the batches, the more of them are drawn: single images differ most.
  let draws = { (size: Int) in max(plan.isQuick ? 6 : 20, (plan.isQuick ? 200 : 400) / size) }
  let (network, _) = try train(
    plan, samples, with: SGD<Float>(learningRate: 0.1), name: "noise", steps: 40, testing: false,
    screen: screen)
  let all = gradient(
    network, samples.x.rows(0..<min(count, samples.labels.count)),
    Array(samples.labels.prefix(count)))
  screen.paragraph(
    """
    After 40 steps of SGD: the gradient over \(count) images, and those of batches drawn
    from them. Noise is the length of the difference over the length of the whole.
    """)
  var table = Table("batch", "noise", "noise · √batch")
  var generator = SplitMix64(seed: plan.seed + 5)
  var noises = [Double]()
  let sizes = [1, 4, 16, 64, 256]
  for size in sizes {
    var sum = 0.0
    for _ in 0..<draws(size) {
      let places = (0..<size).map { _ in generator.integer(below: min(count, samples.labels.count))
      }
      let one = gradient(network, samples.x.rows(places), places.map { samples.labels[$0] })
      let difference = one + all * -1
      sum += Double(difference.norm * difference.norm)
    }
    let noise = (sum / Double(draws(size))).squareRoot() / Double(all.norm)
    noises.append(noise)
    table.add(
      "\(size)", fixed(noise, 2), fixed(noise * Double(size).squareRoot(), 1))
  }
  screen.table(table)
  let scale =
    zip(noises, sizes).reduce(0) { $0 + $1.0 * Double($1.1).squareRoot() } / Double(sizes.count)
  screen.paragraph(
    """
    The noise falls with the square root of the batch: for half of it, read four times
    as many images. That is why small batches are a bargain early in training.
    """)
  try screen.figure(
    .lines(
      "Gradient noise by batch size",
      description: "On logarithmic axes the noise falls along a straight line: a hundred times the "
        + "batch, a tenth of the noise.",
      x: Axis("batch", scale: .logarithmic), y: Axis("noise", scale: .logarithmic),
      [
        Series("measured", x: sizes.map(Double.init), y: noises, style: .points),
        Series(
          "one over the root", x: sizes.map(Double.init),
          y: sizes.map { scale / Double($0).squareRoot() }),
      ]), "batch-noise")
}

/// Four small batches, their gradients added, against one large batch.
func showAccumulation(_ plan: Plan, on screen: Screen) {
  screen.section("What if the batch does not fit into memory?")
  let network = plan.network(Double.self)
  let x = plan.train.first(64).inputs(as: Double.self)
  let labels = Array(plan.train.labels.prefix(64))
  let whole = gradient(network, x, labels)
  func part(_ places: Range<Int>) -> DigitNetwork<Double>.Parameters {
    gradient(network, x.rows(places), places.map { labels[$0] })
  }
  var sum = AccumulatedGradient(part(0..<16), samples: 16)
  for start in stride(from: 16, to: labels.count, by: 16) {
    let places = start..<min(start + 16, labels.count)
    sum.add(part(places), samples: places.count)
  }
  let difference = (sum.mean + whole * -1).norm / whole.norm
  screen.paragraph(
    """
    \(labels.count) images at once, and in parts of 16, each gradient times its share of the batch,
    added up, then one step. The two gradients differ by \(difference < 1e-12 ? "less than 1e-12" : significant(difference, 1)) of their length.
    Without the shares the sum would be four times too long, as if the rate were.
    """)
}
