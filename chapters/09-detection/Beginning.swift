import Checking
import Core
import Detection
import Figures
import Problems09
import Running

/// What is looked for, and how it is said in numbers.
func showCanvases(_ plan: Plan, on screen: Screen) throws {
  screen.section("What is on a canvas?")
  let canvases = plan.train.all
  let objects = canvases.reduce(0) { $0 + $1.objects.count }
  let ink = canvases.reduce(0) { $0 + $1.mask.count { $0 > 0 } }
  let perCanvas = Double(objects) / Double(canvases.count)
  screen.text(
    """
    \(grouped(canvases.count)) canvases of 56×56 pixels to train with, \(grouped(plan.test.all.count)) to test: MNIST's
    digits, one to three, 16 to 28 pixels large. Seed \(plan.seed).
    """)
  if let canvas = canvases.first {
    var table = Table("object", "x1", "y1", "x2", "y2", "cell", "σ(t0)", "σ(t1)", "t2", "t3")
    for object in canvas.objects {
      let (box, cell) = (object.box, Grid.cell(of: object.box))
      let (column, row) = (cell % Grid.cells, cell / Grid.cells)
      table.add(
        ["a \(object.label)"] + box.edges.map { fixed($0, 0) } + ["\(column), \(row)"]
          + [
            box.centre.x / Grid.stride - Double(column),
            box.centre.y / Grid.stride - Double(row),
            Double.log(box.width / Grid.prior), Double.log(box.height / Grid.prior),
          ].map { fixed($0, 3) })
    }
    screen.text("\nThe first canvas, and the four numbers that would give each box:\n")
    screen.table(table)
  }
  let all = Grid.cells * Grid.cells
  screen.text(
    """

    Of \(all) cells \(fixed(perCanvas, 2)) hold an object on average, \(percent(perCanvas / Double(all), 1)); of the pixels \(percent(Double(ink) / Double(canvases.count * Canvas.side * Canvas.side), 1))
    are ink.
    """)
  let shown = Array(canvases.prefix(4))
  try screen.figure(
    .images(
      "Four canvases and their boxes",
      description: "Handwritten digits of several sizes on black, each with a tight box around it.",
      shown.map { canvas in
        picture(of: canvas, canvas.objects.map { Frame($0.box, kind: .window(0)) })
      }, columns: 4,
      captions: shown.map { $0.objects.map { "\($0.label)" }.joined(separator: ", ") }),
    "canvases")
}

/// Where the gradient of the scores comes from: from cells with an object, or from the empty ones.
func showEmptyCells(_ trained: TrainedDetector, _ plan: Plan, on screen: Screen) {
  screen.section("Who speaks in the gradient, the objects or the empty cells?")
  let canvases = plan.test.first(64)
  let targets = CellTargets(canvases.all).isObject
  var generator = SplitMix64(seed: plan.seed)
  var table = Table("", "from empty cells", "empty", "objects")
  for (name, network) in [
    ("untrained", detector(using: &generator)), ("trained", trained.network),
  ] {
    let scores = CellNumbers(network(canvases.x)).scores
    for (gamma, alpha) in [(0.0, 0.5), (2, 0.5), (2, 0.25)] {
      let dz = focalLoss(logits: scores, targets: targets, alpha: alpha, gamma: gamma).gradient
      let sizes: Matrix = dz.map { abs($0) }
      let none: Matrix = 1 - targets
      let all = sizes.sum()
      let empty = (sizes * none).sum()
      table.add(
        "\(name), γ = \(fixed(gamma, 0)), α = \(alpha)", percent(empty / max(all, 1e-300), 1),
        significant(empty, 2), significant(all - empty, 2))
    }
  }
  screen.table(table)
  screen.text(
    """

    The sum of |dz| over the cells of \(canvases.all.count) test canvases. γ = 0 with α = ½ is plain
    cross-entropy, halved.
    """)
}

/// What each edge of a box is told by three losses.
func showEdges(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("What are the four edges told?")
  let pairs: [(name: String, box: [Double], target: [Double])] = [
    ("overlapping", [1, 1, 5, 6], [3, 2, 8, 7]),
    ("nested", [13, 3, 16, 5], [11, 1, 19, 7]),
    ("disjoint", [22, 4, 25, 7], [28, 1, 32, 4]),
  ]
  var table = Table("pair", "loss", "value", "dx1", "dy1", "dx2", "dy2")
  var series = [
    Series("target", points: pairs.flatMap { outline($0.target) }),
    Series("box", points: pairs.flatMap { outline($0.box) }),
  ]
  var arrows = [Point]()
  for (name, box, target) in pairs {
    let (p, t) = (Matrix(rows: [box]), Matrix(rows: [target]))
    let giou = adaptedGIoULoss(prediction: p, target: t, gradient: functions.giouLoss)
    for (loss, value) in [
      ("smooth L1", Detection.smoothL1(prediction: p, target: t)),
      ("IoU", iouLoss(prediction: p, target: t)), ("GIoU", giou),
    ] {
      table.add(
        [loss == "smooth L1" ? name : "", loss, fixed(value.loss, 3)]
          + value.gradient.scalars.map { fixed($0, 3) })
    }
    arrows += descent(box, giou.gradient.scalars)
  }
  series.append(Series("downhill by GIoU, ×20", points: arrows))
  screen.table(table)
  screen.text(
    """

    The nested box hears from IoU what all its edges should do, the disjoint one
    nothing: four zeros. GIoU draws the hull together. Smooth L1 pulls each edge
    by itself, and as hard at a large box as at a small one.
    """)
  try screen.figure(
    .lines(
      "Which way the edges go",
      description: "Three boxes beside their targets; from the middle of each edge a line shows "
        + "which way the GIoU loss falls, and how steeply. The disjoint box has such lines too.",
      x: Axis("x", range: 0...33), y: Axis("y", range: 0...11), series), "edges")
}

/// The way around a box, and a gap.
private func outline(_ edges: [Double]) -> [Point] {
  let (x1, y1, x2, y2) = (edges[0], edges[1], edges[2], edges[3])
  return [
    Point(x1, y1), Point(x2, y1), Point(x2, y2), Point(x1, y2), Point(x1, y1), Point(.nan, .nan),
  ]
}

/// From the middle of each edge against its gradient, with a head.
private func descent(_ edges: [Double], _ gradient: [Double]) -> [Point] {
  let (x, y) = ((edges[0] + edges[2]) / 2, (edges[1] + edges[3]) / 2)
  return (0..<4).flatMap { edge -> [Point] in
    let length = -20 * gradient[edge]
    guard abs(length) > 0.05 else { return [] }
    let head = (length > 0 ? -1.0 : 1.0) * min(0.5, abs(length) / 2)
    let isX = edge % 2 == 0
    let start = isX ? Point(edges[edge], y) : Point(x, edges[edge])
    func moved(along: Double, across: Double) -> Point {
      isX
        ? Point(start.x + along, start.y + across) : Point(start.x + across, start.y + along)
    }
    return [
      start, moved(along: length, across: 0), moved(along: length + head, across: 0.3),
      moved(along: length, across: 0), moved(along: length + head, across: -0.3),
      Point(.nan, .nan),
    ]
  }
}
