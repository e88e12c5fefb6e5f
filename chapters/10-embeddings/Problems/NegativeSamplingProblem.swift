public import Checking
public import Core
import Embeddings

/// The gradients of the two tables of word2vec.
public typealias WordGradients = (dU: Matrix, dV: Matrix)

/// Two tables, and pairs of words with the words that were drawn against them.
public struct NegativeSamplingQuestion: Question {
  public var u: Matrix
  public var v: Matrix
  public let centres: [Int]
  public let contexts: [Int]
  public let negatives: [[Int]]

  public init(u: Matrix, v: Matrix, centres: [Int], contexts: [Int], negatives: [[Int]]) {
    (self.u, self.v) = (u, v)
    (self.centres, self.contexts, self.negatives) = (centres, contexts, negatives)
  }

  init(
    words: Int, _ width: Int, centres: [Int], contexts: [Int], negatives: [[Int]], seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    let u: Matrix = Tensor(shape: [words, width], using: &generator)
    self.init(
      u: u, v: Tensor(shape: [words, width], using: &generator), centres: centres,
      contexts: contexts, negatives: negatives)
  }

  /// The same with other words drawn against each pair.
  fileprivate func drawing(_ words: (_ context: Int, _ drawn: [Int]) -> [Int]) -> Self {
    Self(
      u: u, v: v, centres: centres, contexts: contexts,
      negatives: zip(contexts, negatives).map(words))
  }

  var pairs: Int { centres.count }
  var drawn: Int { negatives.first?.count ?? 0 }

  public var isPermitted: Bool { true }
  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [("U", \.u), ("V", \.v)]
  }
  public static var counts: [(name: String, path: KeyPath<Self, Int>)] {
    [("the number of pairs", \.pairs), ("the number of negatives", \.drawn)]
  }
  public var summary: String {
    "U, V \(u.shape), centres \(centres), contexts \(contexts), negatives \(negatives)"
  }
  public var label: String { "centres \(centres), contexts \(contexts)" }

  fileprivate func score(_ i: Int, _ word: Int) -> Double {
    (0..<u.columns).reduce(0) { $0 + u[centres[i], $1] * v[word, $1] }
  }

  /// Both gradients, by the slope of the loss in each score: the pair's own, and the drawn ones'.
  fileprivate func gradients(
    positive: (Double) -> Double = { sigmoid($0) - 1 },
    negative: (Double) -> Double = { sigmoid($0) },
    divisor: Double? = nil
  ) -> WordGradients {
    var (dU, dV) = (0 * u, 0 * v)
    let m = divisor ?? Double(pairs)
    for i in 0..<pairs {
      for (k, word) in ([contexts[i]] + negatives[i]).enumerated() {
        let g = (k == 0 ? positive : negative)(score(i, word)) / m
        for j in 0..<u.columns {
          dU[centres[i], j] += g * v[word, j]
          dV[word, j] += g * u[centres[i], j]
        }
      }
    }
    return (dU, dV)
  }
}

private func sigmoid(_ x: Double) -> Double { Activation<Double>.sigmoid.value(at: x) }

