import Checkpoints
import Core
import Figures
import Foundation
import Running

/// A detector that has been trained, and what it finds on the test canvases.
struct TrainedDetector {
  let network: Detector
  let stepLosses: [Double]
  /// On each test canvas, before suppression.
  let raw: [[Detected]]

  /// After suppression.
  var found: [[Detected]] { raw.map { suppressed($0) } }
}

extension Recipe {
  /// Trains a detector, from random weights or those of a file.
  func trainDetector(
    _ loss: DetectionLoss, _ plan: Plan, on screen: Screen, prints: Bool = false
  ) throws -> (detector: TrainedDetector, checkpoint: Checkpoint) {
    var generator = SplitMix64(seed: seed)
    var network = detector(using: &generator)
    let (all, terms) = (canvases.all, Terms())
    let (stepLosses, checkpoint) = try train(
      &network, on: screen,
      loss: { rows, places in
        let result = loss(rows, places.map { all[$0] })
        terms.add(result.terms, places.count)
        return result.loss
      },
      afterEpoch: { epoch, value, _ in
        let means = terms.takeMeans().map { fixed($0, 3) }
        guard prints else { return }
        let parts = "objects \(means[0])   boxes \(means[1])   classes \(means[2])"
        screen.text("  epoch \(epoch)   loss \(fixed(value, 3))   \(parts)")
      })
    let raw = network.detect(on: plan.test)
    return (TrainedDetector(network: network, stepLosses: stepLosses, raw: raw), checkpoint)
  }
}

/// The means of the loss's three terms over an epoch.
private final class Terms {
  private var (sums, count) = ([0.0, 0.0, 0.0], 0)

  func add(_ terms: [Double], _ canvases: Int) {
    for i in 0..<3 { sums[i] += terms[i] * Double(canvases) }
    count += canvases
  }

  func takeMeans() -> [Double] {
    defer { (sums, count) = ([0, 0, 0], 0) }
    return sums.map { $0 / Double(max(1, count)) }
  }
}

