import Checking
import Core
import Datasets
import Figures
import Images
import Running

/// Two filters of nine numbers each, set by hand, and what they find in a digit.
func filterADigit(_ test: ImageData, on screen: Screen) throws {
  screen.section("What does a filter see?")
  let bar = Matrix(
    rows: [
      [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 0, 0], [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
    ])
  let edges = convolve(bar, with: upright)
  screen.text("A white bar on black, 5×6, and a filter that looks for upright edges:\n")
  screen.text(beside([("x", bar), ("w", upright), ("y = w ⋆ x", edges)]))
  screen.text(
    """

    Each y is a sum of nine products, the window of x below the filter times w:
    positive at the bar's left edge, negative at its right. Nine numbers serve all
    twelve places; a dense layer would need \(bar.count) weights for each of them.
    """)
  try screen.write(windowsFigure(bar, upright, edges), "windows")

  let place = test.labels.firstIndex(of: 5) ?? 0
  let digit = picture(test, place)
  let found = [digit, convolve(digit, with: upright), convolve(digit, with: level)]
  func figure(_ pictures: [Matrix], _ captions: [String]) -> Figure {
    .images(
      "A digit, and where two filters find edges",
      description: "A handwritten five; its upright edges, positive on the left side of each "
        + "stroke and negative on the right; its level edges, positive above, negative below.",
      pictures.enumerated().map { image($1, isSigned: $0 > 0) }, columns: 3, captions: captions)
  }
  screen.draw(figure(Array(found.prefix(2)), ["the digit", "upright edges"]))
  try screen.write(figure(found, ["the digit", "upright edges", "level edges"]), "edges")
}

/// A filter for edges that run up and down: bright on the right minus bright on the left.
private let upright = Matrix(rows: [[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])

/// The same for edges that run from left to right.
private let level = Matrix(rows: [[-1, -1, -1], [0, 0, 0], [1, 1, 1]])

/// One image, one filter, no bias: a matrix for each.
func convolve(
  _ x: Matrix, with filter: Matrix, _ geometry: ConvolutionGeometry = ConvolutionGeometry()
) -> Matrix {
  let y = conv2dReference(
    asImage(x), weight: asImage(filter), bias: Matrix(shape: [1]), geometry)
  return y.reshaped([y.shape[2], y.shape[3]])
}

/// A matrix as one image of one channel.
func asImage(_ matrix: Matrix) -> Matrix { matrix.reshaped([1, 1] + matrix.shape) }

/// A test image as a matrix, from 0 to 1.
func picture(_ set: ImageData, _ place: Int) -> Matrix {
  let size = set.height * set.width
  return Matrix(
    set.pixels[place * size..<(place + 1) * size].map { Double($0) / 255 },
    shape: [set.height, set.width])
}

/// A matrix as a picture.
func image(_ matrix: Matrix, isSigned: Bool) -> Image {
  Image(
    width: matrix.columns, height: matrix.rows, values: matrix.scalars, isSigned: isSigned)
}

/// A small matrix as a picture with its numbers, and the windows that are meant.
func numbers(_ matrix: Matrix, _ frames: [Frame] = []) -> Image {
  Image(
    width: matrix.columns, height: matrix.rows, values: matrix.scalars, isSigned: true,
    showsNumbers: true, frames: frames)
}

/// Small matrices in print, side by side, each under its name.
func beside(_ matrices: [(name: String, value: Matrix)]) -> String {
  let height = matrices.map(\.value.rows).max() ?? 0
  let blocks = matrices.map { name, matrix in
    let cells = (0..<matrix.rows).map { row in
      (0..<matrix.columns).map { short(matrix[row, $0]) }
    }
    let width = cells.joined().map(\.count).max() ?? 0
    var lines = [name] + cells.map { $0.map { pad($0, width) }.joined(separator: " ") }
    lines += [String](repeating: "", count: height - matrix.rows)
    let full = lines.map(\.count).max() ?? 0
    return lines.map { $0 + String(repeating: " ", count: full - $0.count) }
  }
  return (0...height).map { row in
    var line = "  " + blocks.map { $0[row] }.joined(separator: "     ")
    while line.last == " " { line.removeLast() }
    return line
  }.joined(separator: "\n")
}

private func short(_ x: Double) -> String {
  x == x.rounded() ? "\(Int(x))" : fixed(x, 2)
}

private func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
