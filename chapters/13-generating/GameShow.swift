import Core
import Figures
import Generating
import Running

/// Where a generator's two losses are steep.
func showSaturation(on screen: Screen) {
  screen.section("One game, two losses")
  let logits = [-8.0, -4, -2, 0, 2, 4]
  let z = Tensor<Double>(logits, shape: [logits.count, 1])
  let m = Double(logits.count)
  var table = Table(header: ["logit z of a fake"] + logits.map { fixed($0, 0) })
  table.add(
    ["belief in it"] + logits.map { fixed(Activation<Double>.sigmoid.value(at: $0), 4) })
  for loss in GeneratorLoss.allCases {
    table.add(
      ["slope, " + name(of: loss)] + (loss(fake: z).gradient * m).scalars.map { fixed($0, 4) })
  }
  screen.table(table)
}

private func name(of loss: GeneratorLoss) -> String {
  loss == .saturating ? "saturating" : "non-saturating"
}

/// The first steps with each of the two losses.
func showOpenings(
  _ functions: FunctionsInUse, _ plan: Plan, on screen: Screen
) throws {
  screen.section("The first steps of a game")
  let digits = Digits(plan.data, train: plan.isQuick ? 500 : 5000, test: 10)
  let lead = plan.opening / 2
  screen.text(
    """
    The discriminator begins \(lead) steps before; then both play \(plan.opening), of 64 digits,
    without labels. Means over a fifth of these.

    """)
  var table = Table("loss", "steps", "discriminator", "generator", "length of its gradient")
  var series = (losses: [Series](), norms: [Series]())
  for loss in GeneratorLoss.allCases {
    var game = Game(hasLabels: false, loss, functions, seed: plan.seed)
    game.headStart(lead, with: digits, seed: plan.seed)
    var steps = [Game.Step]()
    try game.play(plan.opening, with: digits, seed: plan.seed) { steps.append($1) }
    let fifth = max(plan.opening / 5, 1)
    func mean(_ value: (Game.Step) -> Double, _ part: ArraySlice<Game.Step>) -> Double {
      part.reduce(0) { $0 + value($1) } / Double(part.count)
    }
    for start in [0, fifth, plan.opening - fifth] {
      let part = steps[start..<start + fifth]
      table.add(
        name(of: loss), "\(start + 1) to \(start + fifth)", fixed(mean(\.discriminator, part), 3),
        fixed(mean(\.generator, part), 3), fixed(mean(\.norm, part), 3))
    }
    series.losses += [
      Series("D, \(name(of: loss))", y: steps.map(\.discriminator), from: 1),
      Series("G, \(name(of: loss))", y: steps.map(\.generator), from: 1),
    ]
    series.norms.append(Series(name(of: loss), y: steps.map(\.norm), from: 1))
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Losses of D and G in the first steps",
      description:
        "Four curves: the non-saturating generator's loss begins near 6, the saturating one's stays below 0; "
        + "both discriminators' begin near 0 and end above 1.",
      x: "step", y: "loss", series.losses), "openings")
  try screen.write(
    .lines(
      "Length of the generator's gradient",
      description:
        "Two curves on a logarithmic scale: the saturating loss's gradient is the shorter one while "
        + "the discriminator is sure.",
      x: "step", y: Axis("length", scale: .logarithmic), series.norms), "norms")
}

/// The game with labels: what is made is what was asked for.
func showGame(
  _ functions: FunctionsInUse, _ judge: Judge, _ plan: Plan, on screen: Screen
) throws -> Tensor<Float> {
  screen.section("Digits as asked")
  let digits = Digits(plan.data, train: plan.isQuick ? 1000 : 20_000, test: 10)
  screen.text(
    """
    \(grouped(digits.labels.count)) digits, steps of 64; \(plan.judged) made ones are judged. Real ones: \(percent(judge.accuracy, 0)) are
    what they are to the judge, and it is sure of \(percent(judge.sureOfReal, 0)).

    """)
  var table = Table(
    "", "steps", "as asked", "surely so", "sure", "classes", "commonest", "Fréchet")
  let asked = (0..<plan.judged).map { $0 % 10 }
  var conditional = Tensor<Float>(shape: [0, 784])
  // Without labels the game is there to compare with: it is played half as long.
  let kinds = plan.size == .all ? [true, false] : [true]
  for hasLabels in kinds {
    var game = Game(hasLabels: hasLabels, .nonSaturating, functions, seed: plan.seed)
    let steps = hasLabels ? plan.game : plan.game / 2
    var done = 0
    for part in hasLabels && !plan.isQuick ? [steps / 3, steps - steps / 3] : [steps] {
      try game.play(part, with: digits, seed: plan.seed + UInt64(done)) { step, result in
        if step % 20 == 0 {
          screen.progress(
            "step \(step), discriminator \(fixed(result.discriminator, 3)), generator "
              + fixed(result.generator, 3))
        }
      }
      done += part
      let made = game.made(asked, seed: plan.seed + 6)
      let verdict = judge.verdict(made, asked: hasLabels ? asked : nil)
      table.add(
        hasLabels ? "with labels" : "without", grouped(done),
        verdict.asAsked.map { percent($0, 0) } ?? "",
        verdict.asAskedAndSure.map { percent($0, 0) } ?? "", percent(verdict.sure, 0),
        "\(verdict.covered)", percent(verdict.commonest, 0), fixed(verdict.distance, 1))
    }
    if hasLabels {
      conditional = game.made((0..<40).map { $0 % 10 }, seed: plan.seed + 7)
    }
  }
  screen.endProgress()
  screen.table(table)
  return conditional
}
