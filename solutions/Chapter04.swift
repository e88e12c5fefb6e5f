import Problems04

public enum Answers: Chapter04 {
  /// Exercise 4.1: the gradients of a dense layer, y = x·W + b.
  ///
  /// dx, dW and db are each one line. The shapes settle which product it is. dy has been divided by the
  /// batch already, where the loss is a mean, so sums over the batch stay sums.
  /// Lesson: chapter 4, "The gradients of a dense layer". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 4.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out]`.
  ///   - x: The layer's input, `[m, in]`.
  ///   - weight: W, `[in, out]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x `[m, in]`, ∂loss/∂W `[in, out]`, ∂loss/∂b `[out]`.
  public static func denseBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    // forward: y = x·W + b
    let dx = matmul(dy, transposed: weight)  // [m, in]
    let dW = matmul(transposed: x, dy)  // [in, out]
    let db = dy.sum(axis: 0)  // [out]
    return (dx, dW, db)
  }

  /// Exercise 4.2: all gradients of a net of three dense layers with ReLU between them.
  ///
  ///     z₁ = x·W₁ + b₁   h₁ = relu(z₁)   z₂ = h₁·W₂ + b₂   h₂ = relu(z₂)   logits = h₂·W₃ + b₃
  ///
  /// From ∂loss/∂logits to the six gradients. At z = 0 ReLU passes nothing: its gate is z > 0.
  /// dLogits has been divided by the batch already, so sums over the batch stay sums.
  /// You may call your `denseBackward`, or write its lines again.
  /// Lesson: chapter 4, "Three layers, backwards". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 4.2`
  ///
  /// - Parameters:
  ///   - dLogits: ∂loss/∂logits, `[m, classes]`.
  ///   - cache: What the forward pass computed: x `[m, in]`, z₁ and h₁ `[m, n₁]`, z₂ and h₂ `[m, n₂]`.
  ///   - weights: W₁ `[in, n₁]`, W₂ `[n₁, n₂]`, W₃ `[n₂, classes]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradients of W₁, b₁, W₂, b₂, W₃, b₃, each in the shape of its parameter.
  public static func mlpBackward(
    _ dLogits: Matrix, cache: ThreeLayerCache, weights: (w1: Matrix, w2: Matrix, w3: Matrix)
  ) throws -> ThreeLayerGradients {
    // forward: logits = h₂·W₃ + b₃
    let dW3 = matmul(transposed: cache.h2, dLogits)  // [n₂, classes]
    let db3 = dLogits.sum(axis: 0)  // [classes]
    let dh2 = matmul(dLogits, transposed: weights.w3)  // [m, n₂]
    // forward: h₂ = relu(z₂)
    let dz2 = dh2.zip(cache.z2) { dh, z in z > 0 ? dh : 0 }  // [m, n₂]
    // forward: z₂ = h₁·W₂ + b₂
    let dW2 = matmul(transposed: cache.h1, dz2)  // [n₁, n₂]
    let db2 = dz2.sum(axis: 0)  // [n₂]
    let dh1 = matmul(dz2, transposed: weights.w2)  // [m, n₁]
    // forward: h₁ = relu(z₁)
    let dz1 = dh1.zip(cache.z1) { dh, z in z > 0 ? dh : 0 }  // [m, n₁]
    // forward: z₁ = x·W₁ + b₁
    let dW1 = matmul(transposed: cache.x, dz1)  // [in, n₁]
    let db1 = dz1.sum(axis: 0)  // [n₁]
    return ThreeLayerGradients(dW1: dW1, db1: db1, dW2: dW2, db2: db2, dW3: dW3, db3: db3)
  }

  /// Exercise 4.3: the gradient of inverted dropout, y = x ⊙ mask/(1 - p).
  ///
  /// The mask is the one that the forward pass drew: a constant by now. p is the share that is
  /// dropped, at least 0 and under 1.
  /// Lesson: chapter 4, "Dropout, backwards". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 4.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, any shape.
  ///   - mask: 1 where an element stayed, 0 where it was dropped, same shape.
  ///   - rate: p.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, same shape.
  public static func dropoutBackward(_ dy: Matrix, mask: Matrix, rate: Double) throws -> Matrix {
    // forward: y = x ⊙ mask/(1 - p)
    dy * mask / (1 - rate)
  }

  /// Exercise 4.4: one step of training, for a classifier of two dense layers.
  ///
  ///     z = x·W₁ + b₁   h = relu(z)   logits = h·W₂ + b₂   loss = softmax cross-entropy(logits, t)
  ///
  /// The loss is the mean over the batch; its gradient is that of exercise 2.3. At z = 0 ReLU passes
  /// nothing. Compute all gradients first, then every new parameter θ - η·dθ. `softmax`, `matmul` and
  /// `Activation.relu(z)` are the library's.
  /// Lesson: chapter 4, "One step of training". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 4.4`
  ///
  /// - Parameters:
  ///   - parameters: W₁ `[in, hidden]`, b₁ `[hidden]`, W₂ `[hidden, classes]`, b₂ `[classes]`.
  ///   - x: The batch, `[m, in]`.
  ///   - targets: t, what the probabilities should be, `[m, classes]`; each row sums to 1.
  ///   - learningRate: η.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The parameters after the step.
  public static func trainingStep(
    _ parameters: TwoLayerParameters, x: Matrix, targets: Matrix, learningRate: Double
  ) throws -> TwoLayerParameters {
    let z = matmul(x, parameters.w1) + parameters.b1  // [m, hidden]
    let h = Activation.relu(z)  // [m, hidden]
    let logits = matmul(h, parameters.w2) + parameters.b2  // [m, classes]

    // forward: loss = softmax cross-entropy(logits, t), the mean over m samples
    let dLogits = (softmax(logits) - targets) / Double(x.rows)  // [m, classes]
    // forward: logits = h·W₂ + b₂
    let dW2 = matmul(transposed: h, dLogits)  // [hidden, classes]
    let db2 = dLogits.sum(axis: 0)  // [classes]
    let dh = matmul(dLogits, transposed: parameters.w2)  // [m, hidden]
    // forward: h = relu(z)
    let dz = dh.zip(z) { dh, z in z > 0 ? dh : 0 }  // [m, hidden]
    // forward: z = x·W₁ + b₁
    let dW1 = matmul(transposed: x, dz)  // [in, hidden]
    let db1 = dz.sum(axis: 0)  // [hidden]

    return TwoLayerParameters(
      w1: parameters.w1 - learningRate * dW1, b1: parameters.b1 - learningRate * db1,
      w2: parameters.w2 - learningRate * dW2, b2: parameters.b2 - learningRate * db2)
  }

  /// Exercise 4.5: precision, recall and F1 of every class.
  ///
  /// For one class: precision = TP/(TP + FP), the right ones among the answers; recall =
  /// TP/(TP + FN), the found ones among its samples; F1 = 2PR/(P + R). Each is 0 where its
  /// denominator is 0.
  /// Lesson: chapter 4, "Precision, recall and F1". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 4.5`
  ///
  /// - Parameters:
  ///   - predicted: The answer for each sample, from 0 to classes - 1.
  ///   - actual: The truth for each sample, as many.
  ///   - classes: How many classes there are.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: Three arrays with one number a class.
  public static func precisionRecallF1(
    predicted: [Int], actual: [Int], classes: Int
  ) throws -> (precision: [Double], recall: [Double], f1: [Double]) {
    var (precision, recall, f1) = ([Double](), [Double](), [Double]())
    for label in 0..<classes {
      let hits = Double(zip(predicted, actual).count { $0 == label && $1 == label })  // TP
      let answered = Double(predicted.count { $0 == label })  // TP + FP
      let occurred = Double(actual.count { $0 == label })  // TP + FN
      let p = answered == 0 ? 0 : hits / answered
      let r = occurred == 0 ? 0 : hits / occurred
      precision.append(p)
      recall.append(r)
      f1.append(p + r == 0 ? 0 : 2 * p * r / (p + r))
    }
    return (precision, recall, f1)
  }

  /// Exercise 4.6: the area under the ROC curve.
  ///
  /// The probability that a positive, drawn at random, scores higher than a negative; equal scores
  /// count half. Both classes occur.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 4, "The area under the ROC curve". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 4.6`
  ///
  /// - Parameters:
  ///   - scores: One number for each sample; higher means more likely positive.
  ///   - positives: Whether each sample is a positive, as many.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The area, from 0 to 1.
  public static func areaUnderROC(scores: [Double], positives: [Bool]) throws -> Double {
    var (wins, pairs) = (0.0, 0.0)
    for p in scores.indices where positives[p] {
      for n in scores.indices where !positives[n] {
        pairs += 1
        if scores[p] > scores[n] {
          wins += 1
        } else if scores[p] == scores[n] {
          wins += 0.5
        }
      }
    }
    return wins / pairs
  }
}
