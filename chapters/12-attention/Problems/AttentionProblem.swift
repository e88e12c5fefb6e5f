public import Attention
public import Checking
public import Core

/// Queries, keys and values by heads, who may see whom, and the gradient that arrives at the output.
public struct AttentionQuestion: Question {
  public var q: Matrix, k: Matrix, v: Matrix, dy: Matrix
  public let mask: AttentionMask
  private let known: Matrix?

  public init(
    q: Matrix, k: Matrix, v: Matrix, dy: Matrix, mask: AttentionMask, weights: Matrix? = nil
  ) {
    (self.q, self.k, self.v, self.dy) = (q, k, v, dy)
    (self.mask, known) = (mask, weights)
  }

  /// Random ones: `[m, h, t, d]`, with t′ keys and values of a width e.
  init(
    _ m: Int, _ h: Int, _ t: Int, _ d: Int, keys: Int? = nil, values: Int? = nil,
    mask: AttentionMask = .none, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    let (keys, width) = (keys ?? t, values ?? d)
    self.init(
      q: draw([m, h, t, d]), k: draw([m, h, keys, d]), v: draw([m, h, keys, width]),
      dy: draw([m, h, t, width]), mask: mask)
  }

  /// P, `[m, h, t, t′]`.
  public var weights: Matrix {
    known ?? scaledDotProductAttention(q, k, v, mask: mask).weights
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("q", \.q), ("k", \.k), ("v", \.v), ("dy", \.dy)]
  }
  public var summary: String {
    "q \(q.shape), k \(k.shape), v \(v.shape)"
      + (mask == .causal ? ", causal" : mask == .none ? "" : ", masked")
  }
}

/// The gradients of attention.
public typealias AttentionGradients = (dQ: Matrix, dK: Matrix, dV: Matrix)

/// The steps of attention's backward pass, each of which may be replaced by a wrong one.
private struct AttentionBackward {
  var dV: (AttentionQuestion, Matrix) -> Matrix = { batchedMatmul(transposed: $1, $0.dy) }
  /// From dP and P to dS, `[rows, t′]` each, and the number of queries t.
  var dScores: (_ dP: Matrix, _ p: Matrix, _ t: Int) -> Matrix = { dP, p, _ in
    softmaxBackward(dP, y: p)
  }
  /// What dS·K and dSᵀ·Q are multiplied by.
  var scale: (AttentionQuestion) -> Double = { 1 / Double($0.q.shape[3]).squareRoot() }
  var dK: (_ dS: Matrix, _ q: Matrix) -> Matrix = { batchedMatmul(transposed: $0, $1) }

  func gradients(_ question: AttentionQuestion) -> AttentionGradients {
    let p = question.weights
    let dP = batchedMatmul(question.dy, transposed: question.v)
    let dS = dScores(dP.asRows, p.asRows, p.shape[2]).reshaped(p.shape)
    let scale = scale(question)
    return (
      batchedMatmul(dS, question.k) * scale, dK(dS, question.q) * scale, dV(question, p)
    )
  }
}

/// A matrix read with its sizes exchanged: what a forgotten transpose reads where the sizes permit it.
private func untransposed(_ p: Matrix) -> Matrix {
  p.reshaped([p.shape[0], p.shape[1], p.shape[3], p.shape[2]])
}

