import Checking
import Core
import Datasets
import Figures
import Running
import Training
import TrainingRuns

/// Twenty layers with shortcuts and without, trained alike.
struct TrainedPair {
  let plain: Trained<PlainNetwork>
  let residual: Trained<ResidualNetwork>
}

/// The degradation problem, and what a shortcut does about it.
func comparePlainAndResidual(_ plan: Plan, on screen: Screen) throws -> TrainedPair {
  screen.section("Does a deeper network learn better?")
  let train = plan.train.first(plan.isQuick ? 640 : 25_600)
  var recipe = Recipe<Float>(
    train: train, test: plan.test.first(2000), rate: 0.003, seed: plan.seed)
  recipe.name = "plain and residual"
  let steps = (train.count + recipe.batch - 1) / recipe.batch
  screen.text(
    """
    \(steps) steps of \(recipe.batch) images, Adam, rate up to 0.003, 8 channels at 14×14, batch norm;
    the same images, order, first weights and schedule with and without shortcuts.

    """)
  func plainRun(_ depth: Int) throws -> Trained<PlainNetwork> {
    let network: PlainNetwork = blockNetwork(depth: depth, channels: 8, seed: plan.seed) {
      plain(normalizedBody($0, using: &$1))
    }
    return try recipe.run(network, on: screen)
  }
  func residualRun(_ depth: Int) throws -> Trained<ResidualNetwork> {
    let network: ResidualNetwork = blockNetwork(depth: depth, channels: 8, seed: plan.seed) {
      residual(normalizedBody($0, using: &$1))
    }
    return try recipe.run(network, on: screen)
  }
  var table = Table("layers", "blocks", "plain: loss", "test", "residual: loss", "test")
  var (pair, curves) = (TrainedPair?.none, (plain: [Series](), residual: [Series]()))
  let span = max(1, steps / 20)
  func curve(_ name: String, _ losses: [Double]) -> Series {
    Series(name, y: smoothed(losses, over: span), from: 1)
  }
  for depth in plan.isQuick ? [3, 9] : [3, 9, 19] {
    let runs = TrainedPair(plain: try plainRun(depth), residual: try residualRun(depth))
    table.add(
      "\(2 * depth + 2)", "\(depth)", fixed(runs.plain.lastLoss, 3),
      percent(runs.plain.accuracy, 1), fixed(runs.residual.lastLoss, 3),
      percent(runs.residual.accuracy, 1))
    curves.plain.append(curve("plain-\(2 * depth + 2)", runs.plain.stepLosses))
    curves.residual.append(curve("residual-\(2 * depth + 2)", runs.residual.stepLosses))
    if depth == 9 { pair = runs }
  }
  screen.table(table)
  screen.text(
    plan.isQuick
      ? "Nothing has been learned yet: without --quick there are forty times the steps."
      : """
      The loss is that of the last tenth of the steps, on training images. Where a
      deeper plain network has the higher one, it does not overfit: it is harder to
      train. With shortcuts the deeper network is the better one.
      """)
  guard let pair else { fatalError("no network of 20 layers was trained") }
  // One scale for both, so that they can be laid side by side.
  let axis = Axis("loss on training images", range: 0...4)
  try screen.figure(
    .lines(
      "Plain networks of growing depth",
      description: "Three falling losses; the deepest network's is the highest in the end.",
      x: "step", y: axis, curves.plain), "plain-depths")
  try screen.figure(
    .lines(
      "Residual networks of growing depth",
      description: "Three falling losses; those of the deeper networks end far below the other's.",
      x: "step", y: axis, curves.residual), "residual-depths")
  if !plan.isQuick { try compareBeginnings(recipe, pair, plan, on: screen) }
  return pair
}

/// The same twenty layers without batch norm, from two kinds of first weights.
private func compareBeginnings(
  _ recipe: Recipe<Float>, _ pair: TrainedPair, _ plan: Plan, on screen: Screen
) throws {
  screen.section("Is it the addition alone?")
  func accuracy<Block: TensorLayer<Float>>(_ block: (Int, inout SplitMix64) -> Block) throws
    -> String
  {
    let network = blockNetwork(depth: 9, channels: 8, seed: plan.seed, block: block)
    return percent(try recipe.run(network, on: screen).accuracy, 1)
  }
  var table = Table("20 layers, test accuracy", "plain", "residual")
  for (name, initializer) in [
    ("no norm, small weights", Initializer.uniformFanIn), ("no norm, He's weights", .he),
  ] {
    table.add(
      name, try accuracy { plain(bareBody($0, initializer, using: &$1)) },
      try accuracy { residual(bareBody($0, initializer, using: &$1)) })
  }
  table.add(
    "batch norm", percent(pair.plain.accuracy, 1), percent(pair.residual.accuracy, 1))
  screen.table(table)
  screen.text(
    """
    Small weights starve the plain network, and the shortcut saves it. He's weights
    are made for plain networks: with shortcuts on top each block doubles the
    variance, 2⁹ times after nine. Batch norm and the shortcut together win.
    """)
}

/// One block after the other is replaced by nothing at all.
func takeBlocksOut(of pair: TrainedPair, _ plan: Plan, on screen: Screen) throws {
  screen.section("What if a block is taken out after training?")
  let test = plan.test.first(plan.isQuick ? 500 : 2000)
  let x: Tensor<Float> = test.images()
  func accuracies<Block: TensorLayer<Float>>(_ network: BlockNetwork<Block>) -> [Double] {
    network.first.second.layers.indices.map { place in
      var cut = network
      cut.first.second.layers.remove(at: place)
      return accuracy(predicted: cut.predict(x).argmaxOfRows(), actual: test.labels)
    }
  }
  let (cutPlain, cutResidual) = (
    accuracies(pair.plain.network), accuracies(pair.residual.network)
  )
  let count = cutPlain.count
  var table = Table(header: ["without block"] + (1...count).map(String.init) + ["whole"])
  for (name, cut, whole) in [
    ("plain-20", cutPlain, pair.plain.accuracy),
    ("residual-20", cutResidual, pair.residual.accuracy),
  ] {
    table.add([name] + (cut + [whole]).map { fixed(100 * $0, 0) })
  }
  screen.table(table)
  let mean = { (values: [Double]) in values.reduce(0, +) / Double(values.count) }
  screen.text(
    """
    Test accuracy in percent; a guess is right one time in ten. Without one of its
    blocks the plain network keeps \(percent(mean(cutPlain), 1)) on average, the residual network
    \(percent(mean(cutResidual), 1)). A plain block hands on something new, that the next one needs; a
    residual block hands on what it got, and adds to it.
    """)
  try screen.write(
    Figure(
      "Test accuracy without one block",
      description: "Bars for nine blocks: the plain network falls to a guess without almost any of "
        + "them, the residual network loses much less.",
      .bars(
        BarChart(
          categories: (1...count).map { "block \($0)" },
          groups: [
            Bars("plain-20", cutPlain.map { 100 * $0 }),
            Bars("residual-20", cutResidual.map { 100 * $0 }),
          ], axis: Axis("percent right", range: 0...100)))), "blocks-taken-out")
}
