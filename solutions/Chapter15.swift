import Problems15

public enum Answers: Chapter15 {
  /// Exercise 15.1: the gradient of a student's loss, with a teacher and with labels.
  ///
  ///     loss = 1/m Σ rows [(1 - α)·CE(softmax(z), label) + α·T²·KL(softmax(z′/T) ‖ softmax(z/T))]
  ///     KL(t ‖ s) = Σ over classes of t·log(t/s)
  ///
  /// The teacher's logits z′ are constants. `softmax(z)` is the softmax of each row, and
  /// `oneHot(labels, classes: n)` has a row for each label. Scores of ±1000 must give finite gradients.
  /// Lesson: chapter 15, "A teacher's gradient". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 15.1`
  ///
  /// - Parameters:
  ///   - z: The student's logits, `[m, classes]`.
  ///   - teacher: z′, the teacher's logits, `[m, classes]`.
  ///   - labels: The class of each row.
  ///   - temperature: T, above 0.
  ///   - alpha: α, the teacher's share, in 0…1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z, `[m, classes]`.
  public static func distillationBackward(
    _ z: Matrix, teacher: Matrix, labels: [Int], temperature: Double, alpha: Double
  ) throws -> Matrix {
    let m = Double(z.rows)
    // forward: (1 - α)·CE(softmax(z), label), at a temperature of 1
    let hard = softmax(z) - oneHot(labels, classes: z.columns)  // [m, classes]
    // forward: α·T²·KL, through z/T
    let soft = softmax(z / temperature) - softmax(teacher / temperature)  // [m, classes]
    return ((1 - alpha) * hard + alpha * temperature * soft) / m
  }

  /// Exercise 15.2: weights of few bits, and what straight through passes back.
  ///
  ///     v = W/s   y = s·clip(round(v), -q, q)   q = 2^(bits - 1) - 1
  ///
  /// `round` goes to the nearest whole number, and half way to the even one. `clip` cuts off what is beyond
  /// ±q. Backward, round is taken for the identity, as if it were not there; clip is not. So inside is asked
  /// of v, not of round(v), and a weight that lies exactly on ±q counts as inside. s is a constant. `W` may
  /// have any shape.
  /// Lesson: chapter 15, "An honest lie". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 15.2`
  ///
  /// - Parameters:
  ///   - weight: W, in full precision.
  ///   - step: s, above 0.
  ///   - bits: From 2 to 8.
  ///   - dy: ∂loss/∂y, of W's shape.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: y, and what is passed back to W, both of W's shape.
  public static func fakeQuantize(
    _ weight: Matrix, step: Double, bits: Int, dy: Matrix
  ) throws -> (y: Matrix, dW: Matrix) {
    let q = Double((1 << (bits - 1)) - 1)
    var (y, dW) = (weight, dy)
    for i in weight.scalars.indices {
      let v = weight.scalars[i] / step
      let level = v.rounded(.toNearestOrEven)
      y.scalars[i] = step * min(max(level, -q), q)
      // forward: y = s·clip(round(v), -q, q), with round taken for the identity
      if abs(v) > q { dW.scalars[i] = 0 }
    }
    return (y, dW)
  }

