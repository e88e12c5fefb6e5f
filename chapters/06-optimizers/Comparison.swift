import Checking
import Checkpoints
import Core
import Datasets
import Figures
import Foundation
import Guiding
import Problems06
import Running
import Training

/// The rates of the comparison: the usual ones, not the best of a search.
let usualRates: [(kind: OptimizerKind, rate: Double)] = [
  (.sgd, 0.1), (.momentum, 0.02), (.nesterov, 0.02), (.adaGrad, 0.02), (.rmsprop, 0.001),
  (.adam, 0.001), (.adamW, 0.001), (.clipped, 0.02),
]

/// The same network on the digits under each optimizer.
func compareOnDigits(
  _ plan: Plan, _ functions: FunctionsInUse, _ source: Source, _ options: ChapterOptions,
  on screen: Screen
) throws {
  screen.section("Who reads handwriting first?")
  screen.paragraph(
    """
    784-256-128-10, the same start and the same batches of \(plan.batch) for all, \(plan.train.count) images,
    \(plan.epochs) epoch\(plan.epochs == 1 ? "" : "s"). Loss is the mean of the last \(plan.width) steps.
    """)
  var comparison = Comparison(plan: plan, screen: screen)
  if case .library = source {
    let samples = plan.samples(Float.self)
    for (kind, rate) in usualRates where options.load == nil {
      try comparison.add(kind.rawValue, rate, kind.fast(learningRate: Float(rate)), samples)
    }
    try comparison.addScheduled(
      OptimizerKind.adam.fast(learningRate: 0.002), samples, functions, options)
  } else {
    let samples = plan.samples(Double.self)
    for (kind, rate) in usualRates
    where kind != .adaGrad && kind != .adamW && options.load == nil {
      try comparison.add(
        kind.rawValue, rate, functions.optimizer(kind, learningRate: rate), samples)
    }
    try comparison.addScheduled(
      functions.optimizer(.adam, learningRate: 0.002), samples, functions, options)
  }
  try comparison.show()
  if let file = options.save {
    try comparison.saveLast(to: file)
    screen.text("\nThe last network, Adam with the cosine, is saved in \(file.path).")
  }
}

extension Plan {
  /// How many losses are averaged before they are compared or drawn.
  var width: Int { isQuick ? 10 : 50 }
  var targets: [Double] { isQuick ? [1.5, 1, 0.6] : [0.5, 0.2, 0.1] }
}

/// Trainings side by side.
struct Comparison {
  let plan: Plan
  let screen: Screen
  private var rows: [(name: String, rate: String, record: Record)] = []
  /// The last network that was trained, as a file holds it.
  private var last: Checkpoint?

  init(plan: Plan, screen: Screen) { (self.plan, self.screen) = (plan, screen) }

  mutating func add<Scalar: Real>(
    _ name: String, _ rate: Double, _ optimizer: any Optimizer<Scalar>, _ samples: Samples<Scalar>
  ) throws {
    func run(_ optimizer: some Optimizer<Scalar>) throws -> Record {
      try train(plan, samples, with: optimizer, name: name, screen: screen).record
    }
    rows.append((name, significant(rate, 2), try run(optimizer)))
  }

  /// Adam with a warm-up and a cosine from 0.002.
  mutating func addScheduled<Scalar: Real>(
    _ optimizer: any Optimizer<Scalar>, _ samples: Samples<Scalar>, _ functions: FunctionsInUse,
    _ options: ChapterOptions? = nil, name: String = "Adam, cosine"
  ) throws {
    let steps = plan.steps
    let rates = try (0..<steps).map {
      try functions.warmupCosine(
        WarmupQuestion(step: $0, warmup: steps / 20, total: steps, peak: 0.002, minimum: 0))
    }
    func run(
      _ optimizer: some Optimizer<Scalar>
    ) throws -> Record {
      try train(
        plan, samples, with: optimizer, name: name, rates: rates,
        goingOnFrom: options?.load.map { try Checkpoint(contentsOf: $0.path) },
        saving: options?.save, screen: screen
      ).record
    }
    let record = try run(optimizer)
    rows.append((name, "0.002↘", record))
    last = record.checkpoint
    last?.metadata["test accuracy"] = record.accuracy.map { percent($0) }
  }

  func saveLast(to file: URL) throws { try last?.save(to: file.path) }

  func show() throws {
    var table = Table(
      header: ["optimizer", "rate"] + plan.targets.map { "loss < \(significant($0, 2))" }
        + ["last loss", "test"])
    for (name, rate, record) in rows {
      let steps = plan.targets.map { target in
        record.steps(to: target, width: plan.width).map { "\($0)" } ?? "–"
      }
      let loss = record.smoothed(plan.width).last ?? .nan
      table.add(
        [name, rate] + steps
          + [fixed(loss, 4), record.accuracy.map { percent($0) } ?? "stopped"])
    }
    screen.table(table)
    for (name, _, record) in rows {
      if let failure = record.failure { screen.stopped(failure, of: name) }
    }
    let curves = rows.map { row in
      let losses = row.record.smoothed(plan.width)
      let every = max(1, losses.count / 200)
      let places = losses.indices.filter { $0 % every == 0 && $0 >= plan.width / 2 }
      return Series(row.name, x: places.map { Double($0 + 1) }, y: places.map { losses[$0] })
    }
    // Nine curves lie on top of each other; the table has them all.
    let few = curves.filter { ["SGD", "momentum", "Adam", "Adam, cosine"].contains($0.name) }
    screen.draw(figure(few))
    try screen.write(figure(few), "optimizers-on-digits")
  }

  private func figure(_ curves: [Series]) -> Figure {
    .lines(
      "Training loss under four optimizers",
      description: "The loss of one network against the number of steps, on a logarithmic scale: "
        + "one curve for each optimizer. All fall; SGD stays highest for most of the way.",
      x: "step", y: Axis("loss", scale: .logarithmic), curves)
  }
}

extension Screen {
  /// Prose in lines of 80 columns.
  func paragraph(_ prose: String) {
    for line in wrapped(prose.replacing("\n", with: " "), to: 80) { text(line) }
  }
}
