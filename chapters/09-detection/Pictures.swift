import Core
import Figures

/// A canvas with boxes drawn on it.
func picture(of canvas: Canvas, _ frames: [Frame]) -> Image {
  Image(
    width: Canvas.side, height: Canvas.side, values: canvas.pixels.map { Double($0) },
    frames: frames)
}

extension Frame {
  /// A box in whole pixels, as far as it lies on the canvas.
  init(_ box: Box, kind: Kind) {
    func clipped(_ x: Double) -> Int {
      Int(max(0, min(Double(Canvas.side), x.isFinite ? x.rounded() : 0)))
    }
    let (left, top) = (clipped(box.x1), clipped(box.y1))
    self.init(
      row: top, column: left, height: max(1, clipped(box.y2) - top),
      width: max(1, clipped(box.x2) - left), kind: kind)
  }
}

/// Masks side by side as one map: the background empty, each digit's class a colour of its own.
func maskMap(_ rows: [[[Int]]], columns: [String]) -> HeatMap {
  let (side, gap) = (Canvas.side, 4)
  let width = (rows.first?.count ?? 1) * (side + gap) - gap
  var values = [Double]()
  for masks in rows {
    for y in 0..<side {
      for (number, mask) in masks.enumerated() {
        if number > 0 { values += [Double](repeating: .nan, count: gap) }
        values += (0..<side).map { x in
          let label = mask[y * side + x]
          return label == 0 ? -1 : Double(label - 1)
        }
      }
    }
    values += [Double](repeating: .nan, count: gap * width)
  }
  return HeatMap(
    values: values, rows: values.count / width, columns: width,
    xLabel: columns.joined(separator: " · "), range: -1...9)
}
