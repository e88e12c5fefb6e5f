import Problems10

public enum Answers: Chapter10 {
  /// Exercise 10.1: the gradient of a table in which rows are looked up.
  ///
  ///     y[i, s] = E[ids[i][s]]
  ///
  /// E is `[vocabulary, d]`: a row of d numbers for each word. The loss is a mean already, and dy carries
  /// the division. `dy.reshaped([m * t, d])` is dy with one row for each id, that of ids[i][s] in
  /// row i·t + s.
  /// Lesson: chapter 10, "A table that learns". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 10.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, t, d]`.
  ///   - ids: The rows that were looked up, m sequences of t numbers from 0; m and t are at least 1.
  ///   - vocabulary: How many rows E has.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂E, `[vocabulary, d]`.
  public static func embeddingBackward(
    _ dy: Matrix, ids: [[Int]], vocabulary: Int
  ) throws -> Matrix {
    throw Todo("10.1")
  }

  /// Exercise 10.2: the gradient through a division of each row by its length.
  ///
  ///     y = x/ν   ν = max(‖x‖, 10⁻¹²)   ‖x‖ = √(Σ x², along the row)
  ///
  /// A row of zeros stays zeros, and beside it y = 10¹²·x: its gradient is 10¹²·dy. No other row is so short
  /// that 10⁻¹² matters.
  /// Lesson: chapter 10, "Onto the sphere". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.2`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, d]`.
  ///   - x: The input, `[m, d]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, d]`.
  public static func l2NormalizeBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
    throw Todo("10.2")
  }

  /// Exercise 10.3: the gradients of the triplet loss.
  ///
  ///     loss = 1/m Σ max(0, ‖a - p‖² - ‖a - n‖² + margin), over the m rows
  ///
  /// The distances are squared. A triplet that keeps the margin, or has reached it exactly, is silent, and
  /// still one of the m.
  /// Lesson: chapter 10, "Near and far". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.3`
  ///
  /// - Parameters:
  ///   - a: Anchors, `[m, d]`.
  ///   - p: Positives, those that belong to the anchors, `[m, d]`.
  ///   - n: Negatives, those that do not, `[m, d]`.
  ///   - margin: How much farther the negative shall be, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂a, ∂loss/∂p and ∂loss/∂n, each `[m, d]`.
  public static func tripletLossBackward(
    anchor a: Matrix, positive p: Matrix, negative n: Matrix, margin: Double
  ) throws -> (dAnchor: Matrix, dPositive: Matrix, dNegative: Matrix) {
    throw Todo("10.3")
  }

  /// Exercise 10.4: the gradients of InfoNCE, in which rows pick their partners.
  ///
  ///     S = A·Bᵀ/τ   loss = ½(cross-entropy of S's rows + cross-entropy of its columns)
  ///
  /// Row i of A belongs to row i of B: in each row and each column of S the right answer is on the
  /// diagonal. Each cross-entropy is a mean over its m rows or columns. `softmax(s)` is the softmax of each
  /// row. Scores of ±1000 must give finite gradients.
  /// Lesson: chapter 10, "Pick your partner". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.4`
  ///
  /// - Parameters:
  ///   - a: A, `[m, d]`.
  ///   - b: B, `[m, d]`.
  ///   - temperature: τ, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂A and ∂loss/∂B, each `[m, d]`.
  public static func infoNCEBackward(
    _ a: Matrix, _ b: Matrix, temperature: Double
  ) throws -> (dA: Matrix, dB: Matrix) {
    throw Todo("10.4")
  }

  /// Exercise 10.5: the gradients of the two tables of word2vec, with negative sampling.
  ///
  ///     loss = 1/m Σᵢ [softplus(-u·V[o]) + Σₖ softplus(u·V[nₖ])]   u = U[c]
  ///
  /// softplus(x) = log(1 + eˣ). Pair i is c = centres[i] and o = contexts[i], with the words
  /// n = negatives[i] that were drawn against it. A word that comes twice counts twice, also among the
  /// negatives of one pair, and a negative that happens to be o is kept.
  /// Lesson: chapter 10, "Words by their company". About 30 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.5`
  ///
  /// - Parameters:
  ///   - u: U, a row for each word in the middle, `[words, d]`.
  ///   - v: V, a row for each word beside it, `[words, d]`.
  ///   - centres: One for each of m pairs, at least 1.
  ///   - contexts: As many.
  ///   - negatives: As many lists.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂U and ∂loss/∂V, each `[words, d]`.
  public static func negativeSamplingBackward(
    _ u: Matrix, _ v: Matrix, centres: [Int], contexts: [Int], negatives: [[Int]]
  ) throws -> (dU: Matrix, dV: Matrix) {
    throw Todo("10.5")
  }

  /// Exercise 10.6: the gradients of a matrix of ratings, made of two tables and two biases.
  ///
  ///     r̂ = mean + b[u] + c[i] + P[u]·Q[i]   loss = 1/N Σ (r̂ - r)² + λ/2 (ΣP² + ΣQ²)
  ///
  /// The first sum is over the N known ratings, the second over all of P and Q. The mean is a constant.
  /// Nobody has rated an item twice.
  /// Lesson: chapter 10, "Who likes what". About 30 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.6`
  ///
  /// - Parameters:
  ///   - p: P, a row for each user, `[users, k]`.
  ///   - q: Q, a row for each item, `[items, k]`.
  ///   - userBias: b, `[users]`.
  ///   - itemBias: c, `[items]`.
  ///   - mean: The mean of all ratings.
  ///   - users: Who has given each of the N ratings, at least 1.
  ///   - items: To what.
  ///   - ratings: r, `[N]`.
  ///   - penalty: λ, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂P, ∂loss/∂Q, ∂loss/∂b and ∂loss/∂c, each of its own shape.
  public static func matrixFactorizationBackward(
    _ p: Matrix, _ q: Matrix, userBias: Matrix, itemBias: Matrix, mean: Double, users: [Int],
    items: [Int], ratings: Matrix, penalty: Double
  ) throws -> (dP: Matrix, dQ: Matrix, dUserBias: Matrix, dItemBias: Matrix) {
    throw Todo("10.6")
  }

  /// Exercise 10.7: one step of a Kalman filter: time passes, then a place is measured.
  ///
  ///     x ← Fx         y = z - Hx         K = PHᵀS⁻¹      x ← x + Ky
  ///     P ← FPFᵀ + Q   S = HPHᵀ + R                       P ← (I - KH)P
  ///
  /// The state x = (px, py, vx, vy) is a column. F adds the speed to the place, px + vx and py + vy; H
  /// takes the place alone. Left column first: what follows uses the predicted x and P. The inverse of
  /// (a b; c d) is (d -b; -c a)/(ad - bc).
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 10, "Who is who on the film". About 30 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 10.7`
  ///
  /// - Parameters:
  ///   - state: x, `[4]`.
  ///   - covariance: P, `[4, 4]`, symmetric.
  ///   - measurement: z, `[2]`.
  ///   - processNoise: Q, `[4, 4]`.
  ///   - measurementNoise: R, `[2, 2]`; S has an inverse.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new x `[4]`, the new P `[4, 4]`, and yᵀS⁻¹y, the squared distance.
  public static func kalmanStep(
    state: Matrix, covariance: Matrix, measurement: Matrix, processNoise: Matrix,
    measurementNoise: Matrix
  ) throws -> (state: Matrix, covariance: Matrix, squaredDistance: Double) {
    throw Todo("10.7")
  }
}
