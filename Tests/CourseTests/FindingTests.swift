@testable import Problems01
@testable import Problems02
@testable import Problems03
@testable import Problems04
@testable import Problems05
@testable import Problems06
@testable import Problems07
@testable import Problems08
import Backprop
@testable import Checking
import Course
@testable import Guiding
import Testing

/// A wrong answer as a learner may write it, and the sentence that should explain it.
struct WrongAnswer: CustomTestStringConvertible, @unchecked Sendable {
  let testDescription: String
  /// What the verdict says behind an arrow; nil where it should give the numbers alone.
  let sentence: String?
  let verdict: () -> Verdict

  init<Input, Output>(
    _ problem: @escaping () -> Problem<Input, Output>, _ what: String,
    _ sentence: String?, answer: @escaping (Input) -> Output
  ) {
    (testDescription, self.sentence) = (what, sentence)
    verdict = { problem().verdict(answer) }
  }

  /// The findings of the verdict, without those that say no more than that something is wrong.
  func findings() -> [String] {
    guard case .wrong(let text) = verdict() else { return ["not wrong"] }
    return text.split(separator: "\n").filter { $0.hasPrefix("→ ") }.map { String($0.dropFirst(2)) }
  }
}

@Test(arguments: elementwise + matrices + images + steps)
func `a wrong answer gets the sentence that explains every case of it, and no other`(
  answer: WrongAnswer
) {
  let findings = answer.findings()
  if let sentence = answer.sentence {
    #expect(!findings.isEmpty && findings.allSatisfy { $0.contains(sentence) }, "\(findings)")
  } else {
    #expect(findings.isEmpty, "\(findings)")
  }
}

private let elementwise: [WrongAnswer] = [
  .init({ Chapter01Problems.sigmoid }, "a factor too many", "the right answer times y") {
    let y = Activation.sigmoid($0.x)
    return $0.dy * y * y * (1 - y)
  },
  .init({ Chapter01Problems.sigmoid }, "one factor for another", "(1 - y) where y belongs") {
    let y = Activation.sigmoid($0.x)
    return $0.dy * (1 - y) * (1 - y)
  },
  .init({ Chapter01Problems.sigmoid }, "y(y - 1)", "every element has the wrong sign") {
    let y = Activation.sigmoid($0.x)
    return $0.dy * y * (y - 1)
  },
  .init({ Chapter01Problems.sigmoid }, "dy averaged", nil) {
    let y = Activation.sigmoid($0.x)
    return y * (1 - y) * $0.dy.mean()
  },
  .init({ Chapter01Problems.tanh }, "1 + y²", "(1 + y²) where (1 - y²) belongs") {
    let y = Activation.tanh($0.x)
    return $0.dy * (1 + y * y)
  },
  .init({ Chapter01Problems.tanh }, "dy squared", "if dy were squared") {
    let y = Activation.tanh($0.x)
    return $0.dy * $0.dy * (1 - y * y)
  },
  .init({ Chapter01Problems.relu }, "a leaky gate", "wrong exactly where x is not positive") {
    $0.dy.zip($0.x) { $1 > 0 ? $0 : 0.01 * $0 }
  },
  .init({ Chapter01Problems.relu }, "the sign turned", "wrong exactly where x is not positive") {
    $0.dy.zip($0.x) { $1 > 0 ? $0 : -$0 }
  },
  .init({ Chapter01Problems.relu }, "half at the corner", "wrong exactly where x is 0") {
    $0.dy.zip($0.x) { $1 > 0 ? $0 : $1 == 0 ? $0 / 2 : 0 }
  },
  .init({ Chapter01Problems.relu }, "no sign of dy", "if dy had no signs") {
    $0.dy.zip($0.x) { $1 > 0 ? abs($0) : 0 }
  },
  .init({ Chapter01Problems.relu }, "dy · x", "You multiplied dy by x.") { $0.dy * $0.x },
  .init({ Chapter01Problems.leakyReLU }, "1 - slope", "if slope were 1 - slope") { question in
    question.dy.zip(question.x) { $1 > 0 ? $0 : (1 - question.slope) * $0 }
  },
  .init({ Chapter02Problems.meanSquaredError }, "p + t", "if target had the opposite sign") {
    ($0.prediction + $0.target) * (2 / Double($0.prediction.count))
  },
  .init({ Chapter02Problems.meanSquaredError }, "divided by n", "is the number of rows") {
    ($0.prediction - $0.target) * (2 / Double($0.prediction.columns))
  },
  .init({ Chapter02Problems.meanSquaredError }, "an Int's quotient", "every element is 0") {
    ($0.prediction - $0.target) * Double(2 / $0.prediction.count)
  },
  .init({ Chapter02Problems.l2Penalty }, "λ²", "that is strength") {
    ($0.strength * $0.strength * $0.weight, $0.bias * 0)
  },
  .init({ Chapter02Problems.l2Penalty }, "db of ones", "every element is 1, in every case") {
    ($0.strength * $0.weight, $0.bias * 0 + 1)
  },
  .init({ Chapter02Problems.huber }, "δ·tanh(e/δ)", "a smooth cousin") { question in
    (question.prediction - question.target).map {
      question.delta * Double.tanh($0 / question.delta) / Double(question.prediction.count)
    }
  },
  .init({ Chapter02Problems.huber }, "pseudo-Huber", "pseudo-Huber loss") { question in
    (question.prediction - question.target).map { e in
      let root = (1 + (e / question.delta) * (e / question.delta)).squareRoot()
      return e / root / Double(question.prediction.count)
    }
  },
  .init({ Chapter02Problems.huber }, "δ² outside", "wrong exactly where abs(p - t) - delta") {
    question in
    let square = question.delta * question.delta
    return (question.prediction - question.target).map { e in
      (abs(e) <= question.delta ? e : e > 0 ? square : -square) / Double(question.prediction.count)
    }
  },
  .init({ Chapter02Problems.softmaxCrossEntropy }, "divided by n", "the number of columns") {
    (softmax($0.logits) - $0.targets) / Double($0.logits.columns)
  },
  .init({ Chapter02Problems.softmaxCrossEntropy }, "p kept from 0", "nearly right") {
    (softmax($0.logits).map { min(max($0, 1e-7), 1 - 1e-7) } - $0.targets)
      / Double($0.logits.rows)
  },
  .init({ Chapter04Problems.dropout }, "a mean added", nil) {
    $0.dy * $0.mask + $0.dy.mean()
  },
]

