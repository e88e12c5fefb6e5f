public import Checking
public import Core
import SequenceLayers

/// A query a sequence, the states that it looks at, and the gradient that arrives at their mean.
public struct AttentionQuestion: Question {
  public var query: Matrix
  public var states: Matrix
  public var dContext: Matrix
  /// Which states may be looked at, `[m][t]`; nil for all.
  public let mask: [[Int]]?
  /// α where a forward pass has made it already.
  private var known: Matrix?

  public init(query: Matrix, states: Matrix, dContext: Matrix, mask: [[Int]]? = nil) {
    (self.query, self.states, self.dContext) = (query, states, dContext)
    self.mask = mask
  }

  /// A question about a forward pass whose weights, `[m, t]`, are known.
  public init(query: Matrix, states: Matrix, dContext: Matrix, weights: Matrix) {
    self.init(query: query, states: states, dContext: dContext)
    known = weights
  }

  init(_ batch: Int, _ steps: Int, _ width: Int, mask: [[Int]]? = nil, seed: UInt64) {
    var generator = SplitMix64(caseSeed: seed)
    query = Tensor(shape: [batch, width], using: &generator)
    states = Tensor(shape: [batch, steps, width], using: &generator)
    dContext = Tensor(shape: [batch, width], using: &generator)
    self.mask = mask
  }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("q", \.query), ("h", \.states), ("dContext", \.dContext)]
  }
  public var summary: String {
    "q \(query.shape), h \(states.shape)" + (mask == nil ? "" : ", some states masked")
  }

  public var weights: Matrix { known ?? answer.weights }
  fileprivate var answer: (context: Matrix, weights: Matrix) {
    SequenceLayers.dotAttention(query, states, mask: mask)
  }

  fileprivate var steps: Int { states.shape[1] }

  /// dα_i = dc·h_i, `[m, t]`.
  var dWeights: Matrix {
    var found = Matrix(shape: [query.rows, steps])
    for n in 0..<query.rows {
      for i in 0..<steps {
        for j in 0..<query.columns { found[n, i] += dContext[n, j] * states[n, i, j] }
      }
    }
    return found
  }

  var dScores: Matrix { softmaxBackward(dWeights, y: weights) }

  /// dq and dh of the scores' gradient, and what h gets as a value.
  fileprivate func gradients(
    dScores: Matrix, values: Double = 1, scores: Double = 1
  ) -> (dQuery: Matrix, dStates: Matrix) {
    let weights = weights
    var (dQuery, dStates) = (0 * query, 0 * states)
    for n in 0..<query.rows {
      for i in 0..<steps {
        for j in 0..<query.columns {
          dQuery[n, j] += dScores[n, i] * states[n, i, j]
          dStates[n, i, j] =
            values * weights[n, i] * dContext[n, j] + scores * dScores[n, i] * query[n, j]
        }
      }
    }
    return (dQuery, dStates)
  }
}

extension Chapter11Problems {
  typealias AttentionGradients = (dQuery: Matrix, dStates: Matrix)

  /// 11.4, what a decoder asks of all that an encoder has seen.
  public static var dotAttention: Problem<AttentionQuestion, (dQuery: Matrix, dStates: Matrix)> {
    Problem(
      "11.4", "dotAttentionBackward", minutes: 25, difficulty: 3,
      section: "Looking back: attention",
      hints: [
        "A state h_i stands in two places: in its score, q·h_i, and in the mean that it makes c of. And "
          + "the weights are a softmax: one score moves all of them.",
        "Two states, one number each: h = (1, 3), q = 0, so both scores are 0 and α = (½, ½), c = 2. Let "
          + "1 arrive at c. As values the states get ½ each. α gets (1, 3). Through the softmax, with "
          + "chapter 2, the scores get ½·(1 - 2) and ½·(3 - 2). What does q get from them?",
        "dContext and q are [m, d], h and dStates [m, t, d], α, dα and ds [m, t]. dα_i is one number: "
          + "the product of dContext with the state i, summed over d.",
        "dα_i = Σ_d dContext·h_i; ds = α·(dα - Σ_i α_i dα_i); dQuery = Σ_i ds_i·h_i; dStates_i = "
          + "α_i·dContext + ds_i·q.",
        "for n …: for i …, dAlpha[i] = Σ_j dContext[n, j] * states[n, i, j]; let mean = Σ_i weights[n, i] "
          + "* dAlpha[i]; for i …: let ds = weights[n, i] * (dAlpha[i] - …); dQuery[n, j] += ds * …; "
          + "dStates[n, i, j] = weights[n, i] * … + ds * …",
      ],
      cases: [
        Case(AttentionQuestion(3, 4, 2, seed: 1131)), Case(AttentionQuestion(3, 3, 3, seed: 1132)),
        Case(AttentionQuestion(1, 5, 3, seed: 1133)),
        Case(AttentionQuestion(2, 1, 4, seed: 1134)),
        Case(
          AttentionQuestion(
            2, 4, 3, mask: [[0, 1, 1, 1], [0, 0, 1, 1]], seed: 1135)),
        Case(AttentionQuestion(2, 3, 4, seed: 1136)).rounded(),
      ],
      forward: { ($0.dContext * $0.answer.context).sum() },
      reference: { question in
        SequenceLayers.dotAttentionBackward(
          question.dContext, query: question.query, states: question.states,
          weights: question.weights)
      },
      parts: [
        Part("dQuery", of: \.query) { $0.dQuery }, Part("dStates", of: \.states) { $0.dStates },
      ],
      misconceptions: attentionMisconceptions,
      clues: AttentionQuestion.clues,
      alternatives: [
        { $0.gradients(dScores: $0.dScores) }, attentionByMatrices, attentionByJacobian,
      ],
      given: { question in
        [
          ("dContext", question.dContext), ("q", question.query), ("h", question.states),
          ("α", question.weights),
        ]
      },
      attempt: asks {
        try $0.dotAttentionBackward(
          $1.dContext, query: $1.query, states: $1.states, weights: $1.weights)
      }
    )
  }

