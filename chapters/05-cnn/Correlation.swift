import Backprop
import Course
import Figures

/// One image, one filter: dW as a correlation of x with dy, dx as dy sent back through the filter.
func correlate(_ source: Source, on screen: Screen) throws {
  screen.section("Where do dW and dx come from?")
  let x = Matrix(rows: [
    [0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0],
  ])
  let w = Matrix(rows: [[1, 2, 0], [0, 1, 0], [0, 0, -1]])
  let dy = Matrix(rows: [[1, 0, 0], [0, 0, 0], [0, 0, -2]])
  let question = ConvolutionQuestion(
    x: asImage(x), weight: asImage(w), bias: Matrix(shape: [1]), dy: asImage(dy),
    ConvolutionGeometry())
  let functions = ConvolutionFunctions(source)
  let dW = try functions.weights(question).reshaped([3, 3])
  let dx = try functions.input(question).reshaped([5, 5])
  screen.text("Only two of nine outputs have a gradient here, so that one can follow it:\n")
  screen.text(beside([("x", x), ("dy", dy), ("dW = x ⋆ dy", dW)]))
  screen.text(
    """

    dy lies on x like a filter, and moves over it: dW[u, v] is what it meets with
    its corner at row u, column v. In other words: 1 times the window of x at the
    upper left, plus -2 times the window at the lower right. No filter is in it.

    """)
  screen.text(beside([("dy", dy), ("w", w), ("dx", dx)]))
  screen.text(
    """

    Each dy lays a copy of w, times itself, where its window was: w once at the
    upper left, -2·w at the lower right. Where they overlap, in the middle, they
    add.
    """)
  try screen.write(
    .images(
      "dW is x, correlated with dy; dx is dy, sent back through w",
      description: "Five small grids: the image of a one, a gradient with one positive and one "
        + "negative place, the filter's gradient, the filter, and the image's gradient, in which "
        + "the filter appears at the upper left and, doubled and with opposite sign, at the lower "
        + "right.",
      [x, dy, dW, w, dx].map { image($0, isSigned: true) }, columns: 5,
      captions: ["x", "dy", "dW", "w", "dx"]), "correlation")
}
