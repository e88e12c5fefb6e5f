public import Attention
public import Checking
public import Core

/// The input and the matrices of attention with heads, and the gradient that arrives at its output.
public struct MultiHeadQuestion: Question {
  public var x: Matrix
  public var wq: Matrix, wk: Matrix, wv: Matrix, wo: Matrix
  public var dy: Matrix
  public let heads: Int
  public let mask: AttentionMask
  /// The layer's forward pass and the step of attention, where a network has run them.
  private let known: (merged: Matrix, attention: (Matrix) throws -> AttentionGradients)?

  /// A question about a layer in a network, whose forward pass has been run.
  public init(
    dy: Matrix, x: Matrix, merged: Matrix, parameters: HeadParameters, heads: Int,
    attention: @escaping (Matrix) throws -> AttentionGradients
  ) {
    (self.x, self.dy, self.heads, mask) = (x, dy, heads, .none)
    (wq, wk, wv, wo) = (parameters.wq, parameters.wk, parameters.wv, parameters.wo)
    known = (merged, attention)
  }

  /// A question with numbers of one's own, `[m, t, d]`.
  public init(
    x: Matrix, parameters: HeadParameters, dy: Matrix, heads: Int, mask: AttentionMask
  ) {
    (self.x, self.dy, self.heads, self.mask, known) = (x, dy, heads, mask, nil)
    (wq, wk, wv, wo) = (parameters.wq, parameters.wk, parameters.wv, parameters.wo)
  }

  init(
    _ m: Int, _ t: Int, _ width: Int, heads: Int, mask: AttentionMask = .none, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let shape = [m, t, width]
    let (x, square) = (draw(shape), [width, width])
    self.init(
      x: x,
      parameters: HeadParameters(
        wq: draw(square), wk: draw(square), wv: draw(square), wo: draw(square)),
      dy: draw(shape), heads: heads, mask: mask)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("x", \.x), ("Wq", \.wq), ("Wk", \.wk), ("Wv", \.wv), ("Wo", \.wo), ("dy", \.dy)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] { [("heads", \.heads)] }
  public var isPermitted: Bool { true }
  public var summary: String {
    "x \(x.shape), four matrices \(wq.shape), \(heads) head\(heads == 1 ? "" : "s")"
      + (mask == .causal ? ", causal" : "")
  }

  public var parameters: HeadParameters { HeadParameters(wq: wq, wk: wk, wv: wv, wo: wo) }

  /// The library's layer with these matrices.
  var layer: MultiHeadAttention<Double> {
    MultiHeadAttention(
      AttentionWeights(query: wq, key: wk, value: wv, output: wo), heads: heads, mask: mask)
  }

  /// What the function is given beside the tensors: A, and the step from its gradient to those of Q, K
  /// and V.
  public var steps: (merged: Matrix, attention: (Matrix) throws -> AttentionGradients) {
    if let known { return known }
    var context = Context.inference
    let cache = layer.forward(x, in: &context).cache
    return (
      cache.merged,
      {
        scaledDotProductAttentionBackward(
          $0, cache.q, cache.k, cache.v, weights: cache.weights)
      }
    )
  }
}

/// The backward pass of attention with heads, with steps that can be replaced by wrong ones.
private struct MultiHeadBackward {
  var split: (Matrix, Int) -> Matrix = { splitHeads($0, heads: $1) }
  var merge: (Matrix) -> Matrix = { mergeHeads($0) }
  /// What dQ and dK are multiplied by, and what arrives at the heads.
  var scoreFactor: (MultiHeadQuestion) -> Double = { _ in 1 }
  var headFactor: (MultiHeadQuestion) -> Double = { _ in 1 }
  /// How the three ways of x come together.
  var join: (_ q: Matrix, _ k: Matrix, _ v: Matrix) -> Matrix = { $0 + $1 + $2 }
  /// What Wo is thought to have seen.
  var seenByOutput: (MultiHeadQuestion, _ merged: Matrix) -> Matrix = { $1 }
  /// The matrix that leads back to A.
  var output: (MultiHeadQuestion) -> Matrix = { $0.wo.transposed }

  func gradients(_ question: MultiHeadQuestion) -> HeadGradients {
    answer("12.3") {
      let (merged, attention) = question.steps
      let (x, dy) = (question.x.asRows, question.dy.asRows)
      // forward: y = A·Wo
      let dWo = matmul(transposed: seenByOutput(question, merged).asRows, dy)
      let dMerged = matmul(dy, output(question)).reshaped(question.x.shape)
      // forward: A = heads side by side
      let parts = try attention(split(dMerged, question.heads) * headFactor(question))
      let factor = scoreFactor(question)
      let dQ = merge(parts.dQ * factor).asRows
      let (dK, dV) = (merge(parts.dK * factor).asRows, merge(parts.dV).asRows)
      // forward: Q = x·Wq, K = x·Wk, V = x·Wv
      let dx = join(
        matmul(dQ, transposed: question.wq), matmul(dK, transposed: question.wk),
        matmul(dV, transposed: question.wv))
      return HeadGradients(
        dx: dx.reshaped(question.x.shape), dWq: matmul(transposed: x, dQ),
        dWk: matmul(transposed: x, dK), dWv: matmul(transposed: x, dV), dWo: dWo)
    }
  }
}

