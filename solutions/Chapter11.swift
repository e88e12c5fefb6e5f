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
    let (m, t, n) = (logits.shape[0], logits.shape[1], logits.shape[2])
    let total = Double(mask.joined().reduce(0, +))
    // Each step is a row of its own.
    let p = softmax(logits.reshaped([m * t, n])).reshaped([m, t, n])
    var dLogits = Matrix(shape: [m, t, n])
    for row in 0..<m {
      for step in 0..<t where mask[row][step] == 1 {
        for k in 0..<n {
          let target = k == targets[row][step] ? 1.0 : 0
          dLogits[row, step, k] = (p[row, step, k] - target) / total
        }
      }
    }
    return dLogits
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
    let (m, n) = (h.rows, h.columns)
    let tanhNext = nextCell.map { Double.tanh($0) }  // [m, n]
    // forward: h′ = o·tanh(c′), and c′ goes on to the next step as well
    let d = dNextCell + dNext * o * (1 - tanhNext * tanhNext)  // [m, n]
    // forward: c′ = f·c + i·g
    let dCell = d * f  // [m, n]
    // forward: i, f and o are sigmoids of their z, g is a tanh
    let gates = [
      d * g * i * (1 - i), d * cell * f * (1 - f), d * i * (1 - g * g),
      dNext * tanhNext * o * (1 - o),
    ]
    var dz = Matrix(shape: [m, 4 * n])
    for (k, gate) in gates.enumerated() {
      for row in 0..<m {
        for unit in 0..<n { dz[row, k * n + unit] = gate[row, unit] }
      }
    }
    // forward: z = x·Wx + h·Wh + b
    let dx = matmul(dz, transposed: inputWeight)  // [m, in]
    let dh = matmul(dz, transposed: hiddenWeight)  // [m, n]
    let dWx = matmul(transposed: x, dz)  // [in, 4n]
    let dWh = matmul(transposed: h, dz)  // [n, 4n]
    let db = dz.sum(axis: 0)  // [4n]
    return (dx, dh, dCell, dWx, dWh, db)
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
    let (m, n) = (h.rows, h.columns)
    // forward: h′ = (1 - z)·g + z·h, with g = tanh and z = σ
    let dg = dNext * (1 - z) * (1 - g * g)  // [m, n]
    let dz = dNext * (h - g) * z * (1 - z)  // [m, n]
    // forward: g = tanh(a_n + r·u_n), with r = σ
    let dr = dg * proposed * r * (1 - r)  // [m, n]
    var (da, du) = (Matrix(shape: [m, 3 * n]), Matrix(shape: [m, 3 * n]))
    for (k, (a, u)) in [(dr, dr), (dz, dz), (dg, dg * r)].enumerated() {
      for row in 0..<m {
        for unit in 0..<n {
          da[row, k * n + unit] = a[row, unit]
          du[row, k * n + unit] = u[row, unit]
        }
      }
    }
    // forward: a = x·Wx + b, u = h·Wh, and h is in h′ directly as well
    let dx = matmul(da, transposed: inputWeight)  // [m, in]
    let dh = dNext * z + matmul(du, transposed: hiddenWeight)  // [m, n]
    let dWx = matmul(transposed: x, da)  // [in, 3n]
    let dWh = matmul(transposed: h, du)  // [n, 3n]
    let db = da.sum(axis: 0)  // [3n]
    return (dx, dh, dWx, dWh, db)
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
    let (m, t, d) = (states.shape[0], states.shape[1], states.shape[2])
    var (dQuery, dStates) = (Matrix(shape: [m, d]), Matrix(shape: [m, t, d]))
    for n in 0..<m {
      // forward: c = Σ α_i h_i
      var dWeights = [Double](repeating: 0, count: t)
      for i in 0..<t {
        for j in 0..<d { dWeights[i] += dContext[n, j] * states[n, i, j] }
      }
      // forward: α = softmax(s)
      var mean = 0.0
      for i in 0..<t { mean += weights[n, i] * dWeights[i] }
      // forward: s_i = q·h_i, and h_i is in c as well
      for i in 0..<t {
        let dScore = weights[n, i] * (dWeights[i] - mean)
        for j in 0..<d {
          dQuery[n, j] += dScore * states[n, i, j]
          dStates[n, i, j] = weights[n, i] * dContext[n, j] + dScore * query[n, j]
        }
      }
    }
    return (dQuery, dStates)
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
    let (m, inputs, steps) = (x.shape[0], x.shape[1], x.shape[2])
    let (outputs, taps) = (weight.shape[0], weight.shape[2])
    var (dx, dW) = (Matrix(shape: x.shape), Matrix(shape: weight.shape))
    var db = Matrix(shape: [outputs])
    for n in 0..<m {
      for o in 0..<outputs {
        for t in 0..<steps {
          db[o] += dy[n, o, t]
          for j in 0..<taps {
            let past = t - (taps - 1 - j) * dilation
            guard past >= 0 else { continue }
            // forward: y[n, o, t] has the term W[o, c, j]·x[n, c, past]
            for c in 0..<inputs {
              dx[n, c, past] += weight[o, c, j] * dy[n, o, t]
              dW[o, c, j] += x[n, c, past] * dy[n, o, t]
            }
          }
        }
      }
    }
    return (dx, dW, db)
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
    let (frames, m, n) = (logits.shape[0], logits.shape[1], logits.shape[2])
    let y = softmax(logits.reshaped([frames * m, n])).reshaped([frames, m, n])
    var dLogits = y
    for (place, label) in labels.enumerated() {
      let e = [0] + label.flatMap { [$0, 0] }
      let count = e.count
      // α and β are divided by their sum in every frame: products of many y would become 0.
      var alpha = Array(repeating: [Double](repeating: 0, count: count), count: frames)
      var beta = alpha
      for t in 0..<frames {
        var total = 0.0
        for s in 0..<count {
          var sum = t == 0 && s < 2 ? 1.0 : 0
          if t > 0 {
            sum = alpha[t - 1][s]
            if s >= 1 { sum += alpha[t - 1][s - 1] }
            if s >= 2, e[s] != 0, e[s] != e[s - 2] { sum += alpha[t - 1][s - 2] }
          }
          alpha[t][s] = sum * y[t, place, e[s]]
          total += alpha[t][s]
        }
        for s in 0..<count { alpha[t][s] /= total }
      }
      for t in (0..<frames).reversed() {
        var total = 0.0
        for s in 0..<count {
          var sum = t == frames - 1 && s >= count - 2 ? 1.0 : 0
          if t < frames - 1 {
            sum = beta[t + 1][s] * y[t + 1, place, e[s]]
            if s + 1 < count { sum += beta[t + 1][s + 1] * y[t + 1, place, e[s + 1]] }
            if s + 2 < count, e[s + 2] != 0, e[s + 2] != e[s] {
              sum += beta[t + 1][s + 2] * y[t + 1, place, e[s + 2]]
            }
          }
          beta[t][s] = sum
          total += sum
        }
        for s in 0..<count { beta[t][s] /= total }
      }
      // The share of each place in p: α·β, divided by their sum over the frame.
      for t in 0..<frames {
        var total = 0.0
        for s in 0..<count { total += alpha[t][s] * beta[t][s] }
        for s in 0..<count { dLogits[t, place, e[s]] -= alpha[t][s] * beta[t][s] / total }
      }
    }
    return dLogits / Double(m)
  }
}
