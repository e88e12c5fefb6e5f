import Checking
import Core
import Datasets
import Running
import Sequences

/// Units that are 0 for every sample, counted before and after training.
func showDeadUnits(
  _ functions: FunctionsInUse, _ digits: Samples<Double>, _ options: ChapterOptions,
  on screen: Screen
) throws {
  screen.section("How many ReLUs are dead?")
  let steps = options.quick ? 40 : 400
  screen.text(
    """
    784-64-64-64-64-10, He, \(steps) steps. A unit is dead if it is 0 for all of \(digits.labels.count)
    images: its slope is 0 for all of them too, and no step changes its weights
    while what it is given stays.
    """)
  var table = Table("activation", "norm", "rate", "before", "after", "loss", "right")
  let kinds: [(Activation<Double>, Bool)] = [
    (.relu, false), (.relu, true), (.leakyReLU(slope: 0.01), false),
  ]
  for (activation, normalizes) in kinds {
    for rate in [0.03, 0.3, 0.5] {
      var generator = SplitMix64(seed: options.seed)
      var network = try Setting(activation: activation, start: .he, normalizes: normalizes)
        .network([784, 64, 64, 64, 64, 10], functions, using: &generator)
      let before = network.deadUnits(on: digits.x).reduce(0, +)
      let losses = network.train(
        on: digits.x, labels: digits.labels, batch: 64, steps: steps, rate: rate,
        seed: options.seed)
      let after = network.deadUnits(on: digits.x).reduce(0, +)
      let loss = losses.last ?? .nan
      table.add(
        activation == .relu ? "relu" : "leaky relu", normalizes ? "yes" : "no",
        significant(rate, 1), "\(before) of 256",
        loss.isFinite ? "\(after) of 256" : "-", loss.isFinite ? fixed(loss, 3) : "no number",
        percent(network.accuracy(on: digits.testX, labels: digits.testLabels, .inference), 1))
    }
  }
  screen.table(table)
}
