import Checking
import Core
import Datasets
import Figures
import Running
import Sequences

extension Samples<Double> {
  /// Handwritten digits, with pixels of mean 0 and variance 1, as the derivation asks.
  init(standardized images: (train: ImageData, test: ImageData), quick: Bool) {
    self.init(
      rows: images.train.first(quick ? 2000 : 10_000), test: images.test.first(quick ? 512 : 2048))
    let mean = x.mean()
    let deviation = ((x - mean).squaredNorm() / Double(x.count)).squareRoot()
    (x, testX) = ((x - mean) / deviation, (testX - mean) / deviation)
  }
}

/// How a deep network learns in each setting.
func showLearning(
  _ functions: FunctionsInUse, _ digits: Samples<Double>, _ options: ChapterOptions,
  on screen: Screen
) throws {
  screen.section("Which of them learn?")
  let plan = LearningPlan(options)
  screen.text(
    """
    20 layers of weights, 784-64-…-64-10, on \(digits.labels.count) digits: \(plan.steps) steps of gradient
    descent, batches of 64, without momentum, with the rate \(plan.rateNames), whichever
    ends lower. Loss: mean of the last tenth. Right: of \(digits.testLabels.count) test images.
    Guessing gives log 10 = 2.303 and 10 %.
    """)
  var table = Table("activation, weights", "loss", "right", "rate", "with norm", "right", "rate")
  var curves = [String: [Series]]()
  for setting in Setting.all() {
    var cells = [setting.name]
    for normalizes in [false, true] {
      var setting = setting
      setting.normalizes = normalizes
      screen.progress("training \(setting.name)")
      let outcome = try train(setting, functions, digits, plan)
      cells += [
        outcome.loss.isFinite ? fixed(outcome.loss, 3) : "no number",
        percent(outcome.accuracy, 1), significant(outcome.rate, 1),
      ]
      if isDrawn(setting) {
        curves["\(setting.activation)", default: []].append(
          Series(
            setting.start.name + (normalizes ? " + norm" : ""),
            x: outcome.curve.indices.map { (Double($0) + 0.5) * Double(plan.window) },
            y: outcome.curve))
      }
    }
    table.add(cells)
  }
  screen.endProgress()
  screen.table(table)
  for name in ["sigmoid", "tanh", "relu"] {
    let figure = Figure.lines(
      "Training loss of 20 \(name) layers, with and without batch norm",
      description: "Two pairs of training curves: both that have batch norm fall; of the two "
        + "without it at most the one whose weights suit the activation.", x: "step",
      y: Axis("loss", range: 0.2...10, scale: .logarithmic), curves[name] ?? [])
    if name == "tanh" {
      try screen.write(figure, "learning-\(name)")
    } else {
      try screen.figure(figure, "learning-\(name)")
    }
  }
}

/// Whether a setting's curve is drawn: weights N(0, 1), and those made for the activation.
private func isDrawn(_ setting: Setting) -> Bool {
  setting.start == .unit || setting.start == (setting.activation == .relu ? .he : .glorot)
}

/// How the deep networks are trained.
struct LearningPlan {
  let steps: Int
  let rates: [Double]
  let seed: UInt64
  static let sizes = [784] + [Int](repeating: 64, count: 19) + [10]

  init(_ options: ChapterOptions) {
    steps = options.quick ? 20 : 400
    rates = options.quick ? [0.1] : [0.01, 0.1]
    seed = options.seed
  }

  var rateNames: String { rates.map { significant($0, 1) }.joined(separator: " or ") }
  /// The steps that a point of a curve is the mean of.
  var window: Int { max(steps / 20, 1) }
}

/// What became of a training.
struct LearningOutcome {
  let loss: Double, accuracy: Double, rate: Double
  let curve: [Double]
}

/// Trains a setting with each rate, and takes the better one.
func train(
  _ setting: Setting, _ functions: FunctionsInUse, _ digits: Samples<Double>, _ plan: LearningPlan
) throws -> LearningOutcome {
  let outcomes = try plan.rates.map { rate in
    var generator = SplitMix64(seed: plan.seed)
    var network = try setting.network(LearningPlan.sizes, functions, using: &generator)
    let losses = network.train(
      on: digits.x, labels: digits.labels, batch: 64, steps: plan.steps, rate: rate,
      seed: plan.seed)
    let last = losses.suffix(max(plan.steps / 10, 1))
    let curve = stride(from: 0, to: losses.count, by: plan.window).map { start in
      // A loss that grew until it was no number is drawn as far as it was one.
      mean(losses[start..<min(start + plan.window, losses.count)].filter(\.isFinite)[...])
    }
    return LearningOutcome(
      loss: mean(last),
      accuracy: network.accuracy(on: digits.testX, labels: digits.testLabels, .inference),
      rate: rate, curve: curve)
  }
  return outcomes.min { a, b in
    a.loss.isFinite && (!b.loss.isFinite || a.loss < b.loss)
  } ?? LearningOutcome(loss: .nan, accuracy: 0, rate: 0, curve: [])
}

private func mean(_ values: ArraySlice<Double>) -> Double {
  values.reduce(0, +) / Double(values.count)
}
