import Autodiff
import Checking
import Core
import Figures
import Foundation
import Running
import SmallSets

/// A net of single numbers learns two moons, on the engine that chapter 3 builds.
func learnTwoMoons(_ options: ChapterOptions, _ source: Source, on screen: Screen) throws {
  screen.section("Can an engine for single numbers train a net?")
  var generator = SplitMix64(seed: options.seed)
  let moons = twoMoons(count: 200, noise: 0.1, using: &generator)
  let targets = moons.labels.map { $0 == 1 ? 1.0 : -1 }
  var net = ScalarNet([2, 16, 16, 1], using: &generator)
  let (steps, batch) = (options.quick ? 240 : 900, 20)
  let nodes = net.loss(moons.inputs, targets, samples: Array(0..<batch)).loss.index + 1
  screen.text(
    """
    Two half circles of 100 points each; a 2-16-16-1 net with tanh, \
    \(net.parameters.count) parameters.
    Every number is a Value: \(grouped(nodes)) nodes for a batch of \(batch). \(steps) steps.

    """)
  let clock = ContinuousClock()
  let start = clock.now
  let losses = try net.train(
    moons.inputs, targets, steps: steps, batch: batch, learningRate: 0.5,
    using: &generator,
    report: { step, loss in
      if step % 20 == 19 {
        screen.progress("step \(step + 1) of \(steps), loss \(fixed(loss, 3))")
      }
    }, gradients: SourcedEngine(source).gradients)
  screen.endProgress()
  let seconds = (clock.now - start) / .seconds(1)
  var table = Table("steps", "loss, mean of 10 batches")
  for last in stride(from: steps / 6, through: steps, by: steps / 6) {
    table.add("\(last)", fixed(losses[(last - 10)..<last].reduce(0, +) / 10, 3))
  }
  screen.table(table)
  screen.text(
    """

    \(percent(net.accuracy(moons.inputs, targets), 1)) of the points on the right side, \
    \(fixed(Double(steps) / seconds, 0)) steps/s.
    In the picture the shade is the net's output, and the line is where it is 0.
    """)
  let (x, y) = (-1.5...2.5, -1.0...1.5)
  let background = HeatMap(
    x: x, y: y, columns: 60, rows: 40, range: -1...1, scale: .centred(on: 0), contours: [0]
  ) { net([$0, $1]) }
  func points(of label: Int) -> Series {
    let chosen = moons.labels.indices.filter { moons.labels[$0] == label }
    return Series(
      "class \(label)", x: chosen.map { moons.inputs[$0, 0] },
      y: chosen.map { moons.inputs[$0, 1] }, style: .points)
  }
  try screen.figure(
    .scatter(
      "Two moons, and where the net draws the border",
      description: """
        Two interleaved half circles of points; the background is coloured by the net's output, \
        and the line where it is 0 runs between the moons.
        """, x: Axis("x", range: x), y: Axis("y", range: y), [points(of: 0), points(of: 1)],
      background: background), "two-moons")
}

/// The same net, learning from gradients that are known to be wrong.
func learnFromWrongGradients(
  _ options: ChapterOptions, _ source: Source, on screen: Screen
) throws {
  screen.section("What does a wrong gradient do to training?")
  let padded = (options.bug ?? "none").padding(toLength: 30, withPad: " ", startingAt: 0)
  screen.text(
    """
    The same net and moons, 240 steps with batches of 10, and one mistake put in:
    A  \(padded)C  tanh-node-twice
    B  backward-assigns              D  multiply-own-factor
    Loss, mean of 20 batches, and the share of points on the right side in the end.

    """)
  let runs: [(name: String, source: Source)] = [
    ("A", source), ("B", .bug("backward-assigns")), ("C", .bug("tanh-node-twice")),
    ("D", .bug("multiply-own-factor")),
  ]
  var curves: [[Double]] = []
  var shares = ["right"]
  for run in runs {
    var generator = SplitMix64(seed: options.seed)
    let moons = twoMoons(count: 200, noise: 0.1, using: &generator)
    let targets = moons.labels.map { $0 == 1 ? 1.0 : -1 }
    var net = ScalarNet([2, 16, 16, 1], using: &generator)
    let losses = try net.train(
      moons.inputs, targets, steps: 240, batch: 10, learningRate: 0.5,
      using: &generator, gradients: SourcedEngine(run.source).gradients)
    curves.append(
      stride(from: 0, to: 240, by: 20).map { losses[$0..<$0 + 20].reduce(0, +) / 20 })
    shares.append(percent(net.accuracy(moons.inputs, targets), 1))
  }
  var table = Table(header: ["steps"] + runs.map(\.name))
  for i in [1, 3, 5, 7, 9, 11] {
    table.add(["\(20 * (i + 1))"] + curves.map { fixed($0[i], 3) })
  }
  table.add(shares)
  screen.table(table)
  let labels = ["A, right", "B, assigns", "C, tanh twice", "D, factors mixed up"]
  try screen.figure(
    .lines(
      "Two moons under three wrong gradients",
      description: """
        Four curves of the loss over 240 steps. With the right gradient it falls to almost nothing; \
        with tanh taken twice it falls more slowly; with assignment it stays above; with the \
        factors mixed up it stays at about 1.
        """, x: "step", y: "mean squared error",
      zip(labels, curves).map { name, y in
        Series(name, x: y.indices.map { Double(20 * ($0 + 1)) }, y: y)
      }), "wrong-gradients")
}
