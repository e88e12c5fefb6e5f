import Checking
import Core
import Problems07
import Problems10
import Problems11
import Problems12
import Running

/// The functions of the exercises that this chapter runs on.
struct FunctionsInUse {
  let graphConvolution: (GraphConvolutionQuestion) throws -> GraphConvolutionGradients
  /// Those of the GPT.
  let attention: AttentionAnswers
  /// That of a language model's loss.
  let maskedLoss: (MaskedQuestion) throws -> Matrix
  /// Whether layer norm goes backward through 7.5, a challenge that nobody needs to have done.
  let hasLayerNorm: Bool

  init(_ source: Source) {
    graphConvolution = Chapter12Problems.graphConvolution.function(from: source)
    maskedLoss = Chapter11Problems.maskedCrossEntropy.function(from: source)
    var attention = AttentionAnswers(source)
    let embedding = Chapter10Problems.embedding.function(from: source)
    attention.lookup = { dy, ids, rows in
      let table = Matrix(shape: [rows, dy.shape[2]])
      return try embedding(EmbeddingQuestion(table: table, ids: ids, dy: dy))
    }
    let layerNorm = command.challenge(Chapter07Problems.layerNorm, from: source)
    if let layerNorm {
      attention.layerNorm = { dn, x, gamma in
        try layerNorm(
          NormalizationQuestion(
            x: x, gamma: gamma, beta: Matrix(shape: gamma.shape), epsilon: 1e-5, dy: dn))
      }
    }
    hasLayerNorm = layerNorm != nil
    self.attention = attention
  }

  /// The mean cost of what comes next, with the gradient of 11.1.
  func loss(_ logits: Matrix, _ batch: TokenBatch) -> Loss<Double> {
    let (m, t) = (batch.ids.count, batch.ids.first?.count ?? 0)
    let rows = (0..<m).map { Array(batch.labels[$0 * t..<($0 + 1) * t]) }
    let question = MaskedQuestion(
      logits: logits.reshaped([m, t, logits.columns]), targets: rows.map { $0.map { max($0, 0) } },
      mask: rows.map { $0.map { $0 < 0 ? 0 : 1 } })
    let gradient = answer("11.1") { try maskedLoss(question) }
    requireShapes("11.1", ("dLogits", gradient, question.logits))
    let loss = softmaxCrossEntropy(logits: logits, labels: batch.labels, ignoring: -1).loss
    return (loss, gradient.reshaped(logits.shape))
  }
}