/// Heads cut with every h-th column: the mistake of a reshape to [m, t, d/h, h].
private func interleaved(_ x: Matrix, heads: Int) -> Matrix {
  let (m, t, width) = (x.shape[0], x.shape[1], x.shape[2] / heads)
  var parts = Matrix(shape: [m, heads, t, width])
  let rows = x.asRows
  for sample in 0..<m {
    for place in 0..<t {
      for column in 0..<heads * width {
        parts[sample, column % heads, place, column / heads] = rows[sample * t + place, column]
      }
    }
  }
  return parts
}

/// What undoes it.
private func interleavedMerge(_ parts: Matrix) -> Matrix {
  let (m, heads, t, width) = (parts.shape[0], parts.shape[1], parts.shape[2], parts.shape[3])
  var rows = Matrix(shape: [m * t, heads * width])
  for sample in 0..<m {
    for place in 0..<t {
      for column in 0..<heads * width {
        rows[sample * t + place, column] = parts[sample, column % heads, place, column / heads]
      }
    }
  }
  return rows.reshaped([m, t, heads * width])
}

extension Chapter12Problems {
  /// 12.3, the gradients of attention with heads.
  public static var multiHead: Problem<MultiHeadQuestion, HeadGradients> {
    Problem(
      "12.3", "multiHeadBackward", minutes: 25, difficulty: 3, section: "Many heads, three ways",
      hints: [
        "Walk back from y: one product, the cut into heads, the step you are given, the heads put "
          + "side by side again, and three products. Where did x go? Count its uses before you write.",
        "Forget the heads: q = 2x, k = 3x, v = 5x, and the step returned dQ = 1, dK = 10, dV = 100. "
          + "Raise x by a little: q rises twice as fast, k three times, v five times. So x gets 2·1 "
          + "from q. What does it get from k, and from v, and together?",
        "x, A and dy are [m, t, d]; asRows makes [m·t, d] of them, which matmul takes. The step "
          + "wants [m, h, t, d/h]: splitHeads(dA, heads: heads); mergeHeads brings its results back to "
          + "[m, t, d]. Head k has the columns that lie side by side. All weights are [d, d].",
        "dWo = Aᵀ·dy, dA = dy·Woᵀ, (dQ, dK, dV) = attention(dA by heads); dWq = xᵀ·dQ, dWk = xᵀ·dK, "
          + "dWv = xᵀ·dV; dx = dQ·Wqᵀ + dK·Wkᵀ + dV·Wvᵀ",
        "let (rows, dRows) = (x.asRows, dy.asRows)\n"
          + "let dMerged = matmul(dRows, transposed: …).reshaped(x.shape)\n"
          + "let parts = try attention(splitHeads(…, heads: heads))\n"
          + "let (dQ, dK, dV) = (mergeHeads(parts.dQ).asRows, …, …)\n"
          + "let dx = matmul(dQ, transposed: parameters.wq) + … + …\n"
          + "return HeadGradients(dx: dx.reshaped(x.shape), dWq: matmul(transposed: rows, …), …)",
      ],
      cases: [
        Case(MultiHeadQuestion(2, 3, 6, heads: 2, mask: .causal, seed: 1221)),
        Case(MultiHeadQuestion(3, 4, 4, heads: 4, seed: 1222)),
        Case(MultiHeadQuestion(1, 5, 6, heads: 3, mask: .causal, seed: 1223)),
        Case(MultiHeadQuestion(2, 2, 3, heads: 1, seed: 1224)),
        Case(MultiHeadQuestion(4, 1, 4, heads: 2, seed: 1225)),
        Case(MultiHeadQuestion(2, 3, 4, heads: 2, mask: .causal, seed: 1226)).rounded(),
      ],
      forward: { ($0.dy * $0.layer($0.x)).sum() },
      reference: { MultiHeadBackward().gradients($0) },
      parts: [
        Part("dx", of: \.x) { $0.dx }, Part("dWq", of: \.wq) { $0.dWq },
        Part("dWk", of: \.wk) { $0.dWk }, Part("dWv", of: \.wv) { $0.dWv },
        Part("dWo", of: \.wo) { $0.dWo },
      ],
      misconceptions: multiHeadMisconceptions,
      alternatives: [
        { question in
          // Backward is linear: two shares of dy, added up.
          var (one, other) = (question, question)
          (one.dy, other.dy) = (0.25 * question.dy, 0.75 * question.dy)
          let (a, b) = (MultiHeadBackward().gradients(one), MultiHeadBackward().gradients(other))
          return HeadGradients(
            dx: a.dx + b.dx, dWq: a.dWq + b.dWq, dWk: a.dWk + b.dWk, dWv: a.dWv + b.dWv,
            dWo: a.dWo + b.dWo)
        },
        libraryHeads, oneMatrix,
      ],
      given: { $0.tensors + [("A", $0.steps.merged)] },
      promise: asks { answers, question in
        try multiHeadPromise(question) {
          try answers.multiHeadBackward(
            question.dy, x: question.x, merged: question.steps.merged,
            parameters: question.parameters, heads: question.heads, attention: $0)
        }
      },
      attempt: asks {
        let steps = $1.steps
        return try $0.multiHeadBackward(
          $1.dy, x: $1.x, merged: steps.merged, parameters: $1.parameters, heads: $1.heads,
          attention: steps.attention)
      }
    )
  }