extension Chapter10Problems {
  /// 10.5, the gradients of word2vec's two tables.
  public static var negativeSampling: Problem<NegativeSamplingQuestion, WordGradients> {
    Problem(
      "10.5", "negativeSamplingBackward", minutes: 30, difficulty: 3,
      section: "Words by their company",
      hints: [
        "Each score x = u·v goes into one softplus. What is the slope of softplus(x)? Of softplus(-x)? "
          + "And what is the slope of a product of two vectors in each of them?",
        "One pair and no negative, one number a word: u = 2, v = 0, so x = 0 and σ = ½. The slope of "
          + "softplus(-x) there is -½. Raise v by h: x rises by 2h, the loss falls by h. And u? Its "
          + "factor is v. Now a negative with v = 3: x = 6. What does it add to u's gradient?",
        "dU and dV are [words, d], as the tables. Pair i adds to one row of dU, centres[i], and to "
          + "1 + k rows of dV: contexts[i], and each of negatives[i]. A row may come again: it gets a sum.",
        "g₊ = (σ(u·V[o]) - 1)/m, gₖ = σ(u·V[nₖ])/m; dU[c] += g₊·V[o] + Σ gₖ·V[nₖ]; dV[o] += g₊·u; "
          + "dV[nₖ] += gₖ·u",
        "for i in centres.indices { for (k, word) in ([contexts[i]] + negatives[i]).enumerated() { "
          + "let g = (sigmoid(x) - (k == 0 ? … : …)) / m; for j in …: dU[centres[i], j] += g * …; "
          + "dV[word, j] += g * … } }",
      ],
      cases: [
        Case(
          NegativeSamplingQuestion(
            words: 6, 3, centres: [0, 4, 0, 2], contexts: [1, 5, 1, 3],
            negatives: [[5, 2, 5], [0, 3, 3], [2, 4, 1], [5, 0, 2]], seed: 1041)),
        // Words that come twice, and a negative that is the pair's own word.
        Case(
          NegativeSamplingQuestion(
            words: 4, 4, centres: [1, 1, 3], contexts: [0, 2, 0],
            negatives: [[3, 3], [2, 0], [1, 1]], seed: 1042)),
        Case(
          NegativeSamplingQuestion(
            words: 5, 2, centres: [4], contexts: [2], negatives: [[0, 1, 3, 1]], seed: 1043)),
        Case(
          NegativeSamplingQuestion(
            words: 3, 1, centres: [2, 0], contexts: [1, 2], negatives: [[0], [1]], seed: 1044)),
        Case(
          NegativeSamplingQuestion(
            words: 5, 3, centres: [2, 0, 2], contexts: [3, 4, 3],
            negatives: [[4, 0], [1, 2], [0, 0]], seed: 1045)
        ).rounded(),
        // One word, which is its own context.
        Case(
          NegativeSamplingQuestion(
            words: 1, 3, centres: [0, 0], contexts: [0, 0], negatives: [[0], [0]], seed: 1046)),
      ],
      forward: { question in
        Embeddings.negativeSampling(
          question.u, question.v, centres: question.centres, contexts: question.contexts,
          negatives: question.negatives
        ).loss
      },
      reference: { question in
        let (_, dU, dV) = Embeddings.negativeSampling(
          question.u, question.v, centres: question.centres, contexts: question.contexts,
          negatives: question.negatives)
        return (dU, dV)
      },
      parts: [Part("dU", of: \.u) { $0.dU }, Part("dV", of: \.v) { $0.dV }],
      misconceptions: negativeSamplingMisconceptions, clues: NegativeSamplingQuestion.clues,
      alternatives: [
        { $0.gradients() },
        { question in
          // Rows out of the tables, a layer of scores, and rows added back.
          let labels = question.negatives.map { [1.0] + $0.map { _ in 0.0 } }
          let words = question.contexts.indices.map {
            [question.contexts[$0]] + question.negatives[$0]
          }
          var (dU, dV) = (0 * question.u, 0 * question.v)
          for i in question.centres.indices {
            let u = question.u.rows([question.centres[i]])  // [1, d]
            let v = question.v.rows(words[i])  // [1 + k, d]
            let p = matmul(u, transposed: v).map { sigmoid($0) }
            let g = (p - Matrix(rows: [labels[i]])) / Double(question.pairs)  // [1, 1 + k]
            dU += scatterAdd(matmul(g, v), to: [question.centres[i]], of: dU.rows)
            dV += scatterAdd(matmul(transposed: g, u), to: words[i], of: dV.rows)
          }
          return (dU, dV)
        },
        { question in
          // Through the matrix of all scores: how much each pair of words pulls.
          var pull = Matrix(shape: [question.u.rows, question.v.rows])
          for i in question.centres.indices {
            let (c, o) = (question.centres[i], question.contexts[i])
            pull[c, o] -= 1 - sigmoid(question.score(i, o))
            for n in question.negatives[i] { pull[c, n] += sigmoid(question.score(i, n)) }
          }
          pull /= Double(question.pairs)
          return (matmul(pull, question.v), matmul(transposed: pull, question.u))
        },
      ],
      attempt: asks {
        try $0.negativeSamplingBackward(
          $1.u, $1.v, centres: $1.centres, contexts: $1.contexts, negatives: $1.negatives)
      }
    )
  }

