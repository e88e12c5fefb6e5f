/// A box in pixels: x to the right, y down; x2 and y2 are the first coordinates outside.
struct Box: Equatable {
  var (x1, y1, x2, y2): (Double, Double, Double, Double)

  init(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
    (self.x1, self.y1, self.x2, self.y2) = (x1, y1, x2, y2)
  }

  static func == (a: Box, b: Box) -> Bool { a.edges == b.edges }

  var edges: [Double] { [x1, y1, x2, y2] }
  var width: Double { x2 - x1 }
  var height: Double { y2 - y1 }
  var area: Double { width * height }
  var centre: (x: Double, y: Double) { ((x1 + x2) / 2, (y1 + y2) / 2) }

  func moved(x: Double, y: Double) -> Box { Box(x1 + x, y1 + y, x2 + x, y2 + y) }

  /// Intersection over union, 0 for boxes that do not meet, 1 for equal ones.
  func iou(with other: Box) -> Double {
    let width = min(x2, other.x2) - max(x1, other.x1)
    let height = min(y2, other.y2) - max(y1, other.y1)
    guard width > 0, height > 0 else { return 0 }
    let intersection = width * height
    return intersection / (area + other.area - intersection)
  }
}

/// What a detector says: a box, a class, and how sure it is.
struct Detected {
  let box: Box
  let label: Int
  let score: Double
  /// How sure it is that there is anything at all.
  var objectness = 1.0
}

/// Keeps of each class the surest box, and of those that overlap it by an IoU above 0.5 none; then the
/// surest of what is left, and so on.
func suppressed(_ detections: [Detected], above limit: Double = 0.5) -> [Detected] {
  var kept = [Detected]()
  for detection in detections.sorted(by: { $0.score > $1.score })
  where !kept.contains(where: {
    $0.label == detection.label && $0.box.iou(with: detection.box) > limit
  }) {
    kept.append(detection)
  }
  return kept
}
