import Problems08

public enum Answers: Chapter08 {
  /// Exercise 8.1: the gradient of a residual sum.
  ///
  ///     y = F(x) + x
  ///
  /// x is used twice, in F and past it, and both uses count.
  /// Lesson: chapter 8, "One addition, backwards". About 8 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 8.1`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, any shape.
  ///   - branchBackward: The backward pass of F: from ∂loss/∂F(x) to F's share of ∂loss/∂x. Call it
  ///     once, and let its errors through.
  /// - Throws: `Todo`, until you have written it; what branchBackward throws.
  /// - Returns: ∂loss/∂x, in dy's shape.
  public static func residualBackward(
    _ dy: Matrix, branchBackward: (Matrix) throws -> Matrix
  ) throws -> Matrix {
    // forward: y = F(x) + x
    try branchBackward(dy) + dy
  }

  /// Exercise 8.2: the gradients of a projection shortcut, a 1×1 convolution with a stride.
  ///
  ///     y[n, o, i, j] = Σ x[n, c, i·s, j·s]·w[o, c, 0, 0]   over c
  ///
  /// s is the stride; there is no padding and no bias. Pixels that the stride skips are in no y. dy
  /// comes from a loss that was divided by the batch already.
  /// Lesson: chapter 8, "The projection, backwards". About 15 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 8.2`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out, height', width']`.
  ///   - x: The images, `[m, in, height, width]`.
  ///   - weight: The filters w, `[out, in, 1, 1]`.
  ///   - stride: s, 1 or more, the same in both directions.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x in x's shape, ∂loss/∂w in w's shape.
  public static func projectionShortcutBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, stride: Int
  ) throws -> (dx: Matrix, dW: Matrix) {
    var dx = Matrix(shape: x.shape)  // [m, in, height, width]
    var dW = Matrix(shape: weight.shape)  // [out, in, 1, 1]
    for n in 0..<dy.shape[0] {
      for o in 0..<dy.shape[1] {
        for i in 0..<dy.shape[2] {
          for j in 0..<dy.shape[3] {
            for c in 0..<x.shape[1] {
              // forward: y[n, o, i, j] += x[n, c, i * stride, j * stride] * w[o, c, 0, 0]
              dx[n, c, i * stride, j * stride] += dy[n, o, i, j] * weight[o, c, 0, 0]
              dW[o, c, 0, 0] += dy[n, o, i, j] * x[n, c, i * stride, j * stride]
            }
          }
        }
      }
    }
    return (dx, dW)
  }

  /// Exercise 8.3: the gradient of global average pooling.
  ///
  ///     y[n, c] = mean of x[n, c, i, j]   over i and j
  ///
  /// All pixels of a channel, height × width of them, become one number.
  /// Lesson: chapter 8, "Global average pooling". About 8 minutes, difficulty 1 of 5.
  /// Stuck? `swift run workbook hint 8.3`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, c]`.
  ///   - inputShape: The shape of x, `[m, c, height, width]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x, `[m, c, height, width]`.
  public static func globalAveragePoolBackward(
    _ dy: Matrix, inputShape: [Int]
  ) throws -> Matrix {
    var dx = Matrix(shape: inputShape)  // [m, c, height, width]
    let (height, width) = (inputShape[2], inputShape[3])
    for n in 0..<inputShape[0] {
      for c in 0..<inputShape[1] {
        // forward: y[n, c] = (Σ over i and j of x[n, c, i, j]) / (height * width)
        let share = dy[n, c] / Double(height * width)
        for i in 0..<height {
          for j in 0..<width { dx[n, c, i, j] = share }
        }
      }
    }
    return dx
  }

  /// Exercise 8.4: all gradients of a basic block, y = relu(F(x) + x).
  ///
  ///     z₁ = w₁ ⋆ x   n₁ = batchNorm(z₁)   h = relu(n₁)
  ///     z₂ = w₂ ⋆ h   n₂ = batchNorm(z₂)   s = n₂ + x     y = relu(s)
  ///
  /// From ∂loss/∂y to the gradients of x and of the six parameters. At 0 ReLU passes nothing: its
  /// gates are s > 0 and n₁ > 0. `steps` brings the two steps that you have written in chapters 5
  /// and 7: `steps.convolution(dz, x, w)` gives (dx, dW), `steps.batchNorm(dn, z, γ)` gives
  /// (dz, dγ, dβ). The gates and the sum are yours.
  /// Lesson: chapter 8, "A whole block, backwards". About 25 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 8.4`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, c, h, w]`.
  ///   - cache: What the forward pass computed: x, z₁, n₁, h, z₂ and s, each `[m, c, h, w]`.
  ///   - parameters: w₁ and w₂ `[c, c, 3, 3]`; γ₁, β₁, γ₂ and β₂ `[c]`.
  ///   - steps: Backward of a convolution and of batch normalization.
  /// - Throws: `Todo`, until you have written it; what a step throws.
  /// - Returns: The gradients of x, w₁, γ₁, β₁, w₂, γ₂, β₂, each in the shape of its variable.
  public static func basicBlockBackward(
    _ dy: Matrix, cache: BasicBlockCache, parameters: BasicBlockParameters, steps: BlockSteps
  ) throws -> BasicBlockGradients {
    // forward: y = relu(s)
    let ds = dy.zip(cache.s) { dy, s in s > 0 ? dy : 0 }  // [m, c, h, w]
    // forward: s = n₂ + x, n₂ = batchNorm(z₂)
    let (dz2, dGamma2, dBeta2) = try steps.batchNorm(ds, cache.z2, parameters.gamma2)
    // forward: z₂ = w₂ ⋆ h
    let (dh, dW2) = try steps.convolution(dz2, cache.h, parameters.w2)
    // forward: h = relu(n₁)
    let dn1 = dh.zip(cache.n1) { dh, n in n > 0 ? dh : 0 }  // [m, c, h, w]
    // forward: n₁ = batchNorm(z₁)
    let (dz1, dGamma1, dBeta1) = try steps.batchNorm(dn1, cache.z1, parameters.gamma1)
    // forward: z₁ = w₁ ⋆ x
    let (dBranch, dW1) = try steps.convolution(dz1, cache.x, parameters.w1)
    // forward: s = n₂ + x, where x went past F
    let dx = dBranch + ds  // [m, c, h, w]
    return BasicBlockGradients(
      dx: dx, dW1: dW1, dGamma1: dGamma1, dBeta1: dBeta1, dW2: dW2, dGamma2: dGamma2,
      dBeta2: dBeta2)
  }

  /// Exercise 8.5: the number of parameters of a bottleneck block.
  ///
  /// The block: a 1×1 convolution from `inputs` to `middle` channels, a 3×3 from middle to middle
  /// with the stride, a 1×1 from middle to `outputs`. Each is without a bias and is followed by
  /// batch norm, with a γ and a β for each of its channels. The shortcut is the identity, which has
  /// no parameters, if inputs = outputs and the stride is 1; else it is a 1×1 convolution from
  /// inputs to outputs with the stride, without a bias, followed by batch norm. Running means and
  /// variances are not trained and not counted.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 8, "Counting parameters". About 12 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 8.5`
  ///
  /// - Parameters:
  ///   - inputs: Channels of the block's input.
  ///   - middle: Channels of the 3×3 convolution.
  ///   - outputs: Channels of the block's output.
  ///   - stride: The block's stride.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The number of weights, scales γ and shifts β.
  public static func bottleneckParameterCount(
    inputs: Int, middle: Int, outputs: Int, stride: Int
  ) throws -> Int {
    let weights = inputs * middle + 3 * 3 * middle * middle + middle * outputs
    let scales = 2 * (middle + middle + outputs)
    let needsProjection = inputs != outputs || stride != 1
    let projection = needsProjection ? inputs * outputs + 2 * outputs : 0
    return weights + scales + projection
  }
}
