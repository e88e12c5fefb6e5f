import Problems07

public enum Answers: Chapter07 {
  /// Exercise 7.1a: the standard deviation of Glorot's weights.
  ///
  ///     y = x·W   dx = dy·Wᵀ
  ///
  /// W is random, of mean 0. The variance that keeps the mean square of y at that of x is one, the
  /// variance that keeps that of dx at that of dy another. Glorot and Bengio took a mean of the two
  /// fans, and one variance for both.
  /// Lesson: chapter 7, "How large should weights be?". About 5 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 7.1a`
  ///
  /// - Parameters:
  ///   - fanIn: How many inputs each output sums, the rows of W `[in, out]`; at least 1.
  ///   - fanOut: How many outputs each input goes to, its columns; at least 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The standard deviation, not the variance.
  public static func glorotStandardDeviation(fanIn: Int, fanOut: Int) throws -> Double {
    let variance = 2 / Double(fanIn + fanOut)
    return variance.squareRoot()
  }

  /// Exercise 7.1b: the standard deviation of He's weights, for layers with ReLU.
  ///
  ///     z = h·W   h = relu(z of the layer before)
  ///
  /// The mean square of z should be the same in every layer. The z are spread evenly around 0.
  /// Lesson: chapter 7, "Where ReLU takes half". About 3 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 7.1b`
  ///
  /// - Parameter fanIn: How many inputs each output sums; at least 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The standard deviation, not the variance.
  public static func heStandardDeviation(fanIn: Int) throws -> Double {
    let variance = 2 / Double(fanIn)
    return variance.squareRoot()
  }

  /// Exercise 7.2: how long each layer's weight gradient is.
  ///
  ///     ‖dW‖ = √(Σ dW²), over all elements of one layer
  ///
  /// Lesson: chapter 7, "A thermometer for depth". About 8 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 7.2`
  ///
  /// - Parameter gradients: dW of each layer, `[in, out]`, from the first layer to the last.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The Euclidean length of each, in the same order.
  public static func gradientNormPerLayer(_ gradients: [Matrix]) throws -> [Double] {
    gradients.map { dW in
      (dW * dW).sum().squareRoot()
    }
  }

  /// Exercise 7.3a: the gradient of each step of batch normalization, one after the other.
  ///
  ///     μ = mean of x   c = x - μ   v = mean of c²   s = √(v + ε)   x̂ = c/s   y = γ·x̂ + β
  ///
  /// Both means are over the batch, of each column, and divide by m. c, s and x̂ come in. Find
  /// ∂loss/∂ of every step, from the last line to the first; each is made of those before it.
  /// dγ and dβ are left to 7.3.
  /// Lesson: chapter 7, "Batch normalization, step by step". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 7.3a`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - gamma: γ, `[n]`.
  ///   - centred: c, `[m, n]`, with m at least 2.
  ///   - deviation: s, `[n]`; ε, above 0, is in it.
  ///   - normal: x̂, `[m, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x̂ `[m, n]`, ∂loss/∂s and ∂loss/∂v `[n]`, ∂loss/∂c `[m, n]`, ∂loss/∂μ `[n]`
  ///   and ∂loss/∂x `[m, n]`; that of c by all ways, and that of μ with x held.
  public static func unfusedBatchNormBackward(
    _ dy: Matrix, gamma: Matrix, centred: Matrix, deviation: Matrix, normal: Matrix
  ) throws -> (
    dNormal: Matrix, dDeviation: Matrix, dVariance: Matrix, dCentred: Matrix, dMean: Matrix,
    dx: Matrix
  ) {
    let m = Double(dy.rows)
    // forward: y = γ·x̂ + β
    let dNormal = dy * gamma  // [m, n]
    // forward: x̂ = c/s, and s is in every row of its column
    let dDeviation = -(dNormal * normal / deviation).sum(axis: 0)  // [n]
    // forward: s = √(v + ε)
    let dVariance = dDeviation / (2 * deviation)  // [n]
    // forward: x̂ = c/s and v = mean of c²: c is used twice, and ways add
    let dCentred = dNormal / deviation + centred * (dVariance * 2 / m)  // [m, n]
    // forward: c = x - μ, and μ is in every row of its column
    let dMean = -dCentred.sum(axis: 0)  // [n]
    // forward: c = x - μ and μ = mean of x: x is used twice
    let dx = dCentred + dMean / m  // [m, n]
    return (dNormal, dDeviation, dVariance, dCentred, dMean, dx)
  }

