import Core
import Datasets

/// A digit on a canvas: where it is, and which one.
struct Object {
  let box: Box
  let label: Int
}

/// Black, 56×56 pixels, with one to three digits of MNIST on it.
struct Canvas {
  static let side = 56

  /// Brightness, 0 to 1, row after row.
  var pixels = [Float](repeating: 0, count: side * side)
  /// What stands on it, first drawn first.
  var objects: [Object] = []
  /// For each pixel 0, or the class of its digit plus 1.
  var mask = [UInt8](repeating: 0, count: side * side)
}

/// Canvases to train or to test with.
struct Canvases {
  let all: [Canvas]
  /// Their pixels, `[count, 1, 56, 56]`.
  let x: Tensor<Float>

  init(_ canvases: [Canvas]) {
    all = canvases
    x = Tensor(
      canvases.flatMap(\.pixels), shape: [canvases.count, 1, Canvas.side, Canvas.side])
  }

  func first(_ n: Int) -> Canvases { Canvases(Array(all.prefix(n))) }
}

extension Canvases {
  /// Draws canvases: digits at random, each of a random size at a random place.
  ///
  /// A digit that would overlap another one by an IoU above 0.1 is drawn elsewhere, and left out after
  /// twenty attempts, as is an image without ink.
  init(_ count: Int, from images: ImageData, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var resizing = [Int: Tensor<Float>]()
    for side in Canvas.smallest...Canvas.largest {
      resizing[side] = resizingMatrix(from: images.height, to: side)
    }
    let isSquare = images.height == images.width
    self.init(
      (0..<count).map { _ in
        var canvas = Canvas()
        for _ in 0...generator.integer(below: 3) {
          let place = generator.integer(below: images.count)
          let side =
            Canvas.smallest + generator.integer(below: Canvas.largest - Canvas.smallest + 1)
          let image = images.samples(at: [place]).inputs(as: Float.self)
            .reshaped([images.height, images.width])
          guard let rows = resizing[side] else { continue }
          let columns = isSquare ? rows : resizingMatrix(from: images.width, to: side)
          // Rows and columns are resized one after the other.
          let digit = matmul(matmul(rows, image), columns.T)  // [side, side]
          canvas.paste(digit, label: images.labels[place], using: &generator)
        }
        return canvas
      })
  }
}

extension Canvas {
  /// The sides of digits.
  fileprivate static let (smallest, largest) = (16, 28)
  /// What is brighter is ink.
  static let threshold: Float = 0.2

  /// Puts a digit at a place that is free, by the larger of old and new pixel.
  fileprivate mutating func paste(
    _ digit: Tensor<Float>, label: Int, using generator: inout SplitMix64
  ) {
    let (side, ink) = (digit.rows, digit.scalars)
    guard let bounds = tightBounds(of: ink, side: side) else { return }
    for _ in 0..<20 {
      let left = generator.integer(below: Canvas.side - side + 1)
      let top = generator.integer(below: Canvas.side - side + 1)
      let box = bounds.moved(x: Double(left), y: Double(top))
      guard objects.allSatisfy({ $0.box.iou(with: box) <= 0.1 }) else { continue }
      objects.append(Object(box: box, label: label))
      for y in 0..<side {
        let start = (top + y) * Canvas.side + left
        for x in 0..<side {
          let (value, place) = (ink[y * side + x], start + x)
          guard value > pixels[place] else { continue }
          pixels[place] = value
          if value > Canvas.threshold { mask[place] = UInt8(label + 1) }
        }
      }
      return
    }
  }
}

/// The smallest box around all ink; nil where there is none.
private func tightBounds(of pixels: [Float], side: Int) -> Box? {
  var (x1, y1, x2, y2) = (side, side, 0, 0)
  for y in 0..<side {
    for x in 0..<side where pixels[y * side + x] > Canvas.threshold {
      (x1, y1, x2, y2) = (min(x1, x), min(y1, y), max(x2, x + 1), max(y2, y + 1))
    }
  }
  return x1 < x2 ? Box(Double(x1), Double(y1), Double(x2), Double(y2)) : nil
}

/// Makes n pixels of `size`: each a mean of its neighbours, weighted by a triangle that is one new
/// pixel wide to each side, or one old one where that is wider. `[n, size]`
private func resizingMatrix(from size: Int, to n: Int) -> Tensor<Float> {
  let scale = Double(size) / Double(n)
  let reach = max(scale, 1)
  var rows = [[Float]]()
  for i in 0..<n {
    let centre = (Double(i) + 0.5) * scale
    let weights = (0..<size).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
    let sum = weights.reduce(0, +)
    rows.append(weights.map { Float($0 / sum) })
  }
  return Tensor(rows: rows)
}