extension Chapter12Problems {
  /// 12.2, the gradients of attention.
  public static var attention: Problem<AttentionQuestion, AttentionGradients> {
    Problem(
      "12.2", "attentionBackward", minutes: 30, difficulty: 3,
      section: "Attention, backwards",
      hints: [
        "Three lines forward, so three steps back: the product P·V, the softmax by rows, the product "
          + "Q·Kᵀ with its factor. The first and the last are products of two matrices that both have "
          + "gradients, as x·W has. The middle one is 1.4.",
        "One query, two keys, width 1: scores (0, 0), so P = (½, ½). V = (4, 0), dy = 1. Then dP = "
          + "(4, 0): the first value would make y larger. But P must sum to 1: what one key gains, the "
          + "other loses. P⊙dP = (2, 0), its sum is 2, and dS = ½·(4 - 2), ½·(0 - 2) = (1, -1). Check it "
          + "by raising the first score a little.",
        "P and its gradients are [m, h, t, t′], dQ [m, h, t, d], dK [m, h, t′, d], dV [m, h, t′, e]. "
          + "batchedMatmul treats each sample and head by itself; asRows makes [m·h·t, t′] of P, where "
          + "sum(axis: 1) gives one number a row. What was masked needs no special case: why?",
        "dV = Pᵀ·dy, dP = dy·Vᵀ, dS = P⊙(dP - Σ dP⊙P by rows), dQ = dS·K/√d, dK = dSᵀ·Q/√d",
        "let dV = batchedMatmul(transposed: weights, …)\n"
          + "let dP = batchedMatmul(dy, transposed: …).asRows; let p = weights.asRows\n"
          + "let sums = (dP * p).sum(axis: …)\n"
          + "let dS = (p * (dP.transposed - sums).transposed).reshaped(weights.shape) / "
          + "Double(q.shape[3]).squareRoot()\n"
          + "return (batchedMatmul(dS, …), batchedMatmul(transposed: dS, …), dV)",
      ],
      cases: [
        Case(AttentionQuestion(2, 2, 3, 4, keys: 5, values: 2, seed: 1211)),
        Case(AttentionQuestion(2, 3, 4, 2, mask: .causal, seed: 1212)),
        Case(AttentionQuestion(1, 1, 3, 3, seed: 1213)),
        Case(AttentionQuestion(1, 2, 1, 3, keys: 4, seed: 1214)),
        Case(
          AttentionQuestion(
            3, 1, 2, 1, keys: 3, values: 3,
            mask: .visible([[true, false, true], [false, true, false]]), seed: 1215)),
        Case(AttentionQuestion(1, 2, 4, 5, mask: .causal, seed: 1216)).rounded(),
      ],
      forward: {
        ($0.dy * scaledDotProductAttention($0.q, $0.k, $0.v, mask: $0.mask).output).sum()
      },
      reference: {
        scaledDotProductAttentionBackward($0.dy, $0.q, $0.k, $0.v, weights: $0.weights)
      },
      parts: [
        Part("dQ", of: \.q) { $0.dQ }, Part("dK", of: \.k) { $0.dK },
        Part("dV", of: \.v) { $0.dV },
      ],
      misconceptions: attentionMisconceptions,
      alternatives: [attentionByElements, attentionByJacobian, attentionThroughOutput],
      given: { [("P", $0.weights)] + $0.tensors },
      attempt: asks {
        try $0.attentionBackward($1.dy, q: $1.q, k: $1.k, v: $1.v, weights: $1.weights)
      }
    )
  }

  private static var attentionMisconceptions: [Misconception<AttentionQuestion, AttentionGradients>]
  {
    [
      wrong(
        "attention-scale-forgotten",
        "The scores were divided by √d, so their gradients are, too: dQ and dK lack the factor 1/√d."
      ) { $0.scale = { _ in 1 } },
      wrong(
        "attention-scale-twice",
        "1/√d is in your dQ and dK twice. The scores were divided by √d once."
      ) { $0.scale = { 1 / Double($0.q.shape[3]) } },
      wrong(
        "attention-scale-of-all-heads",
        "Each head divides by the root of its own width d, the last axis of q. You took the width of "
          + "all heads together."
      ) { $0.scale = { 1 / Double($0.q.shape[1] * $0.q.shape[3]).squareRoot() } },
      wrong(
        "attention-softmax-elementwise",
        "P·(1 - P) is the slope of a sigmoid. In a softmax each score is in every weight of its row: "
          + "dS = P⊙(dP - Σ dP⊙P)."
      ) { $0.dScores = { dP, p, _ in dP * p * (1 - p) } },
      wrong(
        "attention-sum-left-out",
        "P⊙dP is one half of the softmax's gradient. The weights of a row sum to 1, so what one gains "
          + "the others lose: subtract the row's sum of dP⊙P inside."
      ) { $0.dScores = { dP, p, _ in dP * p } },
      wrong(
        "attention-weights-left-out",
        "dP - Σ dP⊙P still has to be multiplied by P: a key that is not listened to learns nothing."
      ) {
        $0.dScores = { dP, p, _ in (dP.transposed - (dP * p).sum(axis: 1)).transposed }
      },
      wrong(
        "attention-sum-down-the-column",
        "The softmax runs along a row, over the keys of one query, and so does its sum. Yours runs "
          + "down the columns, over the queries."
      ) {
        $0.dScores = { dP, p, t in
          var dS = dP * p
          let product = dS
          for start in stride(from: 0, to: dP.rows, by: t) {
            let sums = product.rows(start..<start + t).sum(axis: 0)
            for i in start..<start + t {
              for j in 0..<dP.columns { dS[i, j] -= p[i, j] * sums[j] }
            }
          }
          return dS
        }
      },
      wrong(
        "attention-sum-without-weights",
        "The row's sum is that of dP⊙P: each dP counts with its weight. You summed dP alone."
      ) {
        $0.dScores = { dP, p, _ in p * (dP.transposed - dP.sum(axis: 1)).transposed }
      },
      wrong(
        "attention-keys-untransposed",
        "Column j of dS belongs to key j: dK = dSᵀ·Q. You took dS with its rows."
      ) { $0.dK = { dS, q in batchedMatmul(untransposed(dS), q) } },
      wrong(
        "attention-values-untransposed",
        "Column j of P says who listened to value j: dV = Pᵀ·dy. You took P with its rows."
      ) { $0.dV = { question, p in batchedMatmul(untransposed(p), question.dy) } },
    ]
  }

