import Problems05

public enum Answers: Chapter05 {
  /// Exercise 5.1: the gradient of a convolution's bias.
  ///
  /// y[n, o, i, j] = b[o] + …: the same b[o] in every image n, row i and column j. dy comes from a
  /// loss that was divided by the batch already.
  /// Lesson: chapter 5, "The bias". About 8 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 5.1`
  ///
  /// - Parameter dy: ∂loss/∂y, `[m, out, height, width]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂b, `[out]`.
  public static func conv2dBackwardBias(_ dy: Matrix) throws -> Matrix {
    throw Todo("5.1")
  }

  /// Exercise 5.2: the gradient of a convolution's filters.
  ///
  ///     y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u - p, j·s + v - p]·w[o, c, u, v]   over c, u, v
  ///
  /// s is the stride, p the padding. Pixels outside of x are zero. Filters are not turned.
  /// Lesson: chapter 5, "The filters". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 5.2`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out, height', width']`.
  ///   - x: The images, `[m, in, height, width]`.
  ///   - weightShape: The shape of w, `[out, in, kh, kw]`.
  ///   - stride: s, 1 or more, the same in both directions.
  ///   - padding: p, the rows and columns of zeros on each side, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂w, `[out, in, kh, kw]`.
  public static func conv2dBackwardWeights(
    _ dy: Matrix, x: Matrix, weightShape: [Int], stride: Int, padding: Int
  ) throws -> Matrix {
    throw Todo("5.2")
  }

  /// Exercise 5.3: the gradient of a convolution's input.
  ///
  ///     y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u - p, j·s + v - p]·w[o, c, u, v]   over c, u, v
  ///
  /// s is the stride, p the padding. What would fall on the padding is dropped; a pixel that no
  /// window reached gets 0.
  /// Lesson: chapter 5, "The input". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 5.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out, height', width']`.
  ///   - weight: The filters w, `[out, in, kh, kw]`.
  ///   - inputShape: The shape of x, `[m, in, height, width]`.
  ///   - stride: s, 1 or more, the same in both directions.
  ///   - padding: p, the rows and columns of zeros on each side, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, in, height, width]`.
  public static func conv2dBackwardInput(
    _ dy: Matrix, weight: Matrix, inputShape: [Int], stride: Int, padding: Int
  ) throws -> Matrix {
    throw Todo("5.3")
  }

  /// Exercise 5.4: the gradient of max pooling.
  ///
  /// y[n, c, i, j] is the largest number of a square window of x[n, c] that begins at row i·stride
  /// and column j·stride. Of equal ones the first in row-major order counts. Windows may overlap, or
  /// leave rows and columns out; there is no padding.
  /// Lesson: chapter 5, "Max pooling". About 15 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 5.4`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, channels, height', width']`.
  ///   - x: The images, `[m, channels, height, width]`.
  ///   - window: The height and width of a window.
  ///   - stride: How far the window moves.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, channels, height, width]`.
  public static func maxPoolBackward(
    _ dy: Matrix, x: Matrix, window: Int, stride: Int
  ) throws -> Matrix {
    throw Todo("5.4")
  }

  /// Exercise 5.5: the gradient of average pooling.
  ///
  /// y[n, c, i, j] is the mean of a square window of x[n, c] that begins at row i·stride and column
  /// j·stride. Windows may overlap, or leave rows and columns out; there is no padding.
  /// Lesson: chapter 5, "Average pooling". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 5.5`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, channels, height', width']`.
  ///   - inputShape: The shape of x, `[m, channels, height, width]`.
  ///   - window: The height and width of a window.
  ///   - stride: How far the window moves.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, channels, height, width]`.
  public static func averagePoolBackward(
    _ dy: Matrix, inputShape: [Int], window: Int, stride: Int
  ) throws -> Matrix {
    throw Todo("5.5")
  }

  /// Exercise 5.6: the gradients of a depthwise convolution.
  ///
  ///     y[n, c, i, j] = b[c] + Σ x[n, c, i·s + u - p, j·s + v - p]·w[c, 0, u, v]   over u, v
  ///
  /// Each channel has a filter of its own, and no channel sees another.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 5, "Depthwise separable convolution". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 5.6`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, channels, height', width']`.
  ///   - x: The images, `[m, channels, height, width]`.
  ///   - weight: The filters w, `[channels, 1, kh, kw]`.
  ///   - stride: s, 1 or more, the same in both directions.
  ///   - padding: p, the rows and columns of zeros on each side, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x in x's shape, ∂loss/∂w in w's shape, ∂loss/∂b `[channels]`.
  public static func depthwiseConv2dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int, padding: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    throw Todo("5.6")
  }
}
