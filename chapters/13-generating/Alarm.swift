import Core
import Datasets
import Figures
import Running
import Training

/// An autoencoder 784-128-16-128-784: what does not fit through 16 numbers, it cannot copy.
struct Autoencoder {
  typealias Half = Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>
  private var network: Then<Half, Half>
  /// The share of pixels that is set to 0 before it looks, while it is asked for all of them.
  let dropped: Float

  init(dropped: Float = 0, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func half(_ inputs: Int, _ outputs: Int) -> Half {
      Dense<Float>(inputs, 128, using: &generator).then(Activation.relu)
        .then(Dense(128, outputs, .glorot, using: &generator))
    }
    let encoder = half(784, 16)
    network = encoder.then(half(16, 784))
    self.dropped = dropped
  }

  /// Trains it to give back what comes in; the loss of each epoch.
  mutating func train(_ x: Tensor<Float>, epochs: Int, seed: UInt64) -> [Double] {
    var (adam, context) = (Adam<Float>(learningRate: 0.002), Context.training(seed: seed))
    let mask = Dropout(rate: dropped)
    return (0..<epochs).map { _ in
      var (sum, steps) = (0.0, 0.0)
      for places in Batches(of: x.rows, size: 64, using: &context.generator) {
        let whole = x.rows(places)
        // Dropout divides what stays by 1 - p; a dropped pixel shall be all that is new.
        let seen = mask.forward(whole, in: &context).output * (1 - dropped)
        let loss = network.trainingStep(seen, with: &adam, in: &context) {
          binaryCrossEntropy(logits: $0, targets: whole)
        }
        sum += Double(loss)
        steps += 1
      }
      return sum / steps
    }
  }

  /// The images as they come out, from 0 to 1.
  func copies(_ x: Tensor<Float>) -> Tensor<Float> { Activation.sigmoid(network.predict(x)) }

  /// The mean square of what is wrong in each copy: the alarm.
  func errors(_ x: Tensor<Float>) -> [Double] {
    let difference = copies(x) - x
    return (difference * difference).mean(axis: 1).scalars.map(Double.init)
  }
}

/// How well errors part what an autoencoder knows from what it does not.
private func area(known: [Double], strange: [Double]) -> Double {
  areaUnderROC(
    scores: known + strange,
    isPositive: known.map { _ in false } + strange.map { _ in true })
}

/// Autoencoders, plain and denoising, and the error of a copy as an alarm.
func showAlarm(_ plan: Plan, on screen: Screen) throws {
  screen.section("What it cannot copy, it has not seen")
  let count = plan.isQuick ? 300 : 2000
  let digits = Digits(plan.data, train: plan.alarm.digits, test: count)
  let clothes: Tensor<Float> = try FashionMNIST.load().test.first(count).inputs()
  screen.text(
    """
    784-128-16-128-784, \(grouped(plan.alarm.digits)) digits, \(plan.alarm.epochs) epochs. The alarm is the mean squared
    error of the copy; area under ROC: how often a strange image has the larger one.

    """)
  var table = Table("learned from", "strange", "error, known", "strange", "area")
  func test(
    _ name: String, _ strangers: String, dropped: Float = 0, _ x: Tensor<Float>, epochs: Int,
    known: Tensor<Float>, strange: Tensor<Float>
  ) -> (model: Autoencoder, known: [Double], strange: [Double]) {
    var model = Autoencoder(dropped: dropped, seed: plan.seed + 1)
    _ = model.train(x, epochs: epochs, seed: plan.seed + 2)
    let errors = (known: model.errors(known), strange: model.errors(strange))
    func mean(_ values: [Double]) -> String {
      fixed(values.reduce(0, +) / Double(max(values.count, 1)), 4)
    }
    table.add(
      name, strangers, mean(errors.known), mean(errors.strange),
      fixed(area(known: errors.known, strange: errors.strange), 3))
    return (model, errors.known, errors.strange)
  }
  let epochs = plan.alarm.epochs
  let plain = test(
    "digits, plain", "clothes", digits.x, epochs: epochs, known: digits.testX, strange: clothes)
  let denoising = test(
    "digits, denoising", "clothes", dropped: 0.3, digits.x, epochs: epochs, known: digits.testX,
    strange: clothes)
  // One class alone: the first with little variety, the other with much.
  let more = plan.isQuick ? digits : Digits(plan.data, train: 30_000, test: count)
  for own in [1, 2] {
    let (known, others) = (more.only([own]), more.only(Set(0...9).subtracting([own])))
    _ = test(
      "\(own) alone", "other digits", known.x, epochs: plan.isQuick ? 2 : 8, known: known.testX,
      strange: others.testX)
  }
  screen.table(table)
  try writeAlarmFigures(plain, denoising.model, digits, clothes, on: screen)
}

private func writeAlarmFigures(
  _ plain: (model: Autoencoder, known: [Double], strange: [Double]), _ denoising: Autoencoder,
  _ digits: Digits, _ clothes: Tensor<Float>, on screen: Screen
) throws {
  let top = 0.3
  func bars(_ values: [Double]) -> [Double] {
    var counts = [Double](repeating: 0, count: 24)
    for value in values where value < top { counts[Int(value / top * 24)] += 1 }
    return counts
  }
  let middles = (0..<24).map { (Double($0) + 0.5) / 24 * top }
  try screen.write(
    .lines(
      "Error of the copy, digits and clothes",
      description:
        "Two humps: the errors of digits lie close to 0, those of clothes spread far to the right.",
      x: "mean squared error", y: "images",
      [
        Series("digits", x: middles, y: bars(plain.known), style: .steps),
        Series("clothes", x: middles, y: bars(plain.strange), style: .steps),
      ]), "errors")
  let curve = rocCurve(
    scores: plain.known + plain.strange,
    isPositive: plain.known.map { _ in false } + plain.strange.map { _ in true })
  let thin = curve.enumerated().filter { $0.offset % 20 == 0 || $0.offset == curve.count - 1 }
  try screen.write(
    .lines(
      "The alarm at every threshold",
      description: "A curve from the lower left to the upper right, high above the diagonal.",
      x: "false alarms", y: "clothes found",
      [
        Series(
          "plain autoencoder", x: thin.map(\.element.falsePositiveRate),
          y: thin.map(\.element.truePositiveRate)),
        Series("guessing", x: [0, 1], y: [0, 1]),
      ]), "alarm")
  let shown = digits.testX.rows(0..<6).above(clothes.rows(0..<6))
  var context = Context.training(seed: 5)
  let holes = Dropout<Float>(rate: 0.3).forward(digits.testX.rows(0..<6), in: &context).output * 0.7
  let images =
    shown.pictures + plain.model.copies(shown).pictures
    + holes.pictures + denoising.copies(holes).pictures
  try screen.write(
    .images(
      "Copies of digits and of clothes; digits with holes, and what is made of them",
      description:
        "Two rows of twelve: six digits and six pieces of clothing, and their copies, of which "
        + "those of the clothes are blots. Below six digits with a third of their pixels gone, "
        + "and whole again.",
      images, columns: 12), "copies")
}