  private static func wrong(
    _ name: String, _ sentence: String, change: @escaping (inout AttentionBackward) -> Void
  ) -> Misconception<AttentionQuestion, AttentionGradients> {
    Misconception(name, sentence) {
      var backward = AttentionBackward()
      change(&backward)
      return backward.gradients($0)
    }
  }
}

// Other right answers.
extension Chapter12Problems {
  /// With loops alone.
  private static func attentionByElements(_ question: AttentionQuestion) -> AttentionGradients {
    let (q, k, v, dy, p) = (question.q, question.k, question.v, question.dy, question.weights)
    var (dQ, dK) = (Matrix(shape: q.shape), Matrix(shape: k.shape))
    var dV = Matrix(shape: v.shape)
    let root = Double(q.shape[3]).squareRoot()
    for n in 0..<q.shape[0] {
      for h in 0..<q.shape[1] {
        for i in 0..<q.shape[2] {
          var dP = [Double](repeating: 0, count: k.shape[2])
          for j in dP.indices {
            for c in 0..<v.shape[3] {
              dP[j] += dy[n, h, i, c] * v[n, h, j, c]
              dV[n, h, j, c] += p[n, h, i, j] * dy[n, h, i, c]
            }
          }
          let sum = dP.indices.reduce(0) { $0 + dP[$1] * p[n, h, i, $1] }
          for j in dP.indices {
            let dS = p[n, h, i, j] * (dP[j] - sum) / root
            for c in 0..<q.shape[3] {
              dQ[n, h, i, c] += dS * k[n, h, j, c]
              dK[n, h, j, c] += dS * q[n, h, i, c]
            }
          }
        }
      }
    }
    return (dQ, dK, dV)
  }

  /// Each row's Jacobian of the softmax, built and multiplied.
  private static func attentionByJacobian(_ question: AttentionQuestion) -> AttentionGradients {
    var backward = AttentionBackward()
    backward.dScores = { dP, p, _ in
      var dS = Matrix(shape: p.shape)
      for row in 0..<p.rows {
        for i in 0..<p.columns {
          for j in 0..<p.columns {
            dS[row, i] += p[row, i] * ((i == j ? 1 : 0) - p[row, j]) * dP[row, j]
          }
        }
      }
      return dS
    }
    return backward.gradients(question)
  }

  /// The row sums read from the output: Σ dP⊙P = Σ dy⊙y.
  private static func attentionThroughOutput(_ question: AttentionQuestion) -> AttentionGradients {
    let y = batchedMatmul(question.weights, question.v)
    let sums = (question.dy * y).asRows.sum(axis: 1)
    var backward = AttentionBackward()
    backward.dScores = { dP, p, _ in p * (dP.transposed - sums).transposed }
    return backward.gradients(question)
  }
}
