import Checking
import Figures
import Images
import Problems05
import Running

/// One image, one filter: dW as a correlation of x with dy, dx as dy sent back through the filter.
func correlate(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Where do dW and dx come from?")
  let x = Matrix(rows: [
    [0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0],
  ])
  let w = Matrix(rows: [[1, 2, 0], [0, 1, 0], [0, 0, -1]])
  let dy = Matrix(rows: [[1, 0, 0], [0, 0, 0], [0, 0, -2]])
  let question = ConvolutionQuestion(
    x: asImage(x), weight: asImage(w), bias: Matrix(shape: [1]), dy: asImage(dy),
    ConvolutionGeometry())
  let dW = try functions.convolutionWeights(question).reshaped([3, 3])
  let dx = try functions.convolutionInput(question).reshaped([5, 5])
  screen.text("Only two of nine outputs have a gradient here, so that one can follow it:\n")
  screen.text(beside([("x", x), ("w", w), ("dy", dy)]))
  screen.text(
    """

    Which numbers of x does dW[0, 0] meet, and times what? And which numbers of dx
    does the -2 reach? Work them out before you look; the lesson draws both.

    """)
  screen.text(beside([("dW", dW), ("dx", dx)]))
  try screen.write(filterGradientFigure(x, dy, dW), "correlation")
  try screen.write(inputGradientFigure(w, dy, dx), "scatter")
}

/// Where the two outputs that have a gradient looked, and what each adds to dW.
private func filterGradientFigure(_ x: Matrix, _ dy: Matrix, _ dW: Matrix) -> Figure {
  let places = [(0, 0), (2, 2)]
  func window(_ row: Int, _ column: Int) -> Matrix {
    let scalars = (0..<9).map { x[row + $0 / 3, column + $0 % 3] * dy[row, column] }
    return Matrix(scalars, shape: [3, 3])
  }
  return .images(
    "dW: each window of x, times its dy",
    description: "An image with two windows, a gradient of nine numbers of which two are not zero, "
      + "and below one times the first window, minus two times the second, and their sum, dW.",
    [
      numbers(x, windows(3, at: places)), numbers(dy, windows(1, at: places)),
      Image(width: 3, height: 0, values: [Double]()),
    ] + places.map { numbers(window($0, $1)) } + [numbers(dW)], columns: 3,
    captions: ["x, two windows", "dy", "", "1 · the first", "−2 · the second", "dW, their sum"])
}

/// The copies of the filter that the two outputs with a gradient lay down.
private func inputGradientFigure(_ w: Matrix, _ dy: Matrix, _ dx: Matrix) -> Figure {
  func copy(_ row: Int, _ column: Int) -> Image {
    var values = [Double](repeating: .nan, count: 25)
    for place in 0..<9 {
      values[(row + place / 3) * 5 + column + place % 3] = w.scalars[place] * dy[row, column]
    }
    return Image(width: 5, height: 5, values: values, isSigned: true, showsNumbers: true)
  }
  return .images(
    "dx: a copy of w, times dy, where each window was",
    description: "A filter, a gradient of nine numbers of which two are not zero, and below the "
      + "filter laid at the upper left, minus two times the filter laid at the lower right, and "
      + "their sum, dx: in the middle they overlap.",
    [
      numbers(w), numbers(dy, windows(1, at: [(0, 0), (2, 2)])),
      Image(width: 5, height: 0, values: [Double]()), copy(0, 0), copy(2, 2), numbers(dx),
    ], columns: 3,
    captions: ["w", "dy", "", "1 · w", "−2 · w", "dx, their sum"])
}