  private static var multiHeadMisconceptions: [Misconception<MultiHeadQuestion, HeadGradients>] {
    [
      wrong(
        "heads-values-only",
        "Your dx is what comes back through the values alone. x also made the queries and the keys: "
          + "add dQ·Wqᵀ and dK·Wkᵀ."
      ) { $0.join = { _, _, v in v } },
      wrong(
        "heads-queries-dropped",
        "Your dx lacks the way through the queries: dQ·Wqᵀ. x was used three times."
      ) { $0.join = { _, k, v in k + v } },
      wrong(
        "heads-keys-dropped",
        "Your dx lacks the way through the keys: dK·Wkᵀ. x was used three times."
      ) { $0.join = { q, _, v in q + v } },
      wrong(
        "heads-values-dropped",
        "Your dx lacks the way through the values: dV·Wvᵀ. x was used three times."
      ) { $0.join = { q, k, _ in q + k } },
      wrong(
        "heads-ways-averaged",
        "Three uses, three gradients, and they add up. You took their mean."
      ) { $0.join = { q, k, v in (q + k + v) / 3 } },
      wrong(
        "heads-interleaved",
        "Head k has the columns k·d/h to (k + 1)·d/h - 1, side by side. You gave it every h-th column."
      ) {
        $0.split = { interleaved($0, heads: $1) }
        $0.merge = { interleavedMerge($0) }
      },
      wrong(
        "heads-reshaped",
        "Reading [m, t, d] as [m, h, t, d/h] mixes places with heads: cut the columns, then exchange the "
          + "axes, as splitHeads does, and mergeHeads on the way back."
      ) {
        $0.split = { $0.reshaped([$0.shape[0], $1, $0.shape[1], $0.shape[2] / $1]) }
        $0.merge = { $0.reshaped([$0.shape[0], $0.shape[2], $0.shape[1] * $0.shape[3]]) }
      },
      wrong(
        "heads-scale-of-the-whole-width",
        "Each head divides its scores by √(d/h), its own width. Your dQ and dK have the root of the "
          + "whole width: they are √h times too small."
      ) { $0.scoreFactor = { 1 / Double($0.heads).squareRoot() } },
      wrong(
        "heads-output-from-x",
        "Wo saw A, what the heads gave, side by side: dWo = Aᵀ·dy. You took x."
      ) { $0.seenByOutput = { question, _ in question.x } },
      wrong(
        "heads-averaged",
        "The heads stand side by side, each whole. You divided their gradient by the number of heads, "
          + "as if y were their mean."
      ) { $0.headFactor = { 1 / Double($0.heads) } },
      wrong(
        "heads-output-untransposed",
        "Backwards Wo is read across: dA = dy·Woᵀ. You used Wo as it is."
      ) { $0.output = { $0.wo } },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout MultiHeadBackward) -> Void
  ) -> Misconception<MultiHeadQuestion, HeadGradients> {
    Misconception(name, sentence) {
      var backward = MultiHeadBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }

  /// The library's layer.
  private static func libraryHeads(_ question: MultiHeadQuestion) -> HeadGradients {
    var context = Context.inference
    let layer = question.layer
    let (dx, gradient) = layer.backward(
      question.dy, layer.forward(question.x, in: &context).cache)
    return HeadGradients(
      dx: dx, dWq: gradient.query, dWk: gradient.key, dWv: gradient.value, dWo: gradient.output)
  }

  /// The three products as one, of matrices side by side.
  private static func oneMatrix(_ question: MultiHeadQuestion) -> HeadGradients {
    var right = MultiHeadBackward().gradients(question)
    let width = question.wq.rows
    guard
      let parts = try? question.steps.attention(
        splitHeads(
          matmul(question.dy.asRows, transposed: question.wo).reshaped(question.x.shape),
          heads: question.heads))
    else { return right }
    let all = [parts.dQ, parts.dK, parts.dV].map { mergeHeads($0).asRows }
    var (wide, weights) = (
      Matrix(shape: [all[0].rows, 3 * width]), Matrix(shape: [width, 3 * width])
    )
    for (place, (d, weight)) in zip(all, [question.wq, question.wk, question.wv]).enumerated() {
      for j in 0..<width {
        for i in 0..<d.rows { wide[i, place * width + j] = d[i, j] }
        for i in 0..<width { weights[i, place * width + j] = weight[i, j] }
      }
    }
    right.dx = matmul(wide, transposed: weights).reshaped(question.x.shape)
    return right
  }
}