  private static var negativeSamplingMisconceptions:
    [Misconception<NegativeSamplingQuestion, WordGradients>]
  {
    func wrong(
      _ name: String, _ sentence: String,
      _ answer: @escaping (NegativeSamplingQuestion) -> WordGradients
    ) -> Misconception<NegativeSamplingQuestion, WordGradients> {
      Misconception("word2vec-" + name, sentence, answer: answer)
    }
    return [
      wrong(
        "negatives-pulled",
        "A drawn word is a 0: its slope is σ. You took σ - 1 for all, and pull the drawn words near."
      ) { $0.gradients(negative: { sigmoid($0) - 1 }) },
      wrong(
        "pair-pushed",
        "A word that stood beside is a 1: its slope is σ - 1. You took σ for all, and push it away."
      ) { $0.gradients(positive: { sigmoid($0) }) },
      wrong(
        "updated-too-early",
        "Both gradients are of one moment. You changed u by its gradient before V got its own."
      ) { question in
        var (dU, dV) = (question.gradients().dU, 0 * question.v)
        for i in 0..<question.pairs {
          let c = question.centres[i]
          let words = [question.contexts[i]] + question.negatives[i]
          let slopes = words.enumerated().map { k, word in
            (sigmoid(question.score(i, word)) - (k == 0 ? 1 : 0)) / Double(question.pairs)
          }
          for (word, g) in zip(words, slopes) {
            for j in 0..<question.u.columns {
              let step = zip(words, slopes).reduce(0) { $0 + $1.1 * question.v[$1.0, j] }
              dV[word, j] += g * (question.u[c, j] - step)
            }
          }
        }
        dU = question.gradients().dU
        return (dU, dV)
      },
      wrong(
        "assigned",
        "A word may come more than once: its row gets a sum (+=). You assign, so that the last use wins."
      ) { question in
        var (dU, dV) = (0 * question.u, 0 * question.v)
        for i in 0..<question.pairs {
          let one = NegativeSamplingQuestion(
            u: question.u, v: question.v, centres: [question.centres[i]],
            contexts: [question.contexts[i]], negatives: [question.negatives[i]])
          let c = question.centres[i]
          let ofOne = one.gradients(divisor: Double(question.pairs))
          for j in 0..<dU.columns { dU[c, j] = ofOne.dU[c, j] }
          for (k, word) in ([one.contexts[0]] + one.negatives[0]).enumerated() {
            let g = (sigmoid(one.score(0, word)) - (k == 0 ? 1 : 0)) / Double(question.pairs)
            for j in 0..<dV.columns { dV[word, j] = g * question.u[c, j] }
          }
        }
        return (dU, dV)
      },
      wrong(
        "own-word-skipped",
        "A drawn word that happens to be the pair's own stays in the sum. You left it out, as some programs "
          + "do."
      ) { $0.drawing { context, drawn in drawn.filter { $0 != context } }.gradients() },
      wrong(
        "drawn-once", "A word that was drawn twice counts twice. You counted it once a pair."
      ) {
        $0.drawing { _, drawn in
          drawn.indices.filter { !drawn[..<$0].contains(drawn[$0]) }.map { drawn[$0] }
        }.gradients()
      },
      wrong(
        "one-table",
        "A word beside has a row in V, not in U. You added both gradients up in dU."
      ) { question in
        let (dU, dV) = question.gradients()
        return (dU + dV, 0 * dV)
      },
      wrong(
        "negatives-averaged",
        "The drawn words of a pair are added up. You took their mean."
      ) { question in
        let k = Double(max(question.drawn, 1))
        return question.gradients(negative: { sigmoid($0) / k })
      },
      wrong(
        "negatives-forgotten",
        "The drawn words are in the loss as well. Without them every vector grows towards every other."
      ) { $0.gradients(negative: { _ in 0 }) },
      wrong("not-divided", "The loss is a mean over the m pairs: each has 1/m of it.") {
        $0.gradients(divisor: 1)
      },
      wrong(
        "divided-by-all",
        "The loss is a mean over the m pairs. You divided by the number of all words, drawn ones too."
      ) { $0.gradients(divisor: Double($0.pairs * (1 + $0.drawn))) },
      wrong(
        "sign",
        "A gradient points to where the loss rises. Yours is the step: it has the opposite sign."
      ) { $0.gradients(positive: { 1 - sigmoid($0) }, negative: { -sigmoid($0) }) },
    ]
  }
}
