import Checking
import Core
import Images
import Running

/// The formula for the output size beside what a convolution really returns.
func measureOutputs(on screen: Screen) throws {
  screen.section("How large is the output?")
  var table = Table(
    header: ["n", "kernel k", "padding p", "stride s", "dilation d", "covers", "formula", "found"])
  for (n, k, p, s, d) in [
    (28, 5, 0, 1, 1), (28, 5, 2, 1, 1), (28, 5, 2, 2, 1), (28, 3, 2, 1, 2), (7, 2, 0, 3, 1),
    (224, 7, 3, 2, 1),
  ] {
    let geometry = ConvolutionGeometry(stride: s, padding: p, dilation: d)
    let (column, filter) = (Matrix(shape: [n, 1]), Matrix(shape: [k, 1]))
    // One column is enough to count rows; padding is given as rows of zeros.
    let padded = Matrix(
      [Double](repeating: 0, count: p) + column.scalars
        + [Double](repeating: 0, count: p), shape: [n + 2 * p, 1])
    let found = convolve(
      padded, with: filter, ConvolutionGeometry(stride: s, dilation: d)
    ).rows
    table.add(
      [n, k, p, s, d, d * (k - 1) + 1, geometry.outputSize(n, kernel: k), found].map(String.init))
  }
  screen.table(table)
  screen.text(
    """
    ⌊(n + 2p - d(k - 1) - 1)/s⌋ + 1. A kernel of k covers d(k - 1) + 1 pixels; the
    rest of the padded image is how far it can move, in steps of s. With k odd,
    s = 1 and p = (k - 1)/2 the size stays. With n = 7, k = 2, s = 3 the pixels 2, 5
    and 6 are never seen: their gradient will be 0.
    """)
  try screen.write(movesFigure(), "moves")
}

/// A convolution as one matrix product over its written-out patches.
func writeOutPatches(on screen: Screen) {
  screen.section("Is a convolution a dense layer?")
  let x = Matrix(rows: [[1, 2, 3], [4, 5, 6], [7, 8, 9]])
  let w = Matrix(rows: [[1, 0], [0, -1]])
  let columns = imageColumns(asImage(x), kernelHeight: 2, kernelWidth: 2)
  let y = matmul(columns, transposed: w.reshaped([1, 4]))
  screen.text("Each row is one place of the filter: the patch below it, written out.\n")
  screen.text(
    beside([
      ("x", x), ("w", w), ("patches", columns), ("w as a column", w.reshaped([4, 1])),
      ("y = patches·w", y),
    ]))

  var generator = SplitMix64(seed: 6)
  let geometry = ConvolutionGeometry(stride: 2, padding: 1)
  let images = Matrix(shape: [3, 4, 9, 8], using: &generator)
  let filters = Matrix(shape: [5, 4, 3, 2], using: &generator)
  let loops = conv2dReference(
    images, weight: filters, bias: Matrix(shape: [5]), geometry)
  let patches = imageColumns(images, kernelHeight: 3, kernelWidth: 2, geometry)
  let product = matmul(patches, transposed: filters.reshaped([5, 24]))
  let (height, width) = (loops.shape[2], loops.shape[3])
  var largest = 0.0
  for n in 0..<3 {
    for o in 0..<5 {
      for i in 0..<height {
        for j in 0..<width {
          let row = (n * height + i) * width + j
          largest = max(largest, abs(loops[n, o, i, j] - product[row, o]))
        }
      }
    }
  }
  screen.text(
    """

    The same at random, with stride 2 and padding 1: images \(images.shape) and
    filters \(filters.shape) become patches \(patches.shape) times filters [24, 5]. The
    product \(product.shape) differs from the seven loops by \(significant(largest, 1)) at most. So a
    convolution is a dense layer that is given every patch as a sample. The copy is
    the price: \(images.count) numbers became \(patches.count).
    """)
}
