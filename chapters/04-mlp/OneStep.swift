import Checking
import Core
import Figures
import Problems04
import Running
import SmallSets

/// Two moons, parted by the training step of 4.4, taken a thousand times.
func takeSteps(_ source: Source, _ options: ChapterOptions, on screen: Screen) throws {
  screen.section("What does one step do, and what do a thousand?")
  let step = Chapter04Problems.trainingStep.function(from: source)
  var generator = SplitMix64(seed: options.seed)
  let moons = twoMoons(count: 200, noise: 0.15, using: &generator)
  let targets: Matrix = oneHot(moons.labels, classes: 2)
  var parameters = TwoLayerParameters(
    w1: Initializer.he([2, 16], fanIn: 2, fanOut: 16, using: &generator), b1: Matrix(shape: [16]),
    w2: Initializer.he([16, 2], fanIn: 16, fanOut: 2, using: &generator), b2: Matrix(shape: [2]))
  var table = Table("steps", "loss", "right")
  var losses = [Double]()
  let stops = [0, 1, 2, 10, 100, 1000]
  for count in 0...1000 {
    if stops.contains(count) {
      let logits = logits(moons.inputs, parameters)
      let loss = softmaxCrossEntropy(logits: logits, targets: targets).loss
      let share = accuracy(predicted: logits.argmaxOfRows(), actual: moons.labels)
      table.add(
        "\(count)", loss < 1000 ? fixed(loss, 4) : significant(loss, 2), percent(share, 1))
      losses.append(loss)
    }
    parameters = try step(
      TrainingStepQuestion(
        parameters: parameters, x: moons.inputs, targets: targets, learningRate: 0.5))
  }
  screen.table(table)
  screen.text(
    """
    A net 2-16-2 on 200 points of two moons, all of them in every step, rate 0.5.
    """)
  let falls = zip(losses, losses.dropFirst()).allSatisfy { $0 > $1 }
  screen.text(
    falls
      ? "The loss falls from stop to stop: short steps against the gradient do that."
      : "The loss does not fall from stop to stop: this is no step against the gradient.")
  try screen.write(border(of: parameters, moons), "two-moons")
}

private func logits(_ x: Matrix, _ parameters: TwoLayerParameters) -> Matrix {
  matmul(Activation.relu(matmul(x, parameters.w1) + parameters.b1), parameters.w2) + parameters.b2
}

/// The points over the probability of class 1.
private func border(of parameters: TwoLayerParameters, _ moons: LabeledPoints) -> Figure {
  let map = HeatMap(
    x: -1.6...2.6, y: -1.2...1.7, columns: 84, rows: 58, range: 0...1, scale: .centred(on: 0.5),
    contours: [0.5]
  ) { x, y in softmax(logits(Matrix(rows: [[x, y]]), parameters))[0, 1] }
  let series = [0, 1].map { label in
    let places = moons.labels.indices.filter { moons.labels[$0] == label }
    return Series(
      "class \(label)", x: places.map { moons.inputs[$0, 0] }, y: places.map { moons.inputs[$0, 1] }
    )
  }
  return .scatter(
    "Two moons after 1000 steps",
    description: "200 points in two interlocking half circles, and a curved border between them.",
    x: "x₁", y: "x₂", series, background: map)
}