/// Trains the detector that the chapter is about, and looks at what it finds.
func trainDetector(
  _ functions: FunctionsInUse, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws -> TrainedDetector {
  screen.section("Does it find them?")
  var recipe = plan.detectorRecipe(options)
  recipe.saved = try options.load.map { try Checkpoint(contentsOf: $0.path) }
  recipe.file = options.save
  var generator = SplitMix64(seed: 0)
  screen.text(
    """
    The detector: 1-8-16-32-64-64 channels, \(grouped(detector(using: &generator).parameters.count)) parameters; \(grouped(recipe.seen)) canvases,
    batches of \(recipe.batch), Adam, one cycle up to 0.01; 4·focal + 2·GIoU + cross-entropy.

    """)
  let start = ContinuousClock.now
  let (trained, checkpoint) = try recipe.trainDetector(
    DetectionLoss(functions: functions), plan, on: screen, prints: true)
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  let (half, strict) = (
    Evaluation(trained.found, on: plan.test.all),
    Evaluation(trained.found, on: plan.test.all, overlap: 0.75)
  )
  var table = Table(header: ["AP"] + (0..<10).map(String.init) + ["mean"])
  for (name, result) in [("IoU 0.5", half), ("IoU 0.75", strict)] {
    let cells = result.classes.map { $0.map { fixed($0.averagePrecision, 2) } ?? "none" }
    table.add([name] + cells + [fixed(result.meanAveragePrecision, 3)])
  }
  screen.text(
    "\nOn \(grouped(plan.test.all.count)) test canvases, after \(Int(seconds.rounded())) s:\n")
  screen.table(table)
  if let file = options.save {
    var saved = checkpoint
    saved.metadata["mean average precision"] = fixed(half.meanAveragePrecision, 4)
    try saved.save(to: file.path)
    screen.text("The network is saved in \(file.path).")
  }
  try drawPrecision(half, on: screen)
  try drawDetections(trained, plan, on: screen)
  return trained
}

private func drawPrecision(_ result: Evaluation, on screen: Screen) throws {
  let known = result.classes.enumerated().compactMap { label, value in
    value.map { (label: label, result: $0) }
  }.sorted { $0.result.averagePrecision > $1.result.averagePrecision }
  guard let best = known.first, let worst = known.last else { return }
  func series(_ name: String, _ curve: [(recall: Double, precision: Double)]) -> Series {
    Series(name, x: curve.map(\.recall), y: curve.map(\.precision))
  }
  try screen.figure(
    .lines(
      "Precision over recall, IoU 0.5",
      description:
        "Precision stays near 1 while recall grows, and falls at the end; the curve of the "
        + "worst class falls earlier.", x: Axis("recall", range: 0...1),
      y: Axis("precision", range: 0...1),
      [
        series("best: \(best.label)", best.result.curve),
        series("worst: \(worst.label)", worst.result.curve),
      ]), "precision-recall")
}

/// Canvases on which all is right, and those on which most is wrong.
private func drawDetections(
  _ trained: TrainedDetector, _ plan: Plan, on screen: Screen
) throws {
  let canvases = plan.test.all
  let shown = trained.found.map { $0.filter { $0.score > 0.3 } }
  func isRight(_ detected: Detected, on canvas: Canvas) -> Bool {
    canvas.objects.contains {
      $0.label == detected.label && $0.box.iou(with: detected.box) >= 0.5
    }
  }
  func wrong(_ index: Int) -> Int {
    let right = shown[index].count { isRight($0, on: canvases[index]) }
    return shown[index].count + canvases[index].objects.count - 2 * right
  }
  let crowded = canvases.indices.filter { canvases[$0].objects.count > 1 }
  let order = crowded.sorted { (wrong($0), $0) < (wrong($1), $1) }
  let chosen = Array(order.prefix(4) + order.suffix(4).reversed())
  try screen.figure(
    .images(
      "Right, and wrong",
      description:
        "Eight test canvases with the boxes that were found. Above each box is right. Below "
        + "are the worst: a digit that was missed, one that was taken for another, a box too many.",
      chosen.map { index in
        picture(
          of: canvases[index],
          shown[index].map {
            Frame($0.box, kind: .window(isRight($0, on: canvases[index]) ? 0 : 1))
          })
      }, columns: 4,
      captions: chosen.map { index in
        let says = shown[index].map { "\($0.label)" }.joined(separator: ",")
        return says.isEmpty ? "none" : says
      }), "detections")
  screen.text(
    """
    Drawn through: right. Dashed: wrong. Above each canvas what was found there,
    with a score above 0.3.
    """)
}

/// What suppression is worth.
func showSuppression(_ trained: TrainedDetector, _ plan: Plan, on screen: Screen) {
  screen.section("What does suppression do?")
  var table = Table("boxes kept", "a canvas", "mAP 0.5", "mAP 0.75")
  for (name, limit) in [
    ("all", 2.0), ("IoU ≤ 0.8", 0.8), ("IoU ≤ 0.5", 0.5), ("IoU ≤ 0.2", 0.2),
  ] {
    let kept = trained.raw.map { suppressed($0, above: limit) }
    let count = kept.reduce(0) { $0 + $1.count }
    table.add(
      name, fixed(Double(count) / Double(max(1, kept.count)), 2),
      fixed(Evaluation(kept, on: plan.test.all).meanAveragePrecision, 3),
      fixed(Evaluation(kept, on: plan.test.all, overlap: 0.75).meanAveragePrecision, 3))
  }
  screen.table(table)
  screen.text(
    """

    A canvas has two objects on average. Suppression sorts by score, and keeps or
    drops: nothing in it has a slope. It is no part of the loss.
    """)
}

/// The same detector with other losses.
func compareLosses(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("Which loss?")
  let recipe = Recipe(
    name: "losses", canvases: plan.train.first(plan.compared), epochs: plan.comparedEpochs,
    batch: plan.batch, seed: plan.seed)
  screen.text("\(grouped(recipe.seen)) canvases each, the same first weights and order.\n")
  var table = Table("loss", "mAP 0.5", "mAP 0.75", "objects found")
  let usual = DetectionLoss(functions: functions)
  var (plain, iou, smooth) = (usual, usual, usual)
  (plain.alpha, plain.gamma) = (0.5, 0)
  iou.box = .iou
  smooth.box = .smoothL1
  for (name, loss) in [
    ("focal, GIoU", usual), ("cross-entropy (γ = 0, α = 0.5), GIoU", plain), ("focal, IoU", iou),
    ("focal, smooth L1", smooth),
  ] {
    let found = try recipe.trainDetector(loss, plan, on: screen).detector.found
    table.add(
      name, fixed(Evaluation(found, on: plan.test.all).meanAveragePrecision, 3),
      fixed(Evaluation(found, on: plan.test.all, overlap: 0.75).meanAveragePrecision, 3),
      percent(recall(found, plan.test.all), 1))
  }
  screen.table(table)
}

/// The share of objects that some box overlaps by an IoU of 0.5, whatever its class.
func recall(_ found: [[Detected]], _ canvases: [Canvas]) -> Double {
  var (hits, count) = (0, 0)
  for (canvas, boxes) in zip(canvases, found) {
    count += canvas.objects.count
    hits += canvas.objects.count { object in
      boxes.contains { $0.box.iou(with: object.box) >= 0.5 }
    }
  }
  return Double(hits) / Double(max(1, count))
}
