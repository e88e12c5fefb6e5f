import Problems02

public enum Answers: Chapter02 {
  /// Exercise 2.1: the gradient of the mean squared error, 1/(m·n) Σ (p - t)².
  ///
  /// The mean is over all m·n elements. A factor of ½ is not in this loss.
  /// Lesson: chapter 2, "Mean squared error". About 10 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 2.1`
  ///
  /// - Parameters:
  ///   - prediction: p, `[m, n]`.
  ///   - target: t, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂p, `[m, n]`.
  public static func meanSquaredErrorBackward(
    prediction: Matrix, target: Matrix
  ) throws -> Matrix {
    throw Todo("2.1")
  }

  /// Exercise 2.2: the gradient of the binary cross-entropy, with respect to the logits.
  ///
  /// With p = σ(z), the loss is 1/(m·n) Σ -t·log p - (1 - t)·log(1 - p): each of the m·n elements is
  /// a yes-or-no question of its own. Logits of ±1000 must give finite gradients.
  /// `Activation.sigmoid(logits)` gives p.
  /// Lesson: chapter 2, "Binary cross-entropy on logits". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 2.2`
  ///
  /// - Parameters:
  ///   - logits: z, `[m, n]`, any numbers.
  ///   - targets: t, `[m, n]`, from 0 to 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z, `[m, n]`.
  public static func binaryCrossEntropyWithLogitsBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix {
    throw Todo("2.2")
  }

  /// Exercise 2.3a: the gradient of each step of softmax and cross-entropy, one after the other.
  ///
  ///     shifted = z - max   e = exp(shifted)   S = Σ e   p = e/S   l = log p   loss = -1/m Σ t·l
  ///
  /// max and S are one number a row, and e, S and p come in. Find ∂loss/∂ of every step, from the
  /// last line to the first; each is made of those before it. The maximum counts as a constant: what
  /// goes through it is 0 in sum. To send that on to the largest logit, or to any of equal ones, is
  /// as right. Logits are within ±100 here, so that no p is rounded to 0.
  /// Lesson: chapter 2, "Softmax and cross-entropy, step by step".
  /// About 30 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 2.3a`
  ///
  /// - Parameters:
  ///   - targets: t, `[m, n]`; each row is at least 0 and sums to 1.
  ///   - exponentials: e, `[m, n]`.
  ///   - sums: S, `[m]`.
  ///   - probabilities: p, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂l, ∂loss/∂p, ∂loss/∂S, ∂loss/∂e, ∂loss/∂shifted and ∂loss/∂z: that of S
  ///   is `[m]`, the others `[m, n]`.
  public static func unfusedCrossEntropyBackward(
    targets: Matrix, exponentials: Matrix, sums: Matrix, probabilities: Matrix
  ) throws -> (
    dLogProbabilities: Matrix, dProbabilities: Matrix, dSums: Matrix, dExponentials: Matrix,
    dShifted: Matrix, dLogits: Matrix
  ) {
    throw Todo("2.3a")
  }

  /// Exercise 2.3: the gradient of softmax and cross-entropy together, with respect to the logits.
  ///
  /// With p = softmax(z) of each row, the loss is 1/m Σ -t·log p: each of the m rows is one question
  /// with n possible answers. Logits of ±1000 must give finite gradients. `softmax(logits)` gives p.
  /// Lesson: chapter 2, "Softmax and cross-entropy". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 2.3`
  ///
  /// - Parameters:
  ///   - logits: z, `[m, n]`, any numbers.
  ///   - targets: t, `[m, n]`; each row is at least 0 and sums to 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z, `[m, n]`.
  public static func softmaxCrossEntropyBackward(
    logits: Matrix, targets: Matrix
  ) throws -> Matrix {
    throw Todo("2.3")
  }

  /// Exercise 2.4: the gradients of the L2 penalty λ/2·ΣW² on the parameters of a dense layer.
  ///
  /// The sum is over the weights W, not over the biases b. It is a sum, not a mean.
  /// Lesson: chapter 2, "L1 and L2 penalties". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 2.4`
  ///
  /// - Parameters:
  ///   - weight: W, `[in, out]`.
  ///   - bias: b, `[out]`.
  ///   - strength: λ, 0 or more.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂penalty/∂W, `[in, out]`, and ∂penalty/∂b, `[out]`.
  public static func l2PenaltyBackward(
    weight: Matrix, bias: Matrix, strength: Double
  ) throws -> (dW: Matrix, db: Matrix) {
    throw Todo("2.4")
  }

  /// Exercise 2.5: the gradient of the softmax cross-entropy with a weight for each class.
  ///
  /// With ℓᵢ = -log p[yᵢ] for row i and its label yᵢ, the loss is the weighted mean
  /// Σ w(yᵢ)·ℓᵢ / Σ w(yᵢ): both sums go over the rows of the batch.
  /// Lesson: chapter 2, "Class weights". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 2.5`
  ///
  /// - Parameters:
  ///   - logits: z, `[m, n]`.
  ///   - labels: y, the right class of each of the m rows, from 0 to n - 1.
  ///   - classWeights: w, one for each of the n classes, 0 or more. Their sum over the batch's
  ///     labels is above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z, `[m, n]`.
  public static func weightedCrossEntropyBackward(
    logits: Matrix, labels: [Int], classWeights: [Double]
  ) throws -> Matrix {
    throw Todo("2.5")
  }

  /// Exercise 2.6: the gradient of Huber's loss, a parabola inside ±δ and straight lines outside.
  ///
  /// With e = p - t, an element's loss is ½e² where |e| ≤ δ, else δ(|e| - ½δ); the loss is their
  /// mean over all m·n elements. At |e| = δ both pieces have the same slope.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 2, "Huber's loss". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 2.6`
  ///
  /// - Parameters:
  ///   - prediction: p, `[m, n]`.
  ///   - target: t, `[m, n]`.
  ///   - delta: δ, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂p, `[m, n]`.
  public static func huberBackward(
    prediction: Matrix, target: Matrix, delta: Double
  ) throws -> Matrix {
    throw Todo("2.6")
  }
}
