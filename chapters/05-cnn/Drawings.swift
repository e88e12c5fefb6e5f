import Checking
import Core
import Figures
import Images

/// A filter at three places of an image, and the three numbers that come out.
func windowsFigure(_ x: Matrix, _ w: Matrix, _ y: Matrix) -> Figure {
  let places = [(0, 0), (0, 1), (2, 3)]
  let pictures = windows(3, at: places).map { numbers(x, [$0]) }
  return .images(
    "A filter at three of its twelve places",
    description: "An image of five by six numbers three times, with a window of three by three at "
      + "the upper left, one column further, and at the lower right; then the filter, and the "
      + "output, in which the three numbers 3, 3 and −3 are framed.",
    pictures + [numbers(w), numbers(y, windows(1, at: places))], columns: 3,
    captions: ["y₀₀ = 3", "y₀₁ = 3", "y₂₃ = −3", "w", "y"])
}

/// Square windows of one size, each in a style of its own.
func windows(_ size: Int, at places: [(row: Int, column: Int)]) -> [Frame] {
  places.enumerated().map { number, place in
    Frame(row: place.row, column: place.column, height: size, width: size, kind: .window(number))
  }
}

/// Stride, padding and dilation, each with the first windows of a filter of 3×3.
func movesFigure() -> Figure {
  func boxes(_ rows: Range<Int>, _ columns: Range<Int>) -> [Frame] {
    rows.flatMap { row in
      columns.map { Frame(row: row, column: $0, height: 1, width: 1, kind: .box) }
    }
  }
  func grid(_ size: Int, _ frames: [Frame]) -> Image {
    Image(
      width: size, height: size, values: [Double](repeating: .nan, count: size * size),
      frames: frames)
  }
  let spread = (0..<9).map { place in
    Frame(row: place / 3 * 2, column: place % 3 * 2, height: 1, width: 1, kind: .markedBox)
  }
  let ring = (0..<49).filter { !(1...5).contains($0 / 7) || !(1...5).contains($0 % 7) }
  var padded = grid(7, boxes(1..<6, 1..<6) + windows(3, at: [(0, 0), (0, 1)]))
  for place in ring { padded.values[place] = 0 }
  (padded.showsNumbers, padded.isSigned) = (true, true)
  return .images(
    "How a filter of 3×3 moves",
    description: "Four grids. With stride 1 the second window begins one column further, with "
      + "stride 2 two; with padding 1 a ring of zeros lies around the image and the first window "
      + "begins in it; with dilation 2 the nine numbers of the filter meet every other pixel.",
    [
      grid(5, boxes(0..<5, 0..<5) + windows(3, at: [(0, 0), (0, 1)])),
      grid(5, boxes(0..<5, 0..<5) + windows(3, at: [(0, 0), (0, 2)])),
      padded, grid(5, boxes(0..<5, 0..<5) + spread),
    ], columns: 4, captions: ["stride 1", "stride 2", "padding 1", "dilation 2"])
}

/// Max pooling with two windows that overlap, forward and back.
func switchFigure() -> Figure {
  let x = Matrix(rows: [[1, 0, 2, 1, 0], [0, 3, 7, 4, 1], [2, 1, 0, 5, 6]])
  let geometry = PoolingGeometry(window: 3, stride: 2)
  let dy = Matrix(rows: [[1, 2]])
  let y = maxPool2dReference(asImage(x), geometry)
  let dx = maxPool2dReferenceBackward(asImage(dy), asImage(x), geometry)
  let both = windows(3, at: [(0, 0), (0, 2)])
  let cells = windows(1, at: [(0, 0), (0, 1)])
  return .images(
    "Max pooling is a switch",
    description: "An image of three by five numbers with two windows that share a column. The 7 in "
      + "that column is the largest of both, so it gets both gradients, 1 and 2: 3.",
    [
      numbers(x, both), numbers(y.reshaped([1, 2]), cells), numbers(dy, cells),
      numbers(dx.reshaped([3, 5]), both),
    ], columns: 4, captions: ["x, two windows", "y", "dy", "dx"])
}

/// What one element sees through two convolutions and a pooling, in one direction.
func receptiveFieldFigure() -> Figure {
  /// Elements of `width` pixels each, the first at a pixel, of which some are marked.
  func row(_ count: Int, width: Int, from start: Int, marked: Range<Int>) -> Image {
    Image(
      width: 12, height: 1, values: [Double](repeating: .nan, count: 12),
      frames: (0..<count).map { element in
        Frame(
          row: 0, column: start + element * width, height: 1, width: width,
          kind: marked.contains(element) ? .markedBox : .box)
      })
  }
  return .images(
    "What one element sees: 3, 4, 8 pixels",
    description: "Four rows of boxes. One element of the last row sees three of the row above, "
      + "which see six, which see eight of the twelve pixels of the image.",
    [
      row(12, width: 1, from: 0, marked: 0..<8), row(10, width: 1, from: 1, marked: 0..<6),
      row(5, width: 2, from: 1, marked: 0..<3), row(3, width: 2, from: 3, marked: 0..<1),
    ], columns: 1,
    captions: [
      "the image: 12 pixels", "convolution of 3: each sees 3, jump 1",
      "pooling of 2, stride 2: each sees 4, jump 2", "convolution of 3: each sees 8, jump 2",
    ])
}
