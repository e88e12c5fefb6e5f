@testable import Problems11
import Backprop
@testable import Checking
import Course
import Testing

@Test(arguments: gates + looks)
func `an answer of chapter 11 that is right but for one value on the way is told which`(
  answer: WrongAnswer
) {
  let (findings, sentence) = (answer.findings(), answer.sentence ?? "")
  #expect(!findings.isEmpty && findings.allSatisfy { $0.contains(sentence) }, "\(findings)")
}

private let gates: [WrongAnswer] = [
  .init({ Chapter11Problems.lstmStep }, "what comes back cut off", "right for another D, all that")
  {
    LSTMLines($0) { question, o, tanhNext in
      question.dNextCell.map { max($0, -0.2) } + question.dNext * o * (1 - tanhNext * tanhNext)
    }.gradients()
  },
  .init(
    { Chapter11Problems.lstmStep }, "o twice on the way to c′",
    "What is added to dNextCell is the right dNext·o·(1 - tanh²c′) times o"
  ) {
    LSTMLines($0) { question, o, tanhNext in
      question.dNextCell + question.dNext * o * o * (1 - tanhNext * tanhNext)
    }.gradients()
  },
  .init(
    { Chapter11Problems.lstmStep }, "a slope that is cut off",
    "the columns of f are not right; those of i, g and o are, and dCell is"
  ) {
    var lines = LSTMLines($0)
    lines.zF = lines.zF.map { min($0, 0.1) }
    return lines.gradients()
  },
  .init(
    { Chapter11Problems.lstmStep }, "another forget gate",
    "the columns of f are not right, and dCell is not; those of i, g and o are"
  ) {
    var lines = LSTMLines($0)
    let f = lines.f.map { 0.2 + $0 / 2 }
    (lines.dCell, lines.zF) = (lines.cell * f, lines.cell * $0.cell * f * (1 - f))
    return lines.gradients()
  },
  .init({ Chapter11Problems.lstmStep }, "c′ for its tanh", "dNext, o and tanh c′ are in both") {
    let next = LSTMLines($0).next
    var lines = LSTMLines($0) { question, o, _ in
      question.dNextCell + question.dNext * o * (1 - next * next)
    }
    lines.zO = $0.dNext * next * lines.o * (1 - lines.o)
    return lines.gradients()
  },
  .init(
    { Chapter11Problems.gruStep }, "dz with another factor",
    "dz is wrong; right: dg, dr, the last block of du, what dh has beside du·Whᵀ"
  ) {
    var lines = GRULines($0)
    lines.dZ = lines.dZ.map { min($0, 0.1) }
    return lines.gradients
  },
  .init(
    { Chapter11Problems.gruStep }, "dz with z once too often",
    "It is the right dNext·(h - g)·z(1 - z) times z"
  ) {
    var lines = GRULines($0)
    lines.dZ = lines.dZ * lines.z
    return lines.gradients
  },
  .init(
    { Chapter11Problems.gruStep }, "another dg",
    "dg is wrong, and dr and the last block of du right for that dg; right: dz"
  ) {
    var lines = GRULines($0)
    lines.dG = lines.dG.map { min($0, 0.1) }
    lines.follow()
    return lines.gradients
  },
  .init(
    { Chapter11Problems.gruStep }, "another update gate",
    "dg, dz and what dh has beside du·Whᵀ are wrong, and dr and the last block of du right for"
  ) {
    var lines = GRULines($0)
    let (z, g) = (lines.z.map { 0.2 + $0 / 2 }, lines.g)
    lines.dG = $0.dNext * (1 - z) * (1 - g * g)
    lines.dZ = $0.dNext * ($0.h - g) * z * (1 - z)
    lines.direct = $0.dNext * z
    lines.follow()
    return lines.gradients
  },
  .init(
    { Chapter11Problems.gruStep }, "dz where dg belongs in da",
    "dg is wrong; right: dz, dr, the last block of du, what dh has beside du·Whᵀ"
  ) {
    var lines = GRULines($0)
    lines.dG = lines.dZ
    return lines.gradients
  },
  .init({ Chapter11Problems.gruStep }, "another h", "and dWh is not hᵀ·du. In those dz is wrong") {
    var lines = GRULines($0)
    let h = $0.h.map { min($0, 0.2) }
    lines.dZ = $0.dNext * (h - lines.g) * lines.z * (1 - lines.z)
    var gradients = lines.gradients
    gradients.dWh = matmul(transposed: h, lines.dU)
    return gradients
  },
  .init(
    { Chapter11Problems.gruStep }, "another reset gate", "dr and the last block of du are wrong"
  ) {
    var lines = GRULines($0)
    let r = lines.r.map { 0.2 + $0 / 2 }
    lines.dR = lines.dG * lines.proposed * r * (1 - r)
    lines.dProposed = lines.dG * r
    return lines.gradients
  },
]

