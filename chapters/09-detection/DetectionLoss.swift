import Core
import Detection
import Problems09

/// The detector's loss: three terms over one network, each divided by the number of objects.
struct DetectionLoss {
  /// What is asked of boxes.
  enum BoxTerm { case giou, iou, smoothL1 }

  let functions: FunctionsInUse
  var box = BoxTerm.giou
  /// The weight of cells with an object.
  var alpha = 0.25
  /// How much less easy cells count.
  var gamma = 2.0
  /// The weights of the terms.
  static let scoreWeight = 4.0, boxWeight = 2.0

  /// The loss, its gradient, and the three terms with their weights.
  func callAsFunction(
    _ rows: Tensor<Float>, _ canvases: [Canvas]
  ) -> (loss: Loss<Float>, terms: [Double]) {
    let (numbers, targets) = (CellNumbers(rows), CellTargets(canvases))
    let score = adaptedFocalLoss(
      logits: numbers.scores, targets: targets.isObject, alpha: alpha, gamma: gamma,
      gradient: functions.focalLoss)  // [cells, canvases]
    // Boxes and classes are asked of the cells with an object alone.
    let places = targets.places
    let box = boxLoss(numbers.offsets.rows(places), targets)  // [objects, 4]
    let label = classLoss(numbers.classes.rows(places), targets.labels)  // [objects, 10]

    // Each term has channels of its own: where they meet, in the layers below, gradients add.
    var gradient = Tensor<Float>(shape: rows.shape)
    for (row, dz) in score.gradient.scalars.enumerated() {
      gradient[row, 0] = Float(Self.scoreWeight * dz)
    }
    for (object, row) in places.enumerated() {
      for i in 0..<4 where i < 2 || !numbers.isCut[row][i - 2] {
        gradient[row, 1 + i] = Float(Self.boxWeight * box.gradient[object, i])
      }
      for i in 0..<10 { gradient[row, 5 + i] = label.gradient[object, i] }
    }
    let terms = [Self.scoreWeight * score.loss, Self.boxWeight * box.loss, Double(label.loss)]
    return ((Float(terms.reduce(0, +)), gradient), terms)
  }

  /// The loss of boxes, back to the numbers that they are made of.
  private func boxLoss(_ offsets: Matrix, _ targets: CellTargets) -> Loss<Double> {
    guard offsets.rows > 0 else { return (0, offsets) }
    let corners = boxDecode(
      offsets, cells: targets.cells, stride: Grid.stride, prior: Grid.prior)
    let (loss, dCorners) =
      switch box {
      case .giou:
        adaptedGIoULoss(
          prediction: corners, target: targets.boxes, gradient: functions.giouLoss)
      case .iou: iouLoss(prediction: corners, target: targets.boxes)
      case .smoothL1: smoothL1(inCells: corners, targets.boxes)
      }
    return (
      loss,
      adaptedBoxDecodeBackward(
        dCorners, offsets: offsets, cells: targets.cells, stride: Grid.stride,
        prior: Grid.prior, gradient: functions.boxDecode)
    )
  }

  /// Edges that are off, counted in cells and not in pixels.
  private func smoothL1(inCells corners: Matrix, _ boxes: Matrix) -> Loss<Double> {
    let (loss, gradient) = Detection.smoothL1(
      prediction: corners / Grid.stride, target: boxes / Grid.stride)
    return (loss, gradient / Grid.stride)
  }

  private func classLoss(_ logits: Tensor<Float>, _ labels: [Int]) -> Loss<Float> {
    guard !labels.isEmpty else { return (0, logits) }
    return softmaxCrossEntropy(logits: logits, labels: labels)
  }
}

/// What the detector's numbers should be.
struct CellTargets {
  /// 1 where a cell holds an object's centre, `[cells, canvases]`.
  var isObject: Matrix
  /// The rows of these cells, in the order of the objects.
  var places: [Int] = []
  /// Column and row of each such cell, `[objects, 2]`, and the object's box, `[objects, 4]`.
  var cells: Matrix, boxes: Matrix
  var labels: [Int] = []

  /// Of two objects whose centres lie in one cell, the first has it.
  init(_ canvases: [Canvas]) {
    isObject = Matrix(shape: [Grid.cells * Grid.cells, canvases.count])
    var (columnsAndRows, edges) = ([Double](), [Double]())
    for (number, canvas) in canvases.enumerated() {
      for object in canvas.objects {
        let cell = Grid.cell(of: object.box)
        guard isObject[cell, number] == 0 else { continue }
        isObject[cell, number] = 1
        places.append(cell * canvases.count + number)
        columnsAndRows += [Double(cell % Grid.cells), Double(cell / Grid.cells)]
        edges += object.box.edges
        labels.append(object.label)
      }
    }
    cells = Matrix(columnsAndRows, shape: [labels.count, 2])
    boxes = Matrix(edges, shape: [labels.count, 4])
  }
}
