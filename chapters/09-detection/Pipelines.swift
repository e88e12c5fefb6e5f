import Core
import Detection
import Running
import Training

/// Multiply-adds of convolutions and dense layers: 9·inputs·outputs at each position of a convolution.
private enum Cost {
  /// The first three blocks on a whole canvas.
  static let features =
    convolution(1, 8, 56) + convolution(8, 16, 28) + convolution(16, 32, 14)
  static let detector =
    features + convolution(32, 64, 7) + convolution(64, 64, 7) + Double(64 * 15 * 49)
  static let crop = convolution(1, 8, 28) + convolution(8, 16, 14) + Double(784 * 10)
  static let region = Double(512 * 64 + 64 * 10)

  private static func convolution(_ inputs: Int, _ outputs: Int, _ side: Int) -> Double {
    Double(9 * inputs * outputs * side * side)
  }
}

/// From R-CNN to one pass: the same canvases through each.
func comparePipelines(_ trained: TrainedDetector, _ plan: Plan, on screen: Screen) throws {
  screen.section("How did one get here? From R-CNN to one pass")
  let test = plan.test
  let train = plan.train.first(plan.isQuick ? 100 : 3000)
  let epochs = plan.isQuick ? 1 : 3
  let ink = test.all.map { connectedInk($0) }
  let crops = try cropDetections(ink, train, test, epochs, plan, on: screen)
  let network = try regionNetwork(train, epochs, plan, on: screen)
  // The detector's six boxes that are surest to hold something, whatever their class.
  let proposals = trained.raw.map { Array(suppressed($0.map(\.anyDigit)).prefix(6)) }
  func mean<Element>(_ lists: [[Element]]) -> Double {
    Double(lists.map(\.count).reduce(0, +)) / Double(max(1, lists.count))
  }
  let (inkBoxes, proposalBoxes) = (mean(ink), mean(proposals))
  let fast = classified(ink.map { $0.map { ($0, 1.0) } }, by: network, test)
  let faster = classified(
    proposals.map { $0.map { ($0.box, $0.objectness) } }, by: network, test)
  var table = Table("", "boxes from", "boxes", "multiply-adds", "mAP 0.5", "mAP 0.75")
  func add(_ name: String, _ origin: String, _ boxes: Double, _ cost: Double, _ found: [[Detected]])
  {
    let half = Evaluation(found, on: test.all).meanAveragePrecision
    let strict = Evaluation(found, on: test.all, overlap: 0.75).meanAveragePrecision
    table.add(
      name, origin, fixed(boxes, 1), grouped(Int(cost / 10_000) * 10_000), fixed(half, 3),
      fixed(strict, 3))
  }
  add("R-CNN", "connected ink", inkBoxes, inkBoxes * Cost.crop, crops)
  add("Fast R-CNN", "connected ink", inkBoxes, Cost.features + inkBoxes * Cost.region, fast)
  add(
    "Faster R-CNN", "a network", proposalBoxes,
    Cost.detector + Cost.features + proposalBoxes * Cost.region, faster)
  add("one pass", "itself", 49, Cost.detector, trained.found)
  screen.table(table)
  screen.text(
    """

    On black, ink that hangs together is a digit or several that touch: its boxes
    are nearly perfect or quite wrong. A photograph has no ink, and R-CNN took two
    thousand boxes of it. The six proposals hold \(percent(recall(proposals, test.all), 1)) of the objects.
    """)
}

extension Detected {
  /// The same, as a proposal: something is there.
  fileprivate var anyDigit: Detected {
    Detected(box: box, label: 0, score: objectness, objectness: objectness)
  }
}

/// R-CNN: each box cut out, resized, and through a network of its own.
private func cropDetections(
  _ boxes: [[Box]], _ train: Canvases, _ test: Canvases, _ epochs: Int, _ plan: Plan,
  on screen: Screen
) throws -> [[Detected]] {
  let samples = train.all.flatMap { canvas in
    canvas.objects.map { (pixels: crop(canvas, $0.box), label: $0.label) }
  }
  guard !samples.isEmpty else { return boxes.map { _ in [] } }
  let x = Tensor(samples.flatMap(\.pixels), shape: [samples.count, 1, 28, 28])
  var generator = SplitMix64(seed: plan.seed)
  var (network, context) = (cropNetwork(using: &generator), Context.training(seed: plan.seed))
  var adam = Adam<Float>(learningRate: 0.003)
  for _ in 0..<epochs {
    for places in Batches(of: samples.count, size: 64, using: &context.generator) {
      _ = network.trainingStep(
        x.rows(places), labels: places.map { samples[$0].label }, with: &adam, in: &context)
    }
  }
  return zip(test.all, boxes).map { canvas, boxes in
    guard !boxes.isEmpty else { return [] }
    let images = Tensor(
      boxes.flatMap { crop(canvas, $0) }, shape: [boxes.count, 1, 28, 28])
    return detections(boxes.map { ($0, 1) }, network(images))
  }
}

/// Boxes with the class that each row of logits says.
private func detections(
  _ boxes: [(box: Box, score: Double)], _ logits: Tensor<Float>
) -> [Detected] {
  let (p, labels) = (softmax(logits), logits.argmaxOfRows())
  return boxes.indices.map {
    Detected(
      box: boxes[$0].box, label: labels[$0],
      score: boxes[$0].score * Double(p[$0, labels[$0]]))
  }
}

/// Fast R-CNN's network, trained on the true boxes.
private func regionNetwork(
  _ train: Canvases, _ epochs: Int, _ plan: Plan, on screen: Screen
) throws -> RegionNetwork {
  var generator = SplitMix64(seed: plan.seed)
  var (network, context) = (
    RegionNetwork(using: &generator), Context.training(seed: plan.seed)
  )
  var adam = Adam<Float>(learningRate: 0.003)
  for _ in 0..<epochs {
    for places in Batches(of: train.all.count, size: 32, using: &context.generator) {
      let canvases = places.map { train.all[$0] }
      let regions = canvases.enumerated().flatMap { number, canvas in
        canvas.objects.map { Region($0.box, image: number) }
      }
      guard !regions.isEmpty else { continue }
      _ = network.trainingStep(
        (train.x.rows(places), regions),
        labels: canvases.flatMap { $0.objects.map(\.label) }, with: &adam, in: &context)
    }
  }
  return network
}

/// What a network of regions says of boxes on the test canvases.
private func classified(
  _ boxes: [[(box: Box, score: Double)]], by network: RegionNetwork, _ test: Canvases
) -> [[Detected]] {
  stride(from: 0, to: boxes.count, by: 100).flatMap { start -> [[Detected]] in
    let range = start..<min(start + 100, boxes.count)
    let regions = range.flatMap { canvas in
      boxes[canvas].map { Region($0.box, image: canvas - start) }
    }
    guard !regions.isEmpty else { return range.map { _ in [] } }
    let logits = network((test.x.rows(range), regions))
    var next = 0
    return range.map { canvas in
      let rows = next..<next + boxes[canvas].count
      next = rows.upperBound
      return rows.isEmpty
        ? [] : suppressed(detections(boxes[canvas], logits.rows(rows)))
    }
  }
}
