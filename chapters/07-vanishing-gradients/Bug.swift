import Checking
import Core
import Datasets
import Figures
import Problems07
import Running
import Sequences

/// The wrong-gradient theatre: what a known mistake does where its function is used.
func showBug(
  _ name: String, _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  let exercise = command.exercise(withBug: name)
  screen.text("It is put into \(exercise?.id ?? ""), \(exercise?.name ?? "").")
  let right = FunctionsInUse(.library)
  switch exercise?.id {
  case "7.1a":
    try compareStarts(
      Setting(activation: .tanh, start: .glorot), functions, right, options, on: screen)
  case "7.1b":
    try compareStarts(
      Setting(activation: .relu, start: .he), functions, right, options, on: screen)
  case "7.2":
    try showFirstLayer(Laboratory(functions, seed: options.seed), on: screen)
    screen.text("\nand as it should be:")
    try showFirstLayer(Laboratory(right, seed: options.seed), on: screen)
  case "7.3": try compareNorms(functions, right, options, on: screen)
  default: try compareMemory(functions, right, options, on: screen)
  }
}

/// First-layer gradients and training with wrong weights.
private func compareStarts(
  _ setting: Setting, _ wrong: FunctionsInUse, _ right: FunctionsInUse,
  _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Does the start still fit?")
  var table = Table("first layer's ‖dW‖ at depth", "2", "5", "10", "20")
  for (name, functions) in [("with the bug", wrong), ("right", right)] {
    let laboratory = Laboratory(functions, seed: options.seed)
    table.add(
      [name]
        + (try [2, 5, 10, 20].map {
          significant(try laboratory.gradientNorms(setting, depth: $0, seeds: 5)[0], 2)
        }))
  }
  screen.table(table)
  try compareLearning([setting], wrong, right, options, on: screen)
}

/// Batch norm with a wrong gradient.
private func compareNorms(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  if let complaint = wrong.wrongShape {
    screen.text(
      """
      No step can be taken with it: \(complaint).
      Mistakes of shape are the kind ones: they end in an error. The others train on.
      """)
    return
  }
  try checkBatchNorm(wrong, seed: options.seed, on: screen)
  try compareLearning(
    [(Activation<Double>.relu, Start.he), (.tanh, .glorot), (.sigmoid, .glorot)].map {
      Setting(activation: $0, start: $1, normalizes: true)
    }, wrong, right, options, on: screen)
}

extension FunctionsInUse {
  /// What is wrong with the shapes of batch norm's gradients; nil if nothing is.
  var wrongShape: String? {
    var generator = SplitMix64(seed: 0)
    func draw(_ shape: [Int]) -> Matrix { Matrix(shape: shape, using: &generator) }
    let question = NormalizationQuestion(
      x: draw([5, 3]), gamma: draw([3]), beta: draw([3]), epsilon: 0.1, dy: draw([5, 3]))
    guard let gradients = try? batchNorm(question) else { return nil }
    return Checking.wrongShape(
      ("dx", gradients.dx, question.x), ("dGamma", gradients.dGamma, question.gamma),
      ("dBeta", gradients.dBeta, question.beta))
  }
}

private func compareLearning(
  _ settings: [Setting], _ wrong: FunctionsInUse, _ right: FunctionsInUse,
  _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Does a deep network still learn?")
  let digits = Samples(standardized: try MNIST.load(), quick: options.quick)
  let plan = LearningPlan(options)
  screen.text(
    "20 layers, \(plan.steps) steps, with the rate \(plan.rateNames), whichever ends lower:\n")
  var table = Table("", "loss", "right", "rate")
  var series = [Series]()
  for setting in settings {
    for (name, functions) in [("with the bug", wrong), ("right", right)] {
      let outcome = try train(setting, functions, digits, plan)
      table.add(
        "\(setting.name), \(name)",
        outcome.loss.isFinite ? fixed(outcome.loss, 3) : "no number",
        percent(outcome.accuracy, 1), significant(outcome.rate, 1))
      series.append(
        Series(
          "\(setting.activation), \(name)",
          x: outcome.curve.indices.map { (Double($0) + 0.5) * Double(plan.window) },
          y: outcome.curve))
    }
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "Training loss with the bug and without", description: "Training curves in pairs.",
      x: "step", y: Axis("loss", range: 0.01...10, scale: .logarithmic), series), "bug")
}

private func compareMemory(
  _ wrong: FunctionsInUse, _ right: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("How far back can a recurrent network still learn?")
  let steps = options.quick ? 150 : 1500
  screen.text("The answer is the sign of the first input; \(steps) steps.\n")
  var table = Table("sequence", "loss with the bug", "right", "loss without", "right")
  for length in [1, 2, 5, 10] {
    let recall = Recall(length: length, steps: steps, seed: options.seed)
    let (bad, good) = (try recall.train(wrong), try recall.train(right))
    table.add(
      "\(length) step\(length == 1 ? "" : "s")", fixed(bad.loss, 3), percent(bad.right, 1),
      fixed(good.loss, 3), percent(good.right, 1))
  }
  screen.table(table)
}
