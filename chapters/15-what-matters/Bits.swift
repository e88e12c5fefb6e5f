import Core
import Figures
import Importance
import Problems15
import Running
import Training

/// Few bits a weight: after training, and after an epoch of training with them.
func showBits(
  _ network: BigNetwork, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  screen.section("An honest lie")
  try showLevels(functions, on: screen)
  screen.text(
    """

    All three weight matrices at b bits, simulated. Repaired: an epoch of \(grouped(plan.repair))
    images with the rounding in the forward pass and straight through backwards.

    """)
  let whole = digits.accuracy(network.predict(digits.testX))
  var table = Table("bits", "levels", "right", "repaired", "no master weights")
  var (before, after) = ([Figures.Point](), [Figures.Point]())
  table.add("32", "", percent(whole, 1))
  for bits in [8, 4, 3, 2] {
    let levels = threeLayers(network.layers.map { functions.quantized($0, bits: bits) })
    let share = digits.accuracy(levels.predict(digits.testX))
    before.append(Figures.Point(Double(bits), 100 * share))
    guard bits < 4 else {
      table.add("\(bits)", "\(2 * quantizationLimit(bits: bits) + 1)", percent(share, 1))
      continue
    }
    let repaired = try repairedBits(network, bits, functions, digits, plan)
    let coarse = try withoutMasterWeights(network, bits, digits, plan)
    after.append(Figures.Point(Double(bits), 100 * repaired))
    table.add(
      "\(bits)", "\(2 * quantizationLimit(bits: bits) + 1)", percent(share, 1),
      percent(repaired, 1), percent(coarse, 1))
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Accuracy against bits a weight",
      description: "Flat down to 3 bits, a fall at 2; repaired it is nearly flat.",
      x: "bits", y: Axis("percent right", range: 0...100),
      [
        Series("after training", points: before),
        Series("repaired, straight through", points: after),
      ]), "bits")
}

/// Six weights at 3 bits and a step of 0.5, and what comes back of a gradient of 1.
private func showLevels(_ functions: FunctionsInUse, on screen: Screen) throws {
  let weight = Matrix([0.8, 0.75, 1.5, 1.6, 1.9, -0.2])
  let (y, dW) = try functions.quantize(
    QuantizationQuestion(weight: weight, dy: 0 * weight + 1, step: 0.5, bits: 3))
  screen.text("3 bits, levels from -3 to 3, a step of 0.5; dy = 1 everywhere:\n")
  func row(_ name: String, _ values: Matrix) -> [String] {
    [name] + values.scalars.map { significant($0, 3) }
  }
  var table = Table(header: row("W", weight))
  table.add(row("W/s", weight / 0.5))
  table.add(row("level, y/s", y / 0.5))
  table.add(row("y", y))
  table.add(row("dW", dW))
  screen.table(table)
}

/// The share of right answers after an epoch with b bits.
func repairedBits(
  _ network: BigNetwork, _ bits: Int, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan
) throws -> Double {
  var levels = threeLayers(network.layers.map { functions.quantized($0, bits: bits) })
  return try levels.repair(digits, plan)
}

/// The same epoch, with weights that are put back on their levels after each step: no step is as long as
/// half a level, and nothing but the biases ever learns.
private func withoutMasterWeights(
  _ network: BigNetwork, _ bits: Int, _ digits: Digits, _ plan: Plan
) throws -> Double {
  var (network, context) = (network, Context.training(seed: plan.seed &+ 100))
  let steps = network.layers.map { quantizationStep(of: $0.parameters.weight, bits: bits) }
  func put(_ layer: inout Dense<Float>, _ step: Float) {
    layer.parameters.weight = fakeQuantize(layer.parameters.weight, step: step, bits: bits)
  }
  func putAll() {
    put(&network.first.first.first.first, steps[0])
    put(&network.first.first.second, steps[1])
    put(&network.second, steps[2])
  }
  putAll()
  digits.repair(plan) { x, labels, rate in
    var adam = Adam<Float>(learningRate: rate)
    for places in Batches(of: labels.count, size: 64, using: &context.generator) {
      _ = network.trainingStep(
        x.rows(places), labels: places.map { labels[$0] }, with: &adam, in: &context)
      putAll()
    }
  }
  return digits.accuracy(network.predict(digits.testX))
}
