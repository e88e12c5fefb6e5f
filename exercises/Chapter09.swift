import Problems09

public enum Answers: Chapter09 {
  /// Exercise 9.1: the gradient of the focal loss.
  ///
  ///     u = (2t - 1)·z   q = σ(u)   loss = Σ -a·(1 - q)^γ·log q / max(1, P)
  ///
  /// a is α where t = 1 and 1 - α where t = 0; P is how many targets are 1, and the sum is over all
  /// cells. q is made of z in both of its places. Logits of ±1000 must give finite gradients, with any
  /// γ of 0 or more.
  /// Lesson: chapter 9, "A loss over few of many". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 9.1`
  ///
  /// - Parameters:
  ///   - logits: z, `[m, n]`, any numbers.
  ///   - targets: t, `[m, n]`, each 0 or 1; possibly none is 1.
  ///   - alpha: α, 0 to 1.
  ///   - gamma: γ, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z, `[m, n]`.
  public static func focalLossBackward(
    logits: Matrix, targets: Matrix, alpha: Double, gamma: Double
  ) throws -> Matrix {
    throw Todo("9.1")
  }

  /// Exercise 9.2: the gradient of what makes four numbers into a box.
  ///
  ///     cx = (gx + σ(t₀))·s   cy = (gy + σ(t₁))·s   w = p·e^t₂   h = p·e^t₃
  ///     x₁ = cx - w/2   y₁ = cy - h/2   x₂ = cx + w/2   y₂ = cy + h/2
  ///
  /// (gx, gy) is the box's cell, s the cells' size and p the usual size of a box, both in pixels.
  /// Lesson: chapter 9, "From four numbers to a box". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 9.2`
  ///
  /// - Parameters:
  ///   - dCorners: ∂loss/∂(x₁, y₁, x₂, y₂), `[k, 4]`, a row for each box.
  ///   - offsets: t, `[k, 4]`; no size overflows.
  ///   - cells: (gx, gy) of each box, `[k, 2]`, whole numbers of 0 or more.
  ///   - stride: s, above 0.
  ///   - prior: p, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂t, `[k, 4]`.
  public static func boxDecodeBackward(
    _ dCorners: Matrix, offsets: Matrix, cells: Matrix, stride: Double, prior: Double
  ) throws -> Matrix {
    throw Todo("9.2")
  }

  /// Exercise 9.3: the gradient of the generalized IoU loss of boxes.
  ///
  ///     loss = 1/k Σ 2 - I/U - U/C   U = A + A′ - I
  ///
  /// The sum is over k pairs of a box (x₁, y₁, x₂, y₂) and its target (a₁, b₁, a₂, b₂), of areas
  /// A = (x₂ - x₁)·(y₂ - y₁) and A′. I is the area that both have in common: 0, and without a slope, unless
  /// they meet in more than an edge. C is the area of the smallest box around both. Where an edge lies exactly
  /// at the target's, nothing goes through I and C.
  /// Lesson: chapter 9, "How much two boxes overlap". About 35 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 9.3`
  ///
  /// - Parameters:
  ///   - prediction: The boxes, `[k, 4]`, with x₁ ≤ x₂ and y₁ ≤ y₂; k is 1 or more.
  ///   - target: What they should be, `[k, 4]`, with a₁ < a₂ and b₁ < b₂.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂prediction, `[k, 4]`.
  public static func giouLossBackward(prediction: Matrix, target: Matrix) throws -> Matrix {
    throw Todo("9.3")
  }

  /// Exercise 9.4: the gradients of a transposed convolution.
  ///
  ///     y[n, o, i·s + a - p, j·s + b - p] += x[n, c, i, j]·w[c, o, a, b]   over c, i, j, a, b
  ///
  /// And then + bias[o] everywhere. Every pixel of x puts its own multiple of the kernel down on y; what
  /// falls outside of y is cut off. s is the stride, p the padding. In w the input channel comes first.
  /// Lesson: chapter 9, "A convolution, backwards". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 9.4`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out, H, W]`, with H = (h - 1)·s - 2p + kh and W alike.
  ///   - x: The images, `[m, in, h, w]`.
  ///   - weight: The filters w, `[in, out, kh, kw]`.
  ///   - stride: s, 1 or more, the same in both directions.
  ///   - padding: p, the rows and columns that are cut off on each side, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x in x's shape, ∂loss/∂w in w's shape, ∂loss/∂bias `[out]`.
  public static func transposedConv2dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int, padding: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    throw Todo("9.4")
  }

  /// Exercise 9.5: the gradients of a U-Net's step upwards.
  ///
  ///     y[n, ch, i, j] = u[n, ch, ⌊i/2⌋, ⌊j/2⌋] for ch < c, else skip[n, ch - c, i, j]
  ///
  /// The deeper images u are made twice as large, every pixel four times, and the images `skip`, kept on
  /// the way down, are put behind them as more channels.
  /// Lesson: chapter 9, "Up again, beside what was kept". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 9.5`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, c + k, 2h, 2w]`.
  ///   - channels: c, how many channels u has; 1 or more, as is k.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂u `[m, c, h, w]`, ∂loss/∂skip `[m, k, 2h, 2w]`.
  public static func upsampleConcatBackward(
    _ dy: Matrix, channels: Int
  ) throws -> (du: Matrix, dSkip: Matrix) {
    throw Todo("9.5")
  }

  /// Exercise 9.6: the gradient of the soft Dice loss.
  ///
  ///     I = Σ p·t   S = Σ p + Σ t   loss = 1 - 1/n Σ (2I + ε)/(S + ε)
  ///
  /// I and S are numbers of a class: their sums go over the whole batch and all pixels. The last sum is
  /// over the n classes.
  /// Lesson: chapter 9, "A loss of whole areas". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 9.6`
  ///
  /// - Parameters:
  ///   - probabilities: p, `[m, n, h, w]`, 0 or more.
  ///   - targets: t, `[m, n, h, w]`, 0 or more; mostly 1 for a pixel's class, else 0, but not always.
  ///   - epsilon: ε, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂p, `[m, n, h, w]`.
  public static func softDiceBackward(
    probabilities: Matrix, targets: Matrix, epsilon: Double
  ) throws -> Matrix {
    throw Todo("9.6")
  }

  /// Exercise 9.7: the gradient of region max pooling.
  ///
  /// A region of any size becomes P×P numbers: it is divided into P×P bins, and y[r, ch, i, j] is the
  /// largest number of its bin in channel ch. Region r has the columns x1 ..< x2 and the rows y1 ..< y2 of
  /// its image. Of its H = y2 - y1 rows bin i has those from y1 + ⌊i·H/P⌋ to y1 + ⌈(i + 1)·H/P⌉, the last
  /// one left out; its columns alike. So neighbouring bins may share cells, and so may regions. Of equal
  /// numbers the first in row-major order counts.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 9, "Regions of any size". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 9.7`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[regions, channels, P, P]`.
  ///   - x: The feature maps, `[m, channels, height, width]`.
  ///   - regions: Each with its `image`, and `x1`, `y1`, `x2`, `y2` in cells, at least one cell.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, channels, height, width]`.
  public static func regionMaxPoolBackward(
    _ dy: Matrix, x: Matrix, regions: [Region]
  ) throws -> Matrix {
    throw Todo("9.7")
  }
}
