import Problems06

public enum Answers: Chapter06 {
  /// Exercise 6.1: one step of gradient descent with momentum.
  ///
  ///     v ← βv + g    θ ← θ - ηv
  ///
  /// The step is taken with the new velocity.
  /// Lesson: chapter 6, "Momentum". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 6.1`
  ///
  /// - Parameters:
  ///   - parameter: θ, any shape.
  ///   - gradient: g = ∂loss/∂θ, same shape.
  ///   - velocity: v as the last step left it, 0 at first, same shape.
  ///   - learningRate: η.
  ///   - beta: β, the share of the velocity that is carried on.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new θ and the new v.
  public static func momentumStep(
    _ parameter: Matrix, gradient: Matrix, velocity: Matrix, learningRate: Double, beta: Double
  ) throws -> (parameter: Matrix, velocity: Matrix) {
    let newVelocity = beta * velocity + gradient
    return (parameter - learningRate * newVelocity, newVelocity)
  }

  /// Exercise 6.2: one step of Nesterov's momentum.
  ///
  ///     v ← βv + g    θ ← θ - η(g + βv)
  ///
  /// The v in the second line is the new one.
  /// Lesson: chapter 6, "Nesterov's step". About 5 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 6.2`
  ///
  /// - Parameters:
  ///   - parameter: θ, any shape.
  ///   - gradient: g = ∂loss/∂θ, same shape.
  ///   - velocity: v as the last step left it, 0 at first, same shape.
  ///   - learningRate: η.
  ///   - beta: β, the share of the velocity that is carried on.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new θ and the new v.
  public static func nesterovStep(
    _ parameter: Matrix, gradient: Matrix, velocity: Matrix, learningRate: Double, beta: Double
  ) throws -> (parameter: Matrix, velocity: Matrix) {
    let newVelocity = beta * velocity + gradient
    let ahead = gradient + beta * newVelocity
    return (parameter - learningRate * ahead, newVelocity)
  }

  /// Exercise 6.3: one step of RMSprop.
  ///
  ///     s ← ρs + (1 - ρ)g²    θ ← θ - η·g/(√s + ε)
  ///
  /// Element by element, with the new s; ε stands outside the root.
  /// Lesson: chapter 6, "A rate for each parameter". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 6.3`
  ///
  /// - Parameters:
  ///   - parameter: θ, any shape.
  ///   - gradient: g = ∂loss/∂θ, same shape.
  ///   - squares: s as the last step left it, 0 at first, same shape.
  ///   - learningRate: η.
  ///   - rho: ρ, the share of the mean that is carried on.
  ///   - epsilon: ε, so that nothing is divided by 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new θ and the new s.
  public static func rmspropStep(
    _ parameter: Matrix, gradient: Matrix, squares: Matrix, learningRate: Double, rho: Double,
    epsilon: Double
  ) throws -> (parameter: Matrix, squares: Matrix) {
    let newSquares = rho * squares + (1 - rho) * (gradient * gradient)
    let root = newSquares.map { $0.squareRoot() }
    return (parameter - learningRate * gradient / (root + epsilon), newSquares)
  }

  /// Exercise 6.4: one step of Adam.
  ///
  ///     m ← β₁m + (1 - β₁)g       m̂ = m/(1 - β₁ᵗ)
  ///     v ← β₂v + (1 - β₂)g²      v̂ = v/(1 - β₂ᵗ)      θ ← θ - η·m̂/(√v̂ + ε)
  ///
  /// Element by element; ε stands outside the root. m and v are kept uncorrected.
  /// `Double.pow(beta1, Double(step))` is β₁ᵗ.
  /// Lesson: chapter 6, "Adam". About 15 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 6.4`
  ///
  /// - Parameters:
  ///   - parameter: θ, any shape.
  ///   - gradient: g = ∂loss/∂θ, same shape.
  ///   - m: The mean of gradients as the last step left it, 0 at first, same shape.
  ///   - v: The mean of their squares, likewise.
  ///   - step: t, the number of this step; the first is 1.
  ///   - learningRate: η.
  ///   - beta1: β₁, the share of m that is carried on.
  ///   - beta2: β₂, the share of v that is carried on.
  ///   - epsilon: ε, so that nothing is divided by 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new θ, the new m and the new v.
  public static func adamStep(
    _ parameter: Matrix, gradient: Matrix, m: Matrix, v: Matrix, step: Int, learningRate: Double,
    beta1: Double, beta2: Double, epsilon: Double
  ) throws -> (parameter: Matrix, m: Matrix, v: Matrix) {
    let newM = beta1 * m + (1 - beta1) * gradient
    let newV = beta2 * v + (1 - beta2) * (gradient * gradient)
    // Both began at 0, and are too small by these factors.
    let mHat = newM / (1 - Double.pow(beta1, Double(step)))
    let vHat = newV / (1 - Double.pow(beta2, Double(step)))
    let root = vHat.map { $0.squareRoot() }
    return (parameter - learningRate * mHat / (root + epsilon), newM, newV)
  }