private let matrices: [WrongAnswer] = [
  .init({ Chapter04Problems.dense }, "dW reshaped", "the numbers of the transpose, row by row") {
    let right = Chapter04Problems.dense.reference($0)
    return (right.dx, matmul(transposed: $0.dy, $0.x).reshaped($0.weight.shape), right.db)
  },
  .init({ Chapter04Problems.dense }, "x without signs", "if x had no signs") {
    let right = Chapter04Problems.dense.reference($0)
    return (right.dx, matmul(transposed: $0.x.map { abs($0) }, $0.dy), right.db)
  },
  .init({ Chapter04Problems.dense }, "dx twice", "every element is 2 times too large") {
    let right = Chapter04Problems.dense.reference($0)
    return (2 * right.dx, right.dW, right.db)
  },
  .init({ Chapter04Problems.multilayer }, "gated by dh", "not the sign of the gradient dh") {
    let cache = $0.cache
    let dz2 = matmul($0.dLogits, transposed: $0.w3).map { max($0, 0) }
    let dz1 = matmul(dz2, transposed: $0.w2).map { max($0, 0) }
    var wrong = Chapter04Problems.multilayer.reference($0)
    (wrong.dW2, wrong.db2) = (matmul(transposed: cache.h1, dz2), dz2.sum(axis: 0))
    (wrong.dW1, wrong.db1) = (matmul(transposed: $0.x, dz1), dz1.sum(axis: 0))
    return wrong
  },
  .init({ Chapter07Problems.batchNorm }, "mean() for mean(axis: 0)", "Each column has a mean") {
    batchNorm($0) { g, normal in g - g.mean() - normal * (g * normal).mean(axis: 0) }
  },
  .init({ Chapter07Problems.batchNorm }, "mean() in the variance's path", "one number a column") {
    batchNorm($0) { g, normal in g - g.mean(axis: 0) - normal * (g * normal).mean() }
  },
  .init({ Chapter07Problems.batchNorm }, "half of the variance's path", "a multiple of x̂") {
    batchNorm($0) { g, normal in
      g - g.mean(axis: 0) - normal * (g * normal).mean(axis: 0) / 2
    }
  },
  .init({ Chapter07Problems.layerNorm }, "ε²", "if epsilon were squared") {
    var question = $0
    question.epsilon *= question.epsilon
    return Chapter07Problems.layerNorm.reference(question)
  },
  .init({ Chapter07Problems.rnnStep }, "a difference", "if future had the opposite sign") {
    var question = $0
    question.future = -1 * question.future
    return Chapter07Problems.rnnStep.reference(question)
  },
]

