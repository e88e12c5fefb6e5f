import Core
import Figures
import Running

/// A training of the U-Net, and what it says of the test canvases.
struct Segmentation {
  let name: String
  let stepLosses: [Double]
  /// After each epoch.
  let scores: [SegmentationScore]
  /// The classes of the first test canvases' pixels.
  let masks: [[Int]]
}

/// Trains a U-Net on some first weights of its encoder.
func segment(
  _ name: String, _ encoder: Encoder, hasSkips: Bool = true, _ loss: SegmentationLoss,
  _ plan: Plan, on screen: Screen
) throws -> Segmentation {
  var generator = SplitMix64(seed: plan.seed + 1)
  var network = uNet(
    encoder, outputs: PixelLabels.classes, hasSkips: hasSkips, loss.functions,
    using: &generator)
  return try train(&network, name, loss, plan, on: screen)
}

private func train<Network: TensorLayer<Float>>(
  _ network: inout Network, _ name: String, _ loss: SegmentationLoss, _ plan: Plan,
  on screen: Screen
) throws -> Segmentation {
  let recipe = plan.segmentationRecipe
  let labels = PixelLabels(recipe.canvases)
  let test = plan.test.first(plan.isQuick ? 20 : 200)
  var scores = [SegmentationScore]()
  let (stepLosses, _) = try recipe.train(
    &network, on: screen, loss: { logits, places in loss(logits, labels.rows(places)) },
    afterEpoch: { epoch, value, network in
      let score = network.segmentationScore(on: test)
      scores.append(score)
      screen.text(
        "  \(name), epoch \(epoch)   loss \(fixed(value, 3))   ink \(fixed(score.ink, 3))   digits "
          + fixed(score.digits, 3))
    })
  return Segmentation(
    name: name, stepLosses: stepLosses, scores: scores, masks: network.segment(plan.test.first(4)))
}

/// The U-Net from the detector's weights, and beside it from random ones and without its skips.
func compareUNets(
  _ functions: FunctionsInUse, _ trained: TrainedDetector, _ plan: Plan, on screen: Screen
) throws {
  screen.section("And which pixel belongs to which digit?")
  let recipe = plan.segmentationRecipe
  screen.text(
    """
    The U-Net: the detector's five blocks down to 7×7, three more up again. \(grouped(recipe.seen))
    canvases, batches of \(recipe.batch); cross-entropy + Dice. IoU on test canvases, of ink
    with ink, and the mean over the ten digits:

    """)
  let loss = SegmentationLoss(functions: functions)
  var generator = SplitMix64(seed: plan.seed + 2)
  let encoder = Encoder(of: trained.network)
  let first = try segment("detector's encoder", encoder, loss, plan, on: screen)
  var runs = [first]
  if plan.isWhole {
    runs += [
      try segment("random encoder", Encoder(using: &generator), loss, plan, on: screen),
      try segment("without skips", encoder, hasSkips: false, loss, plan, on: screen),
    ]
  }
  var table = Table("", "ink", "digits")
  for run in runs {
    table.add(
      run.name, fixed(run.scores.last?.ink ?? 0, 3), fixed(run.scores.last?.digits ?? 0, 3))
  }
  screen.text("")
  screen.table(table)
  let span = max(1, (first.stepLosses.count + 19) / 20)
  try screen.write(
    .lines(
      "U-Net: loss, step by step",
      description:
        "Falling curves. The one that begins with the detector's encoder falls fastest; "
        + "from random weights the loss stays high for long.",
      x: "step", y: "loss",
      runs.map { Series($0.name, y: smoothed($0.stepLosses, over: span), from: 1) }
    ), "u-net-loss")
  try drawMasks(runs, plan, on: screen)
}

/// The truth beside what was said, with skips and without.
private func drawMasks(_ runs: [Segmentation], _ plan: Plan, on screen: Screen) throws {
  let shown = [runs.first, runs.count > 2 ? runs.last : nil].compactMap { $0 }
    .filter { !$0.masks.isEmpty }
  let canvases = plan.test.all.prefix(3)
  let rows = canvases.enumerated().map { index, canvas in
    [canvas.mask.map { Int($0) }] + shown.map { $0.masks[index] }
  }
  try screen.write(
    .heatMap(
      "Masks: the truth, with skips, without",
      description:
        "Three test canvases, one a row, each digit in the colour of its class: the truth, what "
        + "the U-Net says, and what it says without skips, whose edges are blurred into blocks.",
      maskMap(rows, columns: Array(["truth", "with skips", "without"].prefix(1 + shown.count)))),
    "masks")
}
