import Core
import Figures
import ManyMachines
import Running
import Training

/// A wave to be learned from ten points: y = a·sin(x + p).
struct Wave {
  let amplitude: Double, phase: Double

  init(using generator: inout SplitMix64) {
    amplitude = 0.1 + 4.9 * generator.uniform()
    phase = Double.pi * generator.uniform()
  }

  func value(at x: Double) -> Double { amplitude * Double.sin(x + phase) }

  /// Points of it, at random places between -5 and 5.
  func samples(_ count: Int, using generator: inout SplitMix64) -> TaskSamples<Double> {
    let x = (0..<count).map { _ in -5 + 10 * generator.uniform() }
    return TaskSamples(
      x: Tensor(x, shape: [count, 1]), y: Tensor(x.map(value), shape: [count, 1]))
  }
}

/// How first weights are looked for from which a wave is learned fast.
enum MetaRule: CaseIterable {
  case together, maml, firstOrder, reptile

  var name: String {
    switch self {
    case .together: "all waves at once"
    case .maml: "MAML"
    case .firstOrder: "MAML, first order"
    case .reptile: "Reptile"
    }
  }

  static let innerRate = 0.02

  /// Learns from eight waves a step.
  func run(steps: Int, seed: UInt64, _ progress: (Int) -> Void) -> ReLUNetwork<Double> {
    var generator = SplitMix64(seed: seed)
    var network = ReLUNetwork<Double>([1, 40, 40, 1], using: &generator)
    var optimizer = Adam<Double>(learningRate: 0.002)
    for step in 0..<steps {
      var sum = network.parameters * 0
      for _ in 0..<8 {
        let wave = Wave(using: &generator)
        let support = wave.samples(10, using: &generator)
        let query = wave.samples(10, using: &generator)
        sum = sum + gradient(network, support, query)
      }
      optimizer.update(&network, sum * (1.0 / 8))
      if step % 50 == 0 { progress(step) }
    }
    return network
  }

  /// The direction that one wave asks for.
  private func gradient(
    _ network: ReLUNetwork<Double>, _ support: TaskSamples<Double>, _ query: TaskSamples<Double>
  ) -> ParameterList<WeightAndBias<Double>> {
    let rate = Self.innerRate
    switch self {
    case .together: return network.loss(query).gradient
    case .maml: return network.maml(support: support, query: query, rate: rate).gradient
    case .firstOrder:
      return network.maml(support: support, query: query, rate: rate, isFirstOrder: true).gradient
    case .reptile:
      // Federated averaging over tasks: go towards where some steps of each lead.
      let there = network.adapted(to: support, rate: rate, steps: 5).parameters
      return network.parameters + there * -1
    }
  }
}

/// The mean error on new waves after some steps on ten points of each.
private func errors(
  _ network: ReLUNetwork<Double>, after steps: [Int], waves: Int
) -> [Double] {
  var generator = SplitMix64(seed: 0x51E5)
  var sums = [Double](repeating: 0, count: steps.count)
  for _ in 0..<waves {
    let wave = Wave(using: &generator)
    let support = wave.samples(10, using: &generator)
    let test = wave.samples(50, using: &generator)
    for (place, count) in steps.enumerated() {
      let adapted = network.adapted(to: support, rate: MetaRule.innerRate, steps: count)
      sums[place] += adapted.loss(test).loss
    }
  }
  return sums.map { $0 / Double(waves) }
}

/// Weights from which one step is enough.
func showSines(_ plan: Plan, on screen: Screen) throws {
  screen.section("Learned in one step")
  let steps = [0, 1, 5, 10]
  screen.text(
    "\(grouped(plan.metaSteps)) steps of 8 waves; then the error on new ones.\n")
  var table = Table(header: ["steps on ten points"] + steps.map(String.init))
  var networks = [MetaRule: ReLUNetwork<Double>]()
  for rule in MetaRule.allCases {
    let network = rule.run(steps: plan.metaSteps, seed: plan.seed) {
      screen.progress("\(rule.name), step \($0)")
    }
    networks[rule] = network
    let found = errors(network, after: steps, waves: plan.isQuick ? 20 : 200)
    table.add([rule.name] + found.map { $0 < 100 ? fixed($0, 2) : "over 100" })
  }
  screen.endProgress()
  screen.table(table)
  try drawWave(networks, on: screen)
}

/// One wave before and after a step.
private func drawWave(
  _ networks: [MetaRule: ReLUNetwork<Double>], on screen: Screen
) throws {
  guard let maml = networks[.maml], let together = networks[.together] else { return }
  var generator = SplitMix64(seed: 12)
  let wave = Wave(using: &generator)
  let support = wave.samples(10, using: &generator)
  func curve(_ name: String, _ network: ReLUNetwork<Double>) -> Series {
    let x = (0...100).map { -5 + 0.1 * Double($0) }
    return Series(name, x: x, y: network(Tensor(x, shape: [101, 1])).scalars)
  }
  let rate = MetaRule.innerRate
  try screen.write(
    .lines(
      "A wave, learned from ten points in one step",
      description:
        "One step bends MAML's curve to the wave; that of the other network goes astray, and at the "
        + "right out of the plot.",
      x: "x", y: Axis("y, cut at 6", range: -6...6),
      [
        Series("the wave", over: -5...5, count: 101, of: wave.value),
        Series("ten points", x: support.x.scalars, y: support.y.scalars, style: .points),
        curve("MAML before", maml), curve("MAML after", maml.adapted(to: support, rate: rate)),
        curve("all at once, after", together.adapted(to: support, rate: rate)),
      ]), "sines")
}