  /// Exercise 7.3: the gradients of batch normalization, in training.
  ///
  ///     x̂ = (x - mean)/√(var + ε)   y = γ·x̂ + β
  ///
  /// Mean and variance are those of each column of x, over the batch, with var = Σ(x - mean)²/m.
  /// Both are made of x, and so are not constants. ε stands under the root.
  /// Lesson: chapter 7, "Batch normalization, backwards". About 35 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 7.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - x: The input, `[m, n]`, with m at least 2.
  ///   - gamma: γ, `[n]`. β is not needed.
  ///   - epsilon: ε, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x `[m, n]`, ∂loss/∂γ `[n]`, ∂loss/∂β `[n]`.
  public static func batchNormBackward(
    _ dy: Matrix, x: Matrix, gamma: Matrix, epsilon: Double
  ) throws -> (dx: Matrix, dGamma: Matrix, dBeta: Matrix) {
    let centred = x - x.mean(axis: 0)  // [m, n]
    let variance = (centred * centred).mean(axis: 0)  // [n]
    let deviation = variance.map { ($0 + epsilon).squareRoot() }  // [n]
    let normal = centred / deviation  // x̂ [m, n]

    // forward: y = γ·x̂ + β
    let dGamma = (dy * normal).sum(axis: 0)  // [n]
    let dBeta = dy.sum(axis: 0)  // [n]
    let dNormal = dy * gamma  // [m, n]
    // forward: x̂ = (x - mean)/√(var + ε)
    let throughMean = dNormal.mean(axis: 0)  // [n]
    let throughVariance = normal * (dNormal * normal).mean(axis: 0)  // [m, n]
    let dx = (dNormal - throughMean - throughVariance) / deviation  // [m, n]
    return (dx, dGamma, dBeta)
  }

  /// Exercise 7.4: one step of backpropagation through time.
  ///
  ///     z = x·Wx + previous·Wh + b   h = tanh(z)
  ///
  /// Two gradients arrive at h: dOutput, from what is read at this step, and future, from the step
  /// that follows, whose `previous` this h was. The chapter calls the function for the last step
  /// first, hands each dPrevious on as the next call's `future`, and adds up dWx, dWh and db.
  /// Lesson: chapter 7, "Backpropagation through time". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 7.4`
  ///
  /// - Parameters:
  ///   - dOutput: ∂loss/∂h through this step's output, `[m, n]`.
  ///   - future: ∂loss/∂h through the following steps, `[m, n]`; zeros at the last step.
  ///   - x: The step's input, `[m, in]`.
  ///   - previous: The state before the step, `[m, n]`.
  ///   - h: The state after it, `[m, n]`.
  ///   - inputWeight: Wx, `[in, n]`.
  ///   - hiddenWeight: Wh, `[n, n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradients of x `[m, in]`, previous `[m, n]`, Wx `[in, n]`, Wh `[n, n]`, b `[n]`.
  public static func rnnStepBackward(
    _ dOutput: Matrix, future: Matrix, x: Matrix, previous: Matrix, h: Matrix,
    inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> RNNStepGradients {
    // h is used twice: its gradients add
    let dh = dOutput + future  // [m, n]
    // forward: h = tanh(z)
    let dz = dh * (1 - h * h)  // [m, n]
    // forward: z = x·Wx + previous·Wh + b
    let dx = matmul(dz, transposed: inputWeight)  // [m, in]
    let dPrevious = matmul(dz, transposed: hiddenWeight)  // [m, n]
    let dWx = matmul(transposed: x, dz)  // [in, n]
    let dWh = matmul(transposed: previous, dz)  // [n, n]
    let db = dz.sum(axis: 0)  // [n]
    return (dx, dPrevious, dWx, dWh, db)
  }

  /// Exercise 7.5: the gradients of layer normalization.
  ///
  ///     x̂ = (x - mean)/√(var + ε)   y = γ·x̂ + β
  ///
  /// Mean and variance are those of each row of x, over its n features, with
  /// var = Σ(x - mean)²/n. γ and β still have one number for each column.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 7, "Layer normalization". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 7.5`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, n]`.
  ///   - x: The input, `[m, n]`.
  ///   - gamma: γ, `[n]`. β is not needed.
  ///   - epsilon: ε, above 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x `[m, n]`, ∂loss/∂γ `[n]`, ∂loss/∂β `[n]`.
  public static func layerNormBackward(
    _ dy: Matrix, x: Matrix, gamma: Matrix, epsilon: Double
  ) throws -> (dx: Matrix, dGamma: Matrix, dBeta: Matrix) {
    let n = Double(x.columns)
    let dNormal = dy * gamma  // [m, n]
    var (dx, normal) = (Matrix(shape: x.shape), Matrix(shape: x.shape))
    for i in 0..<x.rows {
      var (mean, variance) = (0.0, 0.0)
      for j in 0..<x.columns { mean += x[i, j] / n }
      for j in 0..<x.columns { variance += (x[i, j] - mean) * (x[i, j] - mean) / n }
      let deviation = (variance + epsilon).squareRoot()
      // forward: x̂ = (x - mean)/√(var + ε), along the row
      var (throughMean, throughVariance) = (0.0, 0.0)
      for j in 0..<x.columns {
        normal[i, j] = (x[i, j] - mean) / deviation
        throughMean += dNormal[i, j] / n
        throughVariance += dNormal[i, j] * normal[i, j] / n
      }
      for j in 0..<x.columns {
        dx[i, j] = (dNormal[i, j] - throughMean - normal[i, j] * throughVariance) / deviation
      }
    }
    // forward: y = γ·x̂ + β, with γ and β for each column
    let dGamma = (dy * normal).sum(axis: 0)  // [n]
    let dBeta = dy.sum(axis: 0)  // [n]
    return (dx, dGamma, dBeta)
  }
}