private let looks: [WrongAnswer] = [
  .init(
    { Chapter11Problems.maskedCrossEntropy }, "the last step left out",
    "have their right gradient, or none at all"
  ) {
    var gradient = Chapter11Problems.maskedCrossEntropy.reference($0)
    let (steps, classes) = (gradient.shape[1], gradient.shape[2])
    for place in gradient.scalars.indices where place / classes % steps == steps - 1 {
      gradient.scalars[place] = 0
    }
    return gradient
  },
  .init(
    { Chapter11Problems.maskedCrossEntropy }, "two for the target",
    "at each target it is 2, at the other classes 0"
  ) {
    var gradient = Chapter11Problems.maskedCrossEntropy.reference($0)
    for (row, counted) in $0.mask.enumerated() {
      for (step, counts) in counted.enumerated() where counts == 1 {
        gradient[row, step, $0.targets[row][step]] -= 1 / $0.total
      }
    }
    return gradient
  },
  .init(
    { Chapter11Problems.maskedCrossEntropy }, "targets in another order",
    "and the target is class"
  ) {
    Chapter11Problems.maskedCrossEntropy.reference(
      MaskedQuestion(
        logits: $0.logits, targets: $0.targets.map { $0.reversed() }, mask: $0.mask))
  },
  .init(
    { Chapter11Problems.maskedCrossEntropy }, "softer scores", "which scores is the softmax of"
  ) {
    var question = $0
    question.logits = question.logits.map { $0 * 0.9 + 0.1 * Double.sin($0) }
    return Chapter11Problems.maskedCrossEntropy.reference(question)
  },
  .init(
    { Chapter11Problems.maskedCrossEntropy }, "scores squashed one by one", "do not sum to 0"
  ) {
    var gradient = 0 * $0.logits
    for (row, counted) in $0.mask.enumerated() {
      for (step, counts) in counted.enumerated() where counts == 1 {
        for k in 0..<gradient.shape[2] {
          let p = 1 / (1 + Double.exp(-$0.logits[row, step, k]))
          gradient[row, step, k] = (p - (k == $0.targets[row][step] ? 1 : 0)) / $0.total
        }
      }
    }
    return gradient
  },
  .init({ Chapter11Problems.dotAttention }, "halved weights", "right for other α") {
    attended($0, weights: $0.weights * 0.5)
  },
  .init({ Chapter11Problems.dotAttention }, "a plain mean", "right for another Σ α·dα") {
    let (weights, dWeights) = ($0.weights, $0.dWeights)
    var ds = weights
    for n in 0..<ds.rows {
      let mean = dWeights.rows(n..<n + 1).sum() / Double(ds.columns)
      for i in 0..<ds.columns { ds[n, i] *= dWeights[n, i] - mean }
    }
    return attended($0, ds: ds)
  },
  .init({ Chapter11Problems.dotAttention }, "dα cut off", "it sums to 0, as behind a softmax") {
    attended($0, ds: softmaxBackward($0.dWeights.map { min($0, 0.3) }, y: $0.weights))
  },
  .init({ Chapter11Problems.dotAttention }, "ds cut off", "It does not even sum to 0") {
    attended($0, ds: $0.dScores.map { min($0, 0.1) })
  },
  .init({ Chapter11Problems.dotAttention }, "every other sequence", "or 0 alone: over which n") {
    var weights = $0.weights
    for n in stride(from: 0, to: weights.rows, by: 2) {
      for i in 0..<weights.columns { weights[n, i] = 0 }
    }
    return attended($0, weights: weights)
  },
  .init({ Chapter11Problems.dotAttention }, "a sine of ds", "but the number is not ds_i") {
    var gradients = Chapter11Problems.dotAttention.reference($0)
    let (scores, weights) = ($0.dScores, $0.weights)
    for n in 0..<weights.rows {
      for i in 0..<weights.columns {
        for j in 0..<$0.query.columns {
          gradients.dStates[n, i, j] =
            weights[n, i] * $0.dContext[n, j] + Double.sin(3 * scores[n, i]) * $0.query[n, j]
        }
      }
    }
    return gradients
  },
  .init({ Chapter11Problems.dotAttention }, "other states", "look at the h in dα and in dQuery") {
    var question = Problems11.AttentionQuestion(
      query: $0.query, states: $0.states.map { 0.5 * $0 + 0.2 }, dContext: $0.dContext,
      weights: $0.weights)
    question.states = question.states.map { min($0, 0.6) }
    return Chapter11Problems.dotAttention.reference(question)
  },
  .init({ Chapter11Problems.causalConv1d }, "every other time", "t = 1, 3 and 5 counts not at all")
  {
    var question = $0
    for place in question.dy.scalars.indices where place % question.dy.shape[2] % 2 == 1 {
      question.dy.scalars[place] = 0
    }
    return Chapter11Problems.causalConv1d.reference(question)
  },
]

/// Both gradients of attention, from other weights, or from other gradients of the scores.
private func attended(
  _ question: Problems11.AttentionQuestion, weights: Matrix? = nil, ds: Matrix? = nil
) -> (dQuery: Matrix, dStates: Matrix) {
  let weights = weights ?? question.weights
  var scores = ds ?? weights * question.dWeights
  var (dQuery, dStates) = (0 * question.query, 0 * question.states)
  for n in 0..<weights.rows {
    let sum = ds == nil ? scores.rows(n..<n + 1).sum() : 0
    for i in 0..<weights.columns {
      scores[n, i] -= weights[n, i] * sum
      for j in 0..<dQuery.columns {
        dQuery[n, j] += scores[n, i] * question.states[n, i, j]
        dStates[n, i, j] =
          weights[n, i] * question.dContext[n, j] + scores[n, i] * question.query[n, j]
      }
    }
  }
  return (dQuery, dStates)
}
