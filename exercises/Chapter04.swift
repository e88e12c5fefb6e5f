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
    throw Todo("4.1")
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
    throw Todo("4.2")
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
    throw Todo("4.3")
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
    throw Todo("4.4")
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
    throw Todo("4.5")
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
    throw Todo("4.6")
  }
}
