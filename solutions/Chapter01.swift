import Problems01

public enum Answers: Chapter01 {
  /// Exercise 1.1: the gradient of y = σ(x), element by element.
  ///
  /// dx = dy · σ′(x), and σ′(x) can be had from y alone: that is why y is what you are given.
  /// Lesson: chapter 1, "The slope of the sigmoid". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 1.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - y: What the forward pass gave, σ(x), `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func sigmoidBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    // forward: y = 1/(1 + e⁻ˣ)
    // so:      dx = dy · y(1 - y)
    dy * y * (1 - y)  // [m, n]
  }

  /// Exercise 1.2: the gradient of y = tanh x, element by element.
  ///
  /// dx = dy · tanh′(x), and again y alone gives the slope.
  /// Lesson: chapter 1, "The slope of tanh". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 1.2`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - y: What the forward pass gave, tanh x, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func tanhBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    // forward: y = tanh x
    // so:      dx = dy · (1 - y²)
    dy * (1 - y * y)  // [m, n]
  }

  /// Exercise 1.3: the gradient of y = max(x, 0), element by element.
  ///
  /// Where x > 0, y moves as x does; elsewhere y stays 0. At x = 0 there is a corner and no slope;
  /// by convention dx is 0 there.
  /// Lesson: chapter 1, "ReLU is a gate". About 8 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 1.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - x: What the forward pass was given, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func reluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
    // forward: y = x where x > 0, else 0
    // so:      dx = dy where x > 0, else 0
    dy.zip(x) { dy, x in x > 0 ? dy : 0 }  // [m, n]
  }

  /// Exercise 1.4: the gradient of a leaky ReLU, element by element.
  ///
  /// y = x where x > 0, and slope · x elsewhere. At x = 0 there is a corner; by convention the left
  /// side's slope is taken there.
  /// Lesson: chapter 1, "The leaky gate". About 5 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 1.4`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - x: What the forward pass was given, `[m, n]`.
  ///   - slope: The slope left of zero, between 0 and 1, such as 0.01.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func leakyReLUBackward(_ dy: Matrix, x: Matrix, slope: Double) throws -> Matrix {
    // forward: y = x where x > 0, else slope · x
    // so:      dx = dy where x > 0, else slope · dy
    dy.zip(x) { dy, x in x > 0 ? dy : slope * dy }  // [m, n]
  }

  /// Exercise 1.5: the gradient of softmax, row by row.
  ///
  /// yᵢ = e^(xᵢ)/Σⱼ e^(xⱼ) in each row, so every output of a row depends on every input of that row,
  /// and on no other row. Return the row of dy times the row's Jacobian. You need not build the
  /// Jacobian: one sum a row is enough.
  /// Lesson: chapter 1, "Softmax ties a row together". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 1.5`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`, a sample a row.
  ///   - y: What the forward pass gave, softmax(x), `[m, n]`: each row sums to 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func softmaxBackward(_ dy: Matrix, y: Matrix) throws -> Matrix {
    // forward: yᵢ = e^(xᵢ) / Σⱼ e^(xⱼ), so ∂yⱼ/∂xᵢ = yⱼ (δᵢⱼ - yᵢ)
    // so:      dxᵢ = yᵢ (dyᵢ - Σⱼ dyⱼ yⱼ)
    let sums = (dy * y).sum(axis: 1)  // [m]
    var dx = dy  // [m, n]
    for i in 0..<y.rows {
      for j in 0..<y.columns { dx[i, j] = y[i, j] * (dy[i, j] - sums[i]) }
    }
    return dx
  }

  /// Exercise 1.6: the gradient of y = x·Φ(x), element by element.
  ///
  ///     Φ(x) = (1 + erf(x/√2))/2
  ///     φ(x) = e^(-x²/2)/√(2π), the slope of Φ
  ///
  /// Φ is the normal distribution function, exact by erf and not one of its approximations, and φ its
  /// density. In Swift: `Double.erf`, `Double.exp`, `Double.pi`.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 1, "The slope of GELU". About 15 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 1.6`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - x: What the forward pass was given, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, n]`.
  public static func geluBackward(_ dy: Matrix, x: Matrix) throws -> Matrix {
    // forward: y = x·Φ(x), and Φ′ = φ
    // so:      dx = dy · (Φ(x) + x·φ(x))
    dy.zip(x) { dy, x in
      let distribution = (1 + Double.erf(x / 2.0.squareRoot())) / 2
      let density = Double.exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      return dy * (distribution + x * density)
    }  // [m, n]
  }
}
