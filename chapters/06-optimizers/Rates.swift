import Core
import Figures
import Running
import Training

/// The same few hundred steps at learning rates from 10⁻⁵ to 1, for SGD and Adam.
func showRates(_ plan: Plan, on screen: Screen) throws {
  screen.section("Which learning rates work?")
  let steps = plan.isQuick ? 40 : 300
  let exponents =
    plan.isQuick
    ? Array(stride(from: -5.0, through: 0, by: 1)) : Array(stride(from: -5.0, through: 0, by: 0.5))
  screen.text("The loss after \(steps) steps, the mean of the last \(plan.width).\n")
  let samples = plan.samples(Float.self)
  var table = Table("rate", "SGD", "Adam")
  var curves = [[Double]]()
  var failures = [(name: String, failure: TrainingFailure)]()
  for kind in [OptimizerKind.sgd, .adam] {
    func run(_ optimizer: some Optimizer<Float>) throws -> Record {
      try train(
        plan, samples, with: optimizer, name: kind.rawValue, steps: steps, testing: false,
        screen: screen
      ).record
    }
    curves.append(
      try exponents.map { exponent in
        let record = try run(kind.fast(learningRate: Float(Double.pow(10, exponent))))
        if let failure = record.failure {
          failures.append((kind.rawValue, failure))
          return .infinity
        }
        return record.smoothed(plan.width).last ?? .nan
      })
  }
  for (index, exponent) in exponents.enumerated() {
    table.add(
      [significant(Double.pow(10, exponent), 1)]
        + curves.map { $0[index] < 100 ? fixed($0[index], 3) : significant($0[index], 2) })
  }
  screen.table(table)
  for (name, failure) in failures { screen.stopped(failure, of: name) }
  screen.paragraph(
    """
    Each has a window. Adam's lies about a hundred times lower than SGD's, because its
    steps have the length of the rate, and not that of the gradient.
    """)
  try screen.figure(
    .lines(
      "Loss after \(steps) steps, by learning rate",
      description: "Two curves shaped like a valley. Adam's lowest point lies near one thousandth, "
        + "SGD's between a tenth and one.",
      x: Axis("learning rate", scale: .logarithmic),
      y: Axis("loss", range: 0.1...10, scale: .logarithmic),
      zip(["SGD", "Adam"], curves).map { name, losses in
        Series(name, x: exponents.map { Double.pow(10, $0) }, y: losses)
      }), "rates")
}

/// One training whose rate grows at every step.
func showRangeTest(_ plan: Plan, on screen: Screen) throws {
  screen.section("Can one run find the rate?")
  let steps = plan.isQuick ? 60 : 400
  let (low, high) = (1e-4, 10.0)
  let rates = (0..<steps).map { low * Double.pow(high / low, Double($0) / Double(steps - 1)) }
  let (_, record) = try train(
    plan, plan.samples(Float.self), with: SGD<Float>(learningRate: 1), name: "range test",
    rates: rates, testing: false, screen: screen)
  let losses = record.smoothed(plan.isQuick ? 5 : 20)
  let lowest = losses.indices.min { losses[$0] < losses[$1] } ?? 0
  let exploded = losses.indices.first { $0 > lowest && losses[$0] > 4 * losses[lowest] }
  screen.paragraph(
    """
    SGD, its rate from 0.0001 to 10 in \(steps) steps, each a little higher than the last.
    The loss is lowest at a rate of \(significant(record.rates[lowest], 1)).\
    \(exploded.map { " At " + significant(record.rates[$0], 1) + " it is four times as high." } ?? "")
    Stay below the lowest point, where the loss still falls: there it is nearly too late.
    """)
  if let failure = record.failure { screen.stopped(failure, of: "The run") }
  try screen.figure(
    .lines(
      "Learning-rate range test",
      description: "The loss against a learning rate that grows at each step: flat, then falling, "
        + "then rising steeply.",
      x: Axis("learning rate", scale: .logarithmic), y: Axis("loss", range: 0...4),
      [Series("loss", x: record.rates, y: losses)]), "range-test")
}
