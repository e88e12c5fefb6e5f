import Checking
import Core
import Figures
import Running
import SmallSets

/// A linear classifier, trained by gradient descent with any gradient at the logits.
struct LinearClassifier {
  var layer = Dense(weight: Matrix(shape: [2, 2]), bias: Matrix(shape: [2]))

  /// One step downhill, on the points at some places.
  mutating func descend(
    _ x: Matrix, rate: Double, _ gradient: (_ logits: Matrix) throws -> Matrix
  ) rethrows {
    let step = layer.gradient(try gradient(layer(x)), .init(x: x))
    layer.parameters.weight -= step.weight * rate
    layer.parameters.bias -= step.bias * rate
  }
}

/// The length of the gradient and the loss after some steps, with and without the division by m.
func showBatchMean(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("What does the 1/m do?")
  let steps = options.quick ? 100 : 400
  screen.text(
    """
    A linear classifier on two moons, softmax with cross-entropy, learning rate 0.5.
    On the left the length of its first gradient, the mean of 20 draws; on the right
    the loss after \(steps) steps. "Sum" is the same gradient, not divided by m.
    """)
  var generator = SplitMix64(seed: options.seed)
  let moons = twoMoons(count: 2048, noise: 0.15, using: &generator)
  let targets: Matrix = oneHot(moons.labels, classes: 2)
  let sizes = [1, 4, 16, 64, 256, 1024]
  var table = Table("batch m", "gradient, mean", "gradient, sum", "loss, mean", "loss, sum")
  var lengths = (mean: [Double](), sum: [Double]())
  for m in sizes {
    func places() -> [Int] { (0..<m).map { _ in generator.integer(below: moons.count) } }
    func gradient(_ batch: [Int]) -> (Matrix) throws -> Matrix {
      { try functions.softmaxCrossEntropy($0, targets.rows(batch)) }
    }
    var length = 0.0
    for _ in 0..<20 {
      let (batch, layer) = (places(), LinearClassifier().layer)
      let x = moons.inputs.rows(batch)
      length += layer.gradient(try gradient(batch)(layer(x)), .init(x: x)).norm / 20
    }
    var (withMean, withSum) = (LinearClassifier(), LinearClassifier())
    for _ in 0..<steps {
      let batch = places()
      let x = moons.inputs.rows(batch)
      try withMean.descend(x, rate: 0.5, gradient(batch))
      try withSum.descend(x, rate: 0.5) { try gradient(batch)($0) * Double(m) }
    }
    let losses = [withMean, withSum].map {
      softmaxCrossEntropy(logits: $0.layer(moons.inputs), targets: targets).loss
    }
    table.add(
      "\(m)", fixed(length, 3), fixed(length * Double(m), 2), shown(losses[0], 3),
      shown(losses[1], 3))
    lengths.mean.append(length)
    lengths.sum.append(length * Double(m))
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "The gradient's length, with and without 1/m",
      description:
        "Length of the gradient against batch size, both axes in powers of ten: with the "
        + "mean nearly level, with the sum growing in proportion to the batch.",
      x: Axis("batch size m", scale: .logarithmic), y: Axis("length", scale: .logarithmic),
      [
        Series("mean", x: sizes.map(Double.init), y: lengths.mean),
        Series("sum", x: sizes.map(Double.init), y: lengths.sum),
      ]), "batch-mean")
}
