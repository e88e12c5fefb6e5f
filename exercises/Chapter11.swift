import Problems11

public enum Answers: Chapter11 {
  /// Exercise 11.1: the gradient of a language model's loss on names of different lengths.
  ///
  ///     L = Σ mask · (-log p[target]) / Σ mask,   p = softmax of the n scores of a step
  ///
  /// The sum is over all steps of all sequences of the batch; the mask is 1 where a step counts, and 0
  /// where it only fills the row.
  /// Lesson: chapter 11, "Names of different lengths". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 11.1`
  ///
  /// - Parameters:
  ///   - logits: The scores, `[m, t, n]`; any size, so that exponentials may overflow.
  ///   - targets: The class that comes next, m rows of t.
  ///   - mask: 1 or 0, m rows of t; one 1 at least in the whole batch. A row may have none.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[m, t, n]`.
  public static func maskedCrossEntropyBackward(
    _ logits: Matrix, targets: [[Int]], mask: [[Int]]
  ) throws -> Matrix {
    throw Todo("11.1")
  }

  /// Exercise 11.2: one step of an LSTM, backwards.
  ///
  ///     z = x·Wx + h·Wh + b,   columns i, f, g, o
  ///     i = σ(zᵢ)   f = σ(z_f)   g = tanh(z_g)   o = σ(zₒ)
  ///     c′ = f·c + i·g   h′ = o·tanh(c′)
  ///
  /// Two gradients arrive: dNext at h′, and dNextCell at c′, from the step that follows. The chapter calls
  /// the function for the last step first, and adds up dWx, dWh and db.
  /// Lesson: chapter 11, "A cell with gates". About 35 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 11.2`
  ///
  /// - Parameters:
  ///   - dNext: ∂loss/∂h′, `[m, n]`.
  ///   - dNextCell: ∂loss/∂c′ by the steps that follow, `[m, n]`; the way through h′ is not in it.
  ///   - x: The step's input, `[m, in]`.
  ///   - h: The state before the step, `[m, n]`.
  ///   - cell: c, the cell before the step, `[m, n]`.
  ///   - i: The input gate, `[m, n]`.
  ///   - f: The forget gate, `[m, n]`.
  ///   - g: What may be written, `[m, n]`.
  ///   - o: The output gate, `[m, n]`.
  ///   - nextCell: c′, the cell after the step, `[m, n]`.
  ///   - inputWeight: Wx, `[in, 4n]`.
  ///   - hiddenWeight: Wh, `[n, 4n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradients of x `[m, in]`, h and c `[m, n]`, Wx `[in, 4n]`, Wh `[n, 4n]`, b `[4n]`.
  public static func lstmStepBackward(
    _ dNext: Matrix, dNextCell: Matrix, x: Matrix, h: Matrix, cell: Matrix, i: Matrix, f: Matrix,
    g: Matrix, o: Matrix, nextCell: Matrix, inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> LSTMStepGradients {
    throw Todo("11.2")
  }

  /// Exercise 11.3: one step of a GRU, backwards.
  ///
  ///     a = x·Wx + b   u = h·Wh,   columns r, z, n
  ///     r = σ(a_r + u_r)   z = σ(a_z + u_z)   g = tanh(a_n + r·u_n)
  ///     h′ = (1 - z)·g + z·h
  ///
  /// r stands behind the matrix, as in PyTorch; in another GRU it multiplies h before Wh.
  /// Lesson: chapter 11, "The same with one state". About 35 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 11.3`
  ///
  /// - Parameters:
  ///   - dNext: ∂loss/∂h′, `[m, n]`, from the output and from the steps that follow.
  ///   - x: The step's input, `[m, in]`.
  ///   - h: The state before the step, `[m, n]`.
  ///   - r: The reset gate, `[m, n]`.
  ///   - z: The update gate, `[m, n]`.
  ///   - g: The proposal, `[m, n]`.
  ///   - proposed: u_n, the last n columns of h·Wh, `[m, n]`.
  ///   - inputWeight: Wx, `[in, 3n]`.
  ///   - hiddenWeight: Wh, `[n, 3n]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradients of x `[m, in]`, h `[m, n]`, Wx `[in, 3n]`, Wh `[n, 3n]`, b `[3n]`.
  public static func gruStepBackward(
    _ dNext: Matrix, x: Matrix, h: Matrix, r: Matrix, z: Matrix, g: Matrix, proposed: Matrix,
    inputWeight: Matrix, hiddenWeight: Matrix
  ) throws -> GRUStepGradients {
    throw Todo("11.3")
  }

  /// Exercise 11.4: the gradients of dot attention with one query a sequence.
  ///
  ///     s_i = q·h_i   α = softmax(s)   c = Σ α_i h_i
  ///
  /// The scores have no factor. Where a state was masked, its α is 0, and it gets no gradient.
  /// Lesson: chapter 11, "Looking back: attention". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 11.4`
  ///
  /// - Parameters:
  ///   - dContext: ∂loss/∂c, `[m, d]`.
  ///   - query: q, `[m, d]`.
  ///   - states: h, `[m, t, d]`.
  ///   - weights: α, `[m, t]`; each row sums to 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂q `[m, d]` and ∂loss/∂h `[m, t, d]`.
  public static func dotAttentionBackward(
    _ dContext: Matrix, query: Matrix, states: Matrix, weights: Matrix
  ) throws -> (dQuery: Matrix, dStates: Matrix) {
    throw Todo("11.4")
  }

  /// Exercise 11.5: the gradients of a causal, dilated convolution in time.
  ///
  ///     y[n, o, t] = b[o] + Σ_c Σ_j W[o, c, j]·x[n, c, t - (k - 1 - j)·dilation]
  ///
  /// Before the start x is 0. The last of the k taps sees now, the others the past.
  /// Lesson: chapter 11, "Without a state". About 25 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 11.5`
  ///
  /// - Parameters:
  ///   - dy: ∂loss/∂y, `[m, out, t]`.
  ///   - x: The signals, `[m, in, t]`.
  ///   - weight: W, `[out, in, k]`; k may be larger than t.
  ///   - dilation: How many steps lie between two taps, at least 1.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x `[m, in, t]`, ∂loss/∂W `[out, in, k]`, ∂loss/∂b `[out]`.
  public static func causalConv1dBackward(
    _ dy: Matrix, x: Matrix, weight: Matrix, dilation: Int
  ) throws -> (dx: Matrix, dW: Matrix, db: Matrix) {
    throw Todo("11.5")
  }

  /// Exercise 11.6: the gradient of connectionist temporal classification.
  ///
  ///     y = softmax of each frame   p = Σ of all paths that are read as the label
  ///     L = 1/m Σ -log p
  ///
  /// A path says one class a frame; it is read by joining equal neighbours and then dropping blanks. The
  /// blank is class 0. L is not divided by the labels' lengths. The lesson has the recursion that sums over
  /// the paths. A challenge: no chapter needs it.
  /// Lesson: chapter 11, "Sound without an alignment". About 75 minutes, difficulty 5 of 5.
  /// Stuck? `swift run workbook hint 11.6`
  ///
  /// - Parameters:
  ///   - logits: Scores, not probabilities, `[t, m, n]`: frames, recordings, classes.
  ///   - labels: The classes of each recording in their order, without blanks; m rows, some may be empty.
  ///     Each fits into the t frames.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂logits, `[t, m, n]`.
  public static func ctcBackward(_ logits: Matrix, labels: [[Int]]) throws -> Matrix {
    throw Todo("11.6")
  }
}