  private static var attentionMisconceptions: [Misconception<AttentionQuestion, AttentionGradients>]
  {
    [
      Misconception(
        "attention-values-only",
        "You have the way through the mean: α_i·dContext. Each state also made its own score: + ds_i·q."
      ) { $0.gradients(dScores: $0.dScores, scores: 0) },
      Misconception(
        "attention-scores-only",
        "You have the way through the scores: ds_i·q. Each state is also a part of the mean: + "
          + "α_i·dContext."
      ) { $0.gradients(dScores: $0.dScores, values: 0) },
      wrong(
        "attention-softmax-by-element",
        "α(1 - α) is a sigmoid's slope. In a softmax each score moves all weights: ds = α·(dα - Σ α·dα)."
      ) { $0.weights * (1 - $0.weights) * $0.dWeights },
      wrong(
        "attention-row-sum-left-out",
        "The softmax's second part is missing: from dα its mean, Σ α·dα, is taken away before it is "
          + "multiplied by α."
      ) { $0.weights * $0.dWeights },
      wrong(
        "attention-weights-forgotten",
        "The difference dα - Σ α·dα is multiplied by α: a state that has no weight has no say."
      ) { question in
        let products = question.weights * question.dWeights
        var found = question.dWeights
        for n in 0..<found.rows {
          let mean = (0..<found.columns).reduce(0) { $0 + products[n, $1] }
          for i in 0..<found.columns { found[n, i] -= mean }
        }
        return found
      },
      wrong(
        "attention-not-through-softmax",
        "dα is the gradient of the weights, not of the scores: between them stands the softmax."
      ) { $0.dWeights },
      wrong(
        "attention-scaled",
        "These scores are q·h, without a factor 1/√d: that is chapter 12's attention, not this one's."
      ) { $0.dScores / Double($0.query.columns).squareRoot() },
      wrong(
        "attention-wrong-sign",
        "A state whose product with dContext is above the mean is wanted more: ds = α·(dα - Σ α·dα), in "
          + "this order."
      ) { -$0.dScores },
      Misconception(
        "attention-query-from-values",
        "q only makes the scores. You gave it Σ α_i·dContext, which is the values' gradient: it should "
          + "be Σ ds_i·h_i."
      ) { question in
        var gradients = question.gradients(dScores: question.dScores)
        gradients.dQuery = 0 * question.query
        for n in 0..<question.query.rows {
          for i in 0..<question.steps {
            for j in 0..<question.query.columns {
              gradients.dQuery[n, j] += question.weights[n, i] * question.dContext[n, j]
            }
          }
        }
        return gradients
      },
      Misconception(
        "attention-query-by-weights",
        "Σ α_i·h_i is the mean c itself. The query's gradient has the scores' gradients for weights: Σ "
          + "ds_i·h_i."
      ) { question in
        var gradients = question.gradients(dScores: question.dScores)
        gradients.dQuery = question.answer.context
        return gradients
      },
    ]
  }

  /// A misconception about the gradient of the scores.
  private static func wrong(
    _ name: String, _ sentence: String, dScores: @escaping (AttentionQuestion) -> Matrix
  ) -> Misconception<AttentionQuestion, AttentionGradients> {
    Misconception(name, sentence) { $0.gradients(dScores: dScores($0)) }
  }

  /// Sequence by sequence, with matrix products.
  private static func attentionByMatrices(_ question: AttentionQuestion) -> AttentionGradients {
    let (m, t, d) = (question.query.rows, question.steps, question.query.columns)
    var (dQuery, dStates) = ([Double](), [Double]())
    for n in 0..<m {
      let h = Matrix(Array(question.states.scalars[n * t * d..<(n + 1) * t * d]), shape: [t, d])
      let (q, dc) = (question.query.rows([n]), question.dContext.rows([n]))
      let alpha = question.weights.rows([n])  // [1, t]
      let ds = softmaxBackward(matmul(dc, transposed: h), y: alpha)
      dQuery += matmul(ds, h).scalars
      dStates += (matmul(transposed: alpha, dc) + matmul(transposed: ds, q)).scalars
    }
    return (Matrix(dQuery, shape: [m, d]), Matrix(dStates, shape: [m, t, d]))
  }

  /// With the softmax's whole Jacobian, α_i(δ_ik - α_k).
  private static func attentionByJacobian(_ question: AttentionQuestion) -> AttentionGradients {
    let (alpha, dAlpha) = (question.weights, question.dWeights)
    var ds = 0 * alpha
    for n in 0..<alpha.rows {
      for i in 0..<alpha.columns {
        for k in 0..<alpha.columns {
          ds[n, i] += dAlpha[n, k] * alpha[n, k] * ((i == k ? 1 : 0) - alpha[n, i])
        }
      }
    }
    return question.gradients(dScores: ds)
  }
}
