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
    let positives = max(1, targets.sum())
    return logits.zip(targets) { z, t in
      let sign = 2 * t - 1
      let u = sign * z
      let (q, rest) = (1 / (1 + exp(-u)), 1 / (1 + exp(u)))  // σ(u), and 1 - σ(u)
      // -log q = log(1 + e⁻ᵘ), which is finite where q rounds to 0
      let surprise = max(-u, 0) + log(1 + exp(-abs(u)))
      let weight = t == 1 ? alpha : 1 - alpha
      // forward: loss = Σ -a·(1 - q)^γ·log q / max(1, P): both factors have a slope
      let slope = pow(rest, gamma) * (-gamma * q * surprise - rest)
      return weight * sign * slope / positives
    }  // [m, n]
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
    var dOffsets = Matrix(shape: offsets.shape)  // [k, 4]
    for k in 0..<offsets.rows {
      for axis in 0..<2 {  // x, then y
        let (first, last) = (dCorners[k, axis], dCorners[k, axis + 2])
        let centre = 1 / (1 + exp(-offsets[k, axis]))  // σ(t)
        let size = prior * exp(offsets[k, axis + 2])  // w or h
        // forward: x₁ = cx - w/2, x₂ = cx + w/2, with cx = (gx + σ(t₀))·s
        dOffsets[k, axis] = (first + last) * stride * centre * (1 - centre)
        // forward: w = p·e^t₂
        dOffsets[k, axis + 2] = (last - first) / 2 * size
      }
    }
    return dOffsets
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
    var dp = Matrix(shape: prediction.shape)  // [k, 4]
    for k in 0..<prediction.rows {
      let (x1, y1, x2, y2) = (
        prediction[k, 0], prediction[k, 1], prediction[k, 2], prediction[k, 3]
      )
      let (a1, b1, a2, b2) = (target[k, 0], target[k, 1], target[k, 2], target[k, 3])
      let (iw, ih) = (min(x2, a2) - max(x1, a1), min(y2, b2) - max(y1, b1))
      let (cw, ch) = (max(x2, a2) - min(x1, a1), max(y2, b2) - min(y1, b1))
      let (w, h) = (x2 - x1, y2 - y1)
      let meet = iw > 0 && ih > 0
      let I = meet ? iw * ih : 0
      let U = w * h + (a2 - a1) * (b2 - b1) - I
      let C = cw * ch
      // For each edge: what moving it outwards adds to A, whether it bounds I, whether it bounds C.
      let edges = [
        (sign: -1.0, A: h, I: x1 > a1 ? ih : 0, C: x1 < a1 ? ch : 0),
        (sign: -1.0, A: w, I: y1 > b1 ? iw : 0, C: y1 < b1 ? cw : 0),
        (sign: 1.0, A: h, I: x2 < a2 ? ih : 0, C: x2 > a2 ? ch : 0),
        (sign: 1.0, A: w, I: y2 < b2 ? iw : 0, C: y2 > b2 ? cw : 0),
      ]
      for (edge, slopes) in edges.enumerated() {
        let dI = meet ? slopes.sign * slopes.I : 0
        let dC = slopes.sign * slopes.C
        // forward: U = A + A′ - I
        let dU = slopes.sign * slopes.A - dI
        // forward: loss = 1/k Σ 2 - I/U - U/C
        let slope = (dI * U - I * dU) / (U * U) + (dU * C - U * dC) / (C * C)
        dp[k, edge] = -slope / Double(prediction.rows)
      }
    }
    return dp
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
    var dx = Matrix(shape: x.shape)  // [m, in, h, w]
    var dW = Matrix(shape: weight.shape)  // [in, out, kh, kw]
    var db = Matrix(shape: [weight.shape[1]])  // [out]
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[1] {
        for c in 0..<x.shape[1] {
          for i in 0..<x.shape[2] {
            for j in 0..<x.shape[3] {
              for a in 0..<weight.shape[2] {
                for b in 0..<weight.shape[3] {
                  let (row, column) = (i * stride + a - padding, j * stride + b - padding)
                  guard 0 <= row, row < dy.shape[2], 0 <= column, column < dy.shape[3] else {
                    continue  // cut off
                  }
                  // forward: y[n, o, row, column] += x[n, c, i, j] * w[c, o, a, b]
                  dx[n, c, i, j] += dy[n, o, row, column] * weight[c, o, a, b]
                  dW[c, o, a, b] += dy[n, o, row, column] * x[n, c, i, j]
                }
              }
            }
          }
        }
        for row in 0..<dy.shape[2] {
          // forward: y[n, o, row, column] = bias[o] + …
          for column in 0..<dy.shape[3] { db[o] += dy[n, o, row, column] }
        }
      }
    }
    return (dx, dW, db)
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
    let (m, height, width) = (dy.shape[0], dy.shape[2], dy.shape[3])
    var du = Matrix(shape: [m, channels, height / 2, width / 2])  // [m, c, h, w]
    var dSkip = Matrix(shape: [m, dy.shape[1] - channels, height, width])  // [m, k, 2h, 2w]
    for n in 0..<m {
      for i in 0..<height {
        for j in 0..<width {
          for ch in 0..<channels {
            // forward: y[n, ch, i, j] = u[n, ch, i / 2, j / 2]
            du[n, ch, i / 2, j / 2] += dy[n, ch, i, j]
          }
          for ch in channels..<dy.shape[1] {
            // forward: y[n, ch, i, j] = skip[n, ch - c, i, j]
            dSkip[n, ch - channels, i, j] = dy[n, ch, i, j]
          }
        }
      }
    }
    return (du, dSkip)
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
    let shape = probabilities.shape
    var dp = Matrix(shape: shape)  // [m, n, h, w]
    for c in 0..<shape[1] {
      var (I, S) = (0.0, 0.0)
      for n in 0..<shape[0] {
        for i in 0..<shape[2] {
          for j in 0..<shape[3] {
            I += probabilities[n, c, i, j] * targets[n, c, i, j]
            S += probabilities[n, c, i, j] + targets[n, c, i, j]
          }
        }
      }
      let (above, below) = (2 * I + epsilon, S + epsilon)
      for n in 0..<shape[0] {
        for i in 0..<shape[2] {
          for j in 0..<shape[3] {
            // forward: loss = 1 - 1/n Σ (2I + ε)/(S + ε), and p is in I and in S
            let slope = (2 * targets[n, c, i, j] * below - above) / (below * below)
            dp[n, c, i, j] = -slope / Double(shape[1])
          }
        }
      }
    }
    return dp
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
    var dx = Matrix(shape: x.shape)  // [m, channels, height, width]
    let bins = dy.shape[2]
    for (r, region) in regions.enumerated() {
      let (n, height, width) = (region.image, region.y2 - region.y1, region.x2 - region.x1)
      for ch in 0..<x.shape[1] {
        for i in 0..<bins {
          let top = region.y1 + i * height / bins
          let bottom = region.y1 + ((i + 1) * height + bins - 1) / bins  // rounded up
          for j in 0..<bins {
            let left = region.x1 + j * width / bins
            let right = region.x1 + ((j + 1) * width + bins - 1) / bins
            var best = (row: top, column: left)
            for row in top..<bottom {
              for column in left..<right
              where x[n, ch, row, column] > x[n, ch, best.row, best.column] {
                best = (row, column)
              }
            }
            // forward: y[r, ch, i, j] = x[n, ch, best.row, best.column]
            dx[n, ch, best.row, best.column] += dy[r, ch, i, j]
          }
        }
      }
    }
    return dx
  }
}
