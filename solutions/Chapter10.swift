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
    let (m, t, d) = (dy.shape[0], dy.shape[1], dy.shape[2])
    let rows = dy.reshaped([m * t, d])  // [m·t, d]
    var dE = Matrix(shape: [vocabulary, d])
    for i in 0..<m {
      for s in 0..<t {
        // forward: y[i, s] = E[ids[i][s]]; a row that is used twice gets a sum
        for j in 0..<d { dE[ids[i][s], j] += rows[i * t + s, j] }
      }
    }
    return dE
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
    var dx = Matrix(shape: x.shape)
    for i in 0..<x.rows {
      var square = 0.0
      for j in 0..<x.columns { square += x[i, j] * x[i, j] }
      let length = max(square.squareRoot(), 1e-12)
      var along = 0.0
      for j in 0..<x.columns { along += x[i, j] / length * dy[i, j] }
      // forward: y = x/ν, and ν is made of the whole row
      for j in 0..<x.columns { dx[i, j] = (dy[i, j] - x[i, j] / length * along) / length }
    }
    return dx
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
    let m = Double(a.rows)
    var dAnchor = Matrix(shape: a.shape)
    var dPositive = Matrix(shape: a.shape)
    var dNegative = Matrix(shape: a.shape)
    for i in 0..<a.rows {
      var bracket = margin
      for j in 0..<a.columns {
        let (near, far) = (a[i, j] - p[i, j], a[i, j] - n[i, j])
        bracket += near * near - far * far
      }
      guard bracket > 0 else { continue }
      for j in 0..<a.columns {
        // forward: ‖a - p‖² - ‖a - n‖²; a stands in both
        dAnchor[i, j] = 2 * (n[i, j] - p[i, j]) / m
        dPositive[i, j] = 2 * (p[i, j] - a[i, j]) / m
        dNegative[i, j] = 2 * (a[i, j] - n[i, j]) / m
      }
    }
    return (dAnchor, dPositive, dNegative)
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
    let m = Double(a.rows)
    let s = matmul(a, transposed: b) / temperature  // [m, m]
    let partners = oneHot(Array(0..<a.rows), classes: a.rows, as: Double.self)
    // forward: half of each cross-entropy, by rows and by columns
    let dS = (softmax(s) + softmax(s.T).T - 2 * partners) / (2 * m)  // [m, m]
    // forward: S = A·Bᵀ/τ
    let dA = matmul(dS, b) / temperature  // [m, d]
    let dB = matmul(transposed: dS, a) / temperature  // [m, d]
    return (dA, dB)
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
    let m = Double(centres.count)
    var (dU, dV) = (Matrix(shape: u.shape), Matrix(shape: v.shape))
    for i in centres.indices {
      let c = centres[i]
      for (k, word) in ([contexts[i]] + negatives[i]).enumerated() {
        var score = 0.0
        for j in 0..<u.columns { score += u[c, j] * v[word, j] }
        // forward: softplus(-x) for the word beside, softplus(x) for the drawn ones
        let target = k == 0 ? 1.0 : 0.0
        let g = (1 / (1 + exp(-score)) - target) / m
        for j in 0..<u.columns {
          dU[c, j] += g * v[word, j]
          dV[word, j] += g * u[c, j]
        }
      }
    }
    return (dU, dV)
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
    let count = Double(ratings.count)
    // forward: λ/2 (ΣP² + ΣQ²)
    var (dP, dQ) = (penalty * p, penalty * q)
    var (dUserBias, dItemBias) = (Matrix(shape: userBias.shape), Matrix(shape: itemBias.shape))
    for r in users.indices {
      let (user, item) = (users[r], items[r])
      var error = mean + userBias[user] + itemBias[item] - ratings[r]
      for j in 0..<p.columns { error += p[user, j] * q[item, j] }
      // forward: 1/N (r̂ - r)²
      let g = 2 * error / count
      for j in 0..<p.columns {
        dP[user, j] += g * q[item, j]
        dQ[item, j] += g * p[user, j]
      }
      dUserBias[user] += g
      dItemBias[item] += g
    }
    return (dP, dQ, dUserBias, dItemBias)
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
    let f = Matrix(rows: [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]])
    let h = Matrix(rows: [[1, 0, 0, 0], [0, 1, 0, 0]])
    // Time passes.
    let x = matmul(f, state.reshaped([4, 1]))  // [4, 1]
    let p = matmul(matmul(f, covariance), transposed: f) + processNoise  // [4, 4]
    // It is seen.
    let y = measurement.reshaped([2, 1]) - matmul(h, x)  // [2, 1]
    let s = matmul(matmul(h, p), transposed: h) + measurementNoise  // [2, 2]
    let determinant = s[0, 0] * s[1, 1] - s[0, 1] * s[1, 0]
    let inverse = Matrix(rows: [[s[1, 1], -s[0, 1]], [-s[1, 0], s[0, 0]]]) / determinant
    let gain = matmul(matmul(p, transposed: h), inverse)  // K [4, 2]
    let newState = (x + matmul(gain, y)).reshaped([4])
    let newCovariance = p - matmul(gain, matmul(h, p))
    let squaredDistance = matmul(matmul(transposed: y, inverse), y)  // [1, 1]
    return (newState, newCovariance, squaredDistance.item)
  }
}