  /// Exercise 15.3: the gradients of a dense layer with weights cut.
  ///
  ///     y = x·(W⊙M) + b
  ///
  /// M is a constant: 0 where a weight is cut, 1 elsewhere. The loss is a mean already, and dy carries the
  /// division.
  /// Lesson: chapter 15, "Weights that are gone". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 15.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out]`.
  ///   - x: The input, `[m, in]`.
  ///   - weight: W, `[in, out]`, not 0 everywhere that M is.
  ///   - mask: M, `[in, out]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, ∂loss/∂W and ∂loss/∂b, each of its variable's shape.
  public static func maskedDenseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, mask: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    // forward: y = x·(W⊙M) + b
    let dx = matmul(dy, transposed: weight * mask)  // [m, in]
    let dW = matmul(transposed: x, dy) * mask  // [in, out]
    let db = dy.sum(axis: 0)  // [out]
    return (dx, dW, db)
  }

  /// Exercise 15.4: the gradient of few values that many weights share.
  ///
  ///     W[a, b] = C[index[a][b]]
  ///
  /// The index is a constant. A value that no weight has must have a gradient, too.
  /// Lesson: chapter 15, "Sixteen values". About 15 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 15.4`
  ///
  /// - Parameters:
  ///   - dW: ∂loss/∂W, `[in, out]`.
  ///   - index: A place in C for each weight, in rows of `out` numbers from 0.
  ///   - count: How many values C has.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂C, `[count]`.
  public static func sharedWeightBackward(
    _ dW: Matrix, index: [[Int]], count: Int
  ) throws -> Matrix {
    var dC = Matrix(shape: [count])
    for a in index.indices {
      for b in index[a].indices {
        // forward: W[a, b] = C[index[a][b]]
        dC[index[a][b]] += dW[a, b]
      }
    }
    return dC
  }

  /// Exercise 15.5: integrated gradients, what each number of x has added on the way from a baseline.
  ///
  ///     map = (x - x′) ⊙ 1/K Σₖ gradient(x′ + (k + ½)/K·(x - x′))   k = 0…K-1
  ///
  /// It is a value, no gradient: the gradient is given, as a function of a point. Call it K times, with
  /// `try`, and let its errors go on to whoever called you.
  /// Lesson: chapter 15, "From nothing to here". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 15.5`
  ///
  /// - Parameters:
  ///   - x: Where the way ends, any shape.
  ///   - baseline: x′, where it begins, of the same shape.
  ///   - steps: K, at least 1.
  ///   - gradient: From a point to ∂f/∂point, both of x's shape.
  /// - Throws: `Todo`, until you have written it; then what `gradient` throws.
  /// - Returns: The map, of x's shape.
  public static func integratedGradients(
    at x: Matrix, baseline: Matrix, steps: Int, gradient: (_ point: Matrix) throws -> Matrix
  ) throws -> Matrix {
    let way = x - baseline
    var sum = Matrix(shape: x.shape)
    for k in 0..<steps {
      let share = (Double(k) + 0.5) / Double(steps)
      sum += try gradient(baseline + share * way)
    }
    return way * sum / Double(steps)
  }

  /// Exercise 15.6: Grad-CAM, where in its feature maps a network has found a class.
  ///
  ///     α[c] = mean over positions of ∂score/∂A[c]   map = max(0, Σ over channels of α[c]·A[c])
  ///
  /// It is a value, no gradient. The map is neither scaled nor enlarged, and may be 0 everywhere.
  /// `x.reshaped([c, h * w])` reads an image's maps as a matrix with a channel a row.
  /// Lesson: chapter 15, "Where, in the feature maps". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 15.6`
  ///
  /// - Parameters:
  ///   - activations: A, the feature maps of one image, `[c, h, w]`.
  ///   - gradient: ∂score/∂A, `[c, h, w]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The map, `[h, w]`.
  public static func gradCAM(activations: Matrix, gradient: Matrix) throws -> Matrix {
    let (c, h, w) = (activations.shape[0], activations.shape[1], activations.shape[2])
    let alpha = gradient.reshaped([c, h * w]).mean(axis: 1)  // [c]
    let sum = matmul(alpha.reshaped([1, c]), activations.reshaped([c, h * w]))  // [1, h·w]
    return sum.map { max($0, 0) }.reshaped([h, w])
  }

  /// Exercise 15.7: a fake quantisation whose step is learned.
  ///
  ///     v = W/s   y = s·clip(round(v), -q, q)   q = 2^(bits - 1) - 1
  ///
  /// As in 15.2: round goes half way to the even number, backward takes it for the identity, inside is asked
  /// of v, and exactly on ±q is inside. s stands in y twice, and is one number for all weights.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 15, "A step that learns". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 15.7`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, of W's shape.
  ///   - weight: W, any shape.
  ///   - step: s, above 0.
  ///   - bits: From 2 to 8.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: What is passed back to W, of its shape, and to s.
  public static func learnedStepBackward(
    _ dy: Matrix, weight: Matrix, step: Double, bits: Int
  ) throws -> (dW: Matrix, dStep: Double) {
    let q = Double((1 << (bits - 1)) - 1)
    var (dW, dStep) = (dy, 0.0)
    for i in weight.scalars.indices {
      let v = weight.scalars[i] / step
      // forward: y = s·clip(round(v), -q, q); s before the level, and s under W
      if abs(v) > q {
        dW.scalars[i] = 0
        dStep += dy.scalars[i] * (v > 0 ? q : -q)
      } else {
        dStep += dy.scalars[i] * (v.rounded(.toNearestOrEven) - v)
      }
    }
    return (dW, dStep)
  }
}