/// dx of batch normalization from what stands in front of the division.
private func batchNorm(
  _ question: NormalizationQuestion, _ sum: (_ g: Matrix, _ normal: Matrix) -> Matrix
) -> NormalizationGradients {
  let right = Chapter07Problems.batchNorm.reference(question)
  let centred = question.x - question.x.mean(axis: 0)
  let deviation = (centred * centred).mean(axis: 0).map { ($0 + question.epsilon).squareRoot() }
  return (
    sum(question.dy * question.gamma, centred / deviation) / deviation, right.dGamma, right.dBeta
  )
}

private let images: [WrongAnswer] = [
  .init({ Chapter05Problems.convolutionBias }, "the first image", "only the first image of dy") {
    var first = $0
    for i in first.dy.scalars.indices where i >= first.dy.count / first.dy.shape[0] {
      first.dy.scalars[i] = 0
    }
    return Chapter05Problems.convolutionBias.reference(first)
  },
  .init({ Chapter05Problems.convolutionBias }, "overwritten", "the last position of the last") {
    let dy = $0.dy
    var db = Matrix(shape: [dy.shape[1]])
    for o in 0..<dy.shape[1] {
      db[o] = dy[dy.shape[0] - 1, o, dy.shape[2] - 1, dy.shape[3] - 1]
    }
    return db
  },
  .init({ Chapter05Problems.convolutionWeights }, "outputs reversed", "axis of dy were reversed") {
    Chapter05Problems.convolutionWeights.reference($0).reversed(along: 0)
  },
  .init({ Chapter05Problems.convolutionInput }, "channels reversed", "axis of w were reversed") {
    Chapter05Problems.convolutionInput.reference($0).reversed(along: 1)
  },
  .init({ Chapter05Problems.convolutionInput }, "one image for all", "an index stay 0") {
    var question = $0
    let inner = question.dy.count / question.dy.shape[0]
    for i in question.dy.scalars.indices {
      question.dy.scalars[i] = question.dy.scalars[i % inner]
    }
    return Chapter05Problems.convolutionInput.reference(question)
  },
  .init({ Chapter05Problems.maxPool }, "ties shared", "you shared dy among them") { question in
    question.dx { window, output in
      let largest = question.x[question.largest(window)]
      let places = window.filter { question.x[$0] == largest }
      return places.map { ($0, question.dy[output] / Double(places.count)) }
    }
  },
  .init({ Chapter05Problems.maxPool }, "the smallest", "if x had the opposite sign") {
    question in
    question.dx { window, output in
      let smallest = window.dropFirst().reduce(window[0]) {
        question.x[$1] < question.x[$0] ? $1 : $0
      }
      return [(smallest, question.dy[output])]
    }
  },
  .init({ Chapter05Problems.averagePool }, "stride²", "You divided by stride · stride") {
    question in
    question.dx { window, output in
      window.map { ($0, question.dy[output] / Double(question.stride * question.stride)) }
    }
  },
  .init({ Chapter08Problems.residual }, "a difference", "right answer minus 2 · branchBackward") {
    $0.dy - $0.branchBackward($0.dy)
  },
  .init({ Chapter08Problems.projectionShortcut }, "a leak", "wrong only where 0 is right") {
    var right = Chapter08Problems.projectionShortcut.reference($0)
    if $0.stride > 1 { right.dx = right.dx.map { $0 == 0 ? 0.01 : $0 } }
    return right
  },
  .init({ Chapter08Problems.globalAveragePool }, "places mixed up", "their places are not") {
    var question = $0
    question.dy = question.dy.transposed.reshaped(question.dy.shape)
    return Chapter08Problems.globalAveragePool.reference(question)
  },
  .init({ Chapter08Problems.basicBlock }, "gated by z₁", "its gate is n₁ > 0. You asked z₁") {
    block($0, inner: { $0.z1.map { $0 > 0 ? 1 : 0 } })
  },
  .init({ Chapter08Problems.basicBlock }, "n₁ >= 0", "the inner gate is n₁ > 0, not n₁ >= 0") {
    block($0, inner: { $0.n1.map { $0 >= 0 ? 1 : 0 } })
  },
  .init({ Chapter08Problems.basicBlock }, "s >= 0", "the last gate is s > 0, not s >= 0") {
    block($0, outer: { $0.s.map { $0 >= 0 ? 1 : 0 } })
  },
]

