import Core
import Figures
import ManyMachines
import Running

/// A training that computes in sixteen bits.
private struct HalfTraining {
  let name: String
  var format: SixteenBits?
  var scale: Float = 1
  /// Whether weights are kept in Float, and rounded for each pass only.
  var hasMaster = true

  /// Trains 784-32-10; also says what became of the scale, and how many steps were left out.
  func run(
    _ digits: Digits, _ plan: Plan, rate: Float
  ) -> (network: SmallNetwork, scale: Float, skipped: Int) {
    var (network, generator) = (smallNetwork(seed: plan.seed), SplitMix64(seed: plan.seed + 1))
    var (scale, skipped) = (LossScale<Float>(self.scale, patience: 100_000), 0)
    for _ in 0..<plan.steps {
      let batch = digits.batch(128, using: &generator)
      guard let gradient = gradient(network, batch, digits, &scale) else {
        skipped += 1
        continue
      }
      network.row -= rate * gradient
      if let format, !hasMaster { network.row = format.rounded(network.row) }
    }
    return (network, scale.scale, skipped)
  }

  private func gradient(
    _ network: SmallNetwork, _ batch: [Int], _ digits: Digits, _ scale: inout LossScale<Float>
  ) -> Tensor<Float>? {
    guard let format else { return digits.gradient(of: network, at: batch).gradient }
    let rounding = Rounding<Float>(format)
    var half = network
    half.row = format.rounded(network.row)
    let computed = rounding.then(half.first.first).then(rounding).then(half.first.second)
      .then(half.second).then(rounding)
    var context = Context.inference
    let (logits, cache) = computed.forward(digits.x.rows(batch), in: &context)
    let labels = batch.map { digits.labels[$0] }
    let dLogits = softmaxCrossEntropy(logits: logits, labels: labels).gradient
    let parameters = format.rounded(computed.gradient(dLogits * scale.scale, cache))
    return scale.unscaled(parameters)?.flattened
  }
}

/// What sixteen bits do to gradients, and to a training.
func showHalfPrecision(_ digits: Digits, _ plan: Plan, on screen: Screen) throws {
  screen.section("Sixteen bits")
  let gradients = collected(digits, plan)
  screen.text(
    "\(grouped(gradients.count)) numbers of gradients that are not 0, from 10 batches.\n")
  var table = Table("", "times 1", "times 128", "times 1,024", "rounded by, on average")
  for format in SixteenBits.allCases {
    let lost = [Float(1), 128, 1024].map { scale in
      gradients.count { format.rounded($0 * scale) == 0 }
    }
    let kept = gradients.filter { format.rounded($0 * 1024) != 0 }
    let error = kept.reduce(0.0) {
      $0 + Double(abs(format.rounded($1 * 1024) / 1024 - $1) / abs($1))
    }
    table.add(
      ["\(format == .half ? "half precision" : "bfloat16"), lost"]
        + lost.map { percent(Double($0) / Double(gradients.count), 2) }
        + [percent(error / Double(max(kept.count, 1)), 2)])
  }
  screen.table(table)
  let trainings = [
    HalfTraining(name: "Float"),
    HalfTraining(name: "half precision", format: .half),
    HalfTraining(name: "half precision, loss times 1,024", format: .half, scale: 1024),
    HalfTraining(name: "half precision, times 16,777,216", format: .half, scale: 16_777_216),
    HalfTraining(
      name: "half precision, no master weights", format: .half, scale: 1024, hasMaster: false),
    HalfTraining(name: "bfloat16", format: .bfloat16),
    HalfTraining(name: "bfloat16, no master weights", format: .bfloat16, hasMaster: false),
  ]
  var runs = Table(
    "\(plan.steps) steps in", "rate 0.1", "rate 0.01", "S, end", "left out")
  for training in trainings {
    screen.progress(training.name)
    let (network, scale, skipped) = training.run(digits, plan, rate: 0.1)
    let slow = training.run(digits, plan, rate: 0.01).network
    runs.add(
      training.name, percent(digits.accuracy(network), 1), percent(digits.accuracy(slow), 1),
      grouped(Int(scale)), "\(skipped)")
  }
  screen.endProgress()
  screen.text("")
  screen.table(runs)
  try screen.write(histogram(gradients), "half-precision")
}

/// Numbers of the gradients of ten batches in the course of a training, but for those that are 0.
private func collected(_ digits: Digits, _ plan: Plan) -> [Float] {
  var (network, generator) = (smallNetwork(seed: plan.seed), SplitMix64(seed: plan.seed + 1))
  var numbers = [Float]()
  for step in 0..<plan.steps {
    let batch = digits.batch(128, using: &generator)
    let gradient = digits.gradient(of: network, at: batch).gradient
    if step % max(1, plan.steps / 10) == 0 { numbers += gradient.scalars.filter { $0 != 0 } }
    network.row -= 0.1 * gradient
  }
  return numbers
}

/// How many numbers are of which size, and which of them half precision keeps.
///
/// A bar is one power of two wide, so that the floor lies between two of them.
private func histogram(_ gradients: [Float]) -> Figure {
  let exponents = gradients.map { Int($0.exponent) }
  let smallest = exponents.min() ?? -1
  let sizes = smallest...max(exponents.max() ?? -1, smallest)
  var (kept, lost) = (
    [Double](repeating: 0, count: sizes.count), [Double](repeating: 0, count: sizes.count)
  )
  for (g, exponent) in zip(gradients, exponents) {
    let place = exponent - smallest
    if SixteenBits.half.rounded(g) == 0 { lost[place] += 1 } else { kept[place] += 1 }
  }
  let total = Double(max(gradients.count, 1))
  func percents(_ counts: [Double]) -> [Double] { counts.map { 100 * $0 / total } }
  return Figure(
    "Sizes of gradients, and half precision's floor",
    description:
      "A hill of bars on a logarithmic axis: most gradients are between 2⁻¹⁴ and 2⁻⁶; those "
      + "below 2⁻²⁵, at the left foot of the hill, become 0.",
    .bars(
      BarChart(
        categories: sizes.map { "2^\($0)" },
        groups: [Bars("kept", percents(kept)), Bars("becomes 0", percents(lost))],
        axis: Axis("% of all that are not 0", scale: .logarithmic),
        label: "exponent n of the size 2ⁿ",
        edges: (smallest...sizes.upperBound + 1).map { Double($0) })))
}