  /// Exercise 6.5: gradients clipped by their norm, all tensors together.
  ///
  ///     ‖g‖ = √Σg², over every number of every tensor    g ← g·min(1, c/‖g‖)
  ///
  /// What is no longer than c stays as it is. Nothing is added to the norm.
  /// Lesson: chapter 6, "Clipping". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 6.5`
  ///
  /// - Parameters:
  ///   - gradients: The gradients of all parameters, each of its own shape.
  ///   - limit: c, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: As many gradients, of the same shapes, in the same order.
  public static func clipByGlobalNorm(_ gradients: [Matrix], limit: Double) throws -> [Matrix] {
    let norm = gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
    if norm <= limit { return gradients }
    return gradients.map { $0 * (limit / norm) }
  }

  /// Exercise 6.6: the learning rate at a step: a linear warm-up, then half a cosine.
  ///
  ///     η(k + 1)/w                                       for k < w
  ///     ηmin + ½(η - ηmin)(1 + cos(π(k - w)/(K - w)))    for w ≤ k ≤ K
  ///
  /// After step K the rate stays at ηmin. `Double.cos` and `Double.pi` are there.
  /// Lesson: chapter 6, "Schedules". About 10 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 6.6`
  ///
  /// - Parameters:
  ///   - step: k, from 0.
  ///   - warmup: w, how many steps the rate rises; 0 for none.
  ///   - total: K, more than w.
  ///   - peak: η, the highest rate.
  ///   - minimum: ηmin, the rate at the end.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The learning rate.
  public static func warmupCosine(
    step: Int, warmup: Int, total: Int, peak: Double, minimum: Double
  ) throws -> Double {
    if step < warmup { return peak * Double(step + 1) / Double(warmup) }
    let share = Double(min(step, total) - warmup) / Double(total - warmup)
    return minimum + (peak - minimum) * (1 + Double.cos(Double.pi * share)) / 2
  }

  /// Exercise 6.7: one step of Newton's method.
  ///
  /// θ ← θ - d, where d solves H·d = g. Eliminate with pivoting: H has an inverse, but there may be a
  /// 0, or next to it, on its diagonal.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 6, "Newton's method". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 6.7`
  ///
  /// - Parameters:
  ///   - parameter: θ, `[n]`.
  ///   - gradient: g, the slope at θ, `[n]`.
  ///   - hessian: H, the curvature at θ, symmetric, `[n, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The new θ, `[n]`.
  public static func newtonStep(
    _ parameter: Matrix, gradient: Matrix, hessian: Matrix
  ) throws -> Matrix {
    let n = gradient.count
    var (a, d) = (hessian, gradient)  // [n, n], [n]
    for column in 0..<n {
      // Bring the largest number of this column to the diagonal.
      var pivot = column
      for row in column..<n where abs(a[row, column]) > abs(a[pivot, column]) { pivot = row }
      for j in 0..<n { (a[column, j], a[pivot, j]) = (a[pivot, j], a[column, j]) }
      (d[column], d[pivot]) = (d[pivot], d[column])
      // Make all numbers below it 0.
      for row in 0..<n where row > column {
        let factor = a[row, column] / a[column, column]
        for j in column..<n { a[row, j] -= factor * a[column, j] }
        d[row] -= factor * d[column]
      }
    }
    // The last row has one unknown, the row above it two, of which one is known by then.
    for row in (0..<n).reversed() {
      for j in 0..<n where j > row { d[row] -= a[row, j] * d[j] }
      d[row] /= a[row, row]
    }
    return parameter - d
  }
}