/// The backward pass of a basic block with other gates.
private func block(
  _ question: BasicBlockQuestion,
  inner: (BasicBlockCache) -> Matrix = { $0.n1.map { $0 > 0 ? 1 : 0 } },
  outer: (BasicBlockCache) -> Matrix = { $0.s.map { $0 > 0 ? 1 : 0 } }
) -> BasicBlockGradients {
  let (cache, steps) = (question.cache, question.steps)
  return answer("8.4") {
    let ds = question.dy * outer(cache)
    let (dz2, dGamma2, dBeta2) = try steps.batchNorm(ds, cache.z2, question.gamma2)
    let (dh, dW2) = try steps.convolution(dz2, cache.h, question.w2)
    let (dz1, dGamma1, dBeta1) = try steps.batchNorm(
      dh * inner(cache), cache.z1, question.gamma1)
    let (dx, dW1) = try steps.convolution(dz1, cache.x, question.w1)
    return BasicBlockGradients(
      dx: dx + ds, dW1: dW1, dGamma1: dGamma1, dBeta1: dBeta1, dW2: dW2, dGamma2: dGamma2,
      dBeta2: dBeta2)
  }
}

private let steps: [WrongAnswer] = [
  .init({ Chapter03Problems.numericalGradient }, "the last left out", "only the last element") {
    var right = Chapter03Problems.numericalGradient.reference($0)
    right.scalars[right.count - 1] = 0
    return right
  },
  .init({ Chapter03Problems.backward }, "in the order of order", nil) { question in
    question.order.map { Chapter03Problems.backward.reference(question)[$0] }
  },
  .init({ Chapter03Problems.powNode }, "no factor n", "is exponent") { question in
    question.x.zip(question.upstream) {
      question.exponent == 0 ? 0 : $1 * Double.pow($0, question.exponent - 1)
    }
  },
  .init({ Chapter06Problems.momentum }, "v as it came", "this is velocity, as it came") {
    (Chapter06Problems.momentum.reference($0).parameter, $0.velocity)
  },
  .init({ Chapter06Problems.rmsprop }, "no ε", "ε is missing") { question in
    let right = Chapter06Problems.rmsprop.reference(question)
    let step = question.gradient / right.squares.map { $0.squareRoot() }
    return (question.parameter - question.learningRate * step, right.squares)
  },
  .init({ Chapter06Problems.clipByGlobalNorm }, "always scaled", "The factor is min(1, c/‖g‖)") {
    question in
    let norm = question.gradients.reduce(0) { $0 + $1.squaredNorm() }.squareRoot()
    return question.gradients.map { $0 * (question.limit / norm) }
  },
  .init({ Chapter07Problems.glorot }, "2 outside the root", "The 2 stands under the root") {
    2 / Double($0.fanIn + $0.fanOut).squareRoot()
  },
  .init({ Chapter06Problems.newton }, "a tenth of the step", "the step from parameter is 10 times")
  {
    $0.parameter + 0.1 * (Chapter06Problems.newton.reference($0) - $0.parameter)
  },
  .init({ Chapter06Problems.warmupCosine }, "half the rise", "what is wrong is 2 times too small") {
    Chapter06Problems.warmupCosine.reference($0) / ($0.step < $0.warmup ? 2 : 1)
  },
  .init({ Chapter01Problems.softmax }, "Σ dy for Σ dy·y", "in each row what is wrong") {
    let (y, dy) = (softmax($0.x), $0.dy)
    return y * (dy.transposed - dy.mean(axis: 1)).transposed
  },
  .init({ Chapter08Problems.bottleneckParameterCount }, "no 3×3", "not middle²") {
    Chapter08Problems.bottleneckParameterCount.reference($0) - 8 * $0.middle * $0.middle
  },
  .init(
    { Chapter08Problems.bottleneckParameterCount }, "the last filters left out",
    "too small by middle · outputs"
  ) {
    Chapter08Problems.bottleneckParameterCount.reference($0) - $0.middle * $0.outputs
  },
  .init({ Chapter08Problems.bottleneckParameterCount }, "one too many", "is 1 too large") {
    Chapter08Problems.bottleneckParameterCount.reference($0) + 1
  },
]
