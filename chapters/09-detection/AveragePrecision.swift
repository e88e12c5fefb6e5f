/// How good lists of detections are, one list a canvas.
struct Evaluation {
  /// What a class came to.
  struct ClassResult {
    /// How many objects of the class there are.
    let objects: Int
    /// For each detection, by falling score: precision and recall down to it.
    let curve: [(recall: Double, precision: Double)]
    /// The area under the curve.
    let averagePrecision: Double
  }

  /// By class; nil where there is no object of it.
  let classes: [ClassResult?]

  /// - Parameters:
  ///   - detections: What was found on each canvas.
  ///   - canvases: What is there.
  ///   - overlap: The IoU from which on a box is right.
  init(_ detections: [[Detected]], on canvases: [Canvas], overlap: Double = 0.5) {
    classes = (0..<10).map { label in
      let objects = canvases.map { $0.objects.filter { $0.label == label }.map(\.box) }
      let count = objects.reduce(0) { $0 + $1.count }
      guard count > 0 else { return nil }
      let found = detections.indices.flatMap { index in
        detections[index].filter { $0.label == label }.map { (canvas: index, detection: $0) }
      }.sorted { $0.detection.score > $1.detection.score }
      var isTaken = objects.map { $0.map { _ in false } }
      var (right, curve) = (0, [(recall: Double, precision: Double)]())
      for (number, (canvas, detection)) in found.enumerated() {
        // Right is who meets the object that it overlaps most, and comes first.
        let overlaps = objects[canvas].map { $0.iou(with: detection.box) }
        if let best = overlaps.indices.max(by: { overlaps[$0] < overlaps[$1] }),
          overlaps[best] >= overlap, !isTaken[canvas][best]
        {
          isTaken[canvas][best] = true
          right += 1
        }
        curve.append(
          (Double(right) / Double(count), Double(right) / Double(number + 1)))
      }
      return ClassResult(objects: count, curve: curve, averagePrecision: area(under: curve))
    }
  }

  /// The mean over the classes that occur.
  var meanAveragePrecision: Double {
    let values = classes.compactMap { $0?.averagePrecision }
    return values.reduce(0, +) / Double(max(1, values.count))
  }
}

/// The area under precision over recall, each precision raised to the highest one behind it.
func area(under curve: [(recall: Double, precision: Double)]) -> Double {
  var (area, highest) = (0.0, 0.0)
  for index in curve.indices.reversed() {
    highest = max(highest, curve[index].precision)
    area += (curve[index].recall - (index == 0 ? 0 : curve[index - 1].recall)) * highest
  }
  return area
}
