@testable import Problems09
@testable import Problems10
import Backprop
@testable import Checking
import Course
import Testing

@Test(arguments: detection + embeddings + filters)
func `an answer that is right but for one value on the way is told which`(answer: WrongAnswer) {
  let (findings, sentence) = (answer.findings(), answer.sentence ?? "")
  #expect(!findings.isEmpty && findings.allSatisfy { $0.contains(sentence) }, "\(findings)")
}

private let detection: [WrongAnswer] = [
  .init({ Chapter09Problems.focalLoss }, "γ half as large again", "right where gamma is 0") {
    var question = $0
    question.gamma *= 1.5
    return Chapter09Problems.focalLoss.reference(question)
  },
  .init({ Chapter09Problems.boxDecode }, "w of ⅔ t₂", "columns 0, 1 are right in every case") {
    var question = $0
    for k in 0..<question.offsets.rows {
      for i in 2..<4 { question.offsets[k, i] /= 1.5 }
    }
    return Chapter09Problems.boxDecode.reference(question)
  },
  .init({ Chapter09Problems.giouLoss }, "dU without a third", "right slopes dA, dI and dC") {
    $0.gradient { pair, edge, slopes in slopes.dU = pair.dA(edge) * 2 / 3 - pair.dI(edge) }
  },
  .init({ Chapter09Problems.giouLoss }, "half of the slope of I", "boxes that do not meet") {
    $0.gradient { pair, edge, slopes in
      slopes.dI = pair.dI(edge) / 2
      slopes.dU = pair.dA(edge) - pair.dI(edge) / 3
    }
  },
  .init({ Chapter09Problems.upsampleConcat }, "one image twice", "that are wrong every element") {
    var question = $0
    if question.dy.shape[0] == 1 { question.dy *= 2 }
    return Chapter09Problems.upsampleConcat.reference(question)
  },
  .init({ Chapter09Problems.softDice }, "an ε of its own", "one number, and another one times t") {
    var question = $0
    question.epsilon = 0.37
    return Chapter09Problems.softDice.reference(question)
  },
  .init({ Chapter09Problems.regionMaxPool }, "a loop too short", "all rows but the last") {
    var question = $0
    question.dy.forEachPlace { if $0.2 == question.bins - 1 { question.dy[$0] = 0 } }
    return Chapter09Problems.regionMaxPool.reference(question)
  },
  .init({ Chapter09Problems.regionMaxPool }, "the largest of the last column", "at a wrong cell") {
    var question = $0
    question.x.forEachPlace { question.x[$0] += 100 * Double($0.3) }
    return Chapter09Problems.regionMaxPool.reference(question)
  },
]

private let embeddings: [WrongAnswer] = [
  .init({ Chapter10Problems.embedding }, "without the last step", "some are left out") {
    var rows = $0.dy
    let (steps, width) = (rows.shape[1], rows.shape[2])
    for place in rows.scalars.indices where place / width % steps == steps - 1 {
      rows.scalars[place] = 0
    }
    var question = $0
    question.dy = rows
    return Chapter10Problems.embedding.reference(question)
  },
  .init({ Chapter10Problems.normalization }, "lengths with 1 under the root", "another length") {
    var dx = $0.dy
    for i in 0..<dx.rows {
      let (x, dy) = ($0.x.rows(i..<i + 1), $0.dy.rows(i..<i + 1))
      let length = (1 + x.squaredNorm()).squareRoot()
      for j in 0..<dx.columns {
        dx[i, j] = dy[0, j] / length - x[0, j] * (x * dy).sum() / (length * length * length)
      }
    }
    return dx
  },
  .init({ Chapter10Problems.triplets }, "a margin of its own", "which of them count") {
    var question = $0
    question.margin = 0.9
    return Chapter10Problems.triplets.reference(question)
  },
  .init({ Chapter10Problems.infoNCE }, "A twice if square", "where it is wrong, this is right if A")
  {
    var question = $0
    if question.a.rows == question.a.columns { question.a *= 2 }
    return Chapter10Problems.infoNCE.reference(question)
  },
  .init({ Chapter10Problems.infoNCE }, "a temperature of its own", "it is not dS") {
    var question = $0
    question.temperature = 0.45
    return Chapter10Problems.infoNCE.reference(question)
  },
  .init({ Chapter10Problems.negativeSampling }, "scores as slopes", "These numbers are wrong") {
    var (dU, dV) = (0 * $0.u, 0 * $0.v)
    for (i, c) in $0.centres.enumerated() {
      for word in [$0.contexts[i]] + $0.negatives[i] {
        let score = ($0.u.rows([c]) * $0.v.rows([word])).sum()
        for j in 0..<dU.columns {
          dU[c, j] += score * $0.v[word, j]
          dV[word, j] += score * $0.u[c, j]
        }
      }
    }
    return (dU, dV)
  },
  .init({ Chapter10Problems.matrixFactorization }, "a mean of its own", "These numbers are wrong") {
    var question = $0
    question.mean = 1.23
    return Chapter10Problems.matrixFactorization.reference(question)
  },
]

private let filters: [WrongAnswer] = [
  .init({ Chapter10Problems.kalman }, "more noise of measurement", "it is not S⁻¹") {
    var question = $0
    question.measurementNoise += 0.3 * oneHot([0, 1], classes: 2)
    return Chapter10Problems.kalman.reference(question)
  },
  .init({ Chapter10Problems.kalman }, "more noise of time", "the predicted P is not") {
    var question = $0
    question.processNoise += 0.3 * oneHot([0, 1, 2, 3], classes: 4)
    return Chapter10Problems.kalman.reference(question)
  },
  .init({ Chapter10Problems.kalman }, "two steps of time", "with the rows (1 0 2 0)") {
    filtered($0, f: Matrix(rows: [[1, 0, 2, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]))
  },
  .init({ Chapter10Problems.kalman }, "speeds that fade", "the predicted x and P are not") {
    filtered($0, f: Matrix(rows: [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 0.9, 0], [0, 0, 0, 0.9]]))
  },
  .init({ Chapter10Problems.kalman }, "rows exchanged", "with the rows (0 1 0 0), (1 0 0 0)") {
    filtered($0, h: Matrix(rows: [[0, 1, 0, 0], [1, 0, 0, 0]]))
  },
]

/// A filter's step with other matrices.
private func filtered(
  _ question: KalmanQuestion,
  f: Matrix = Matrix(rows: [[1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0], [0, 0, 0, 1]]),
  h: Matrix = Matrix(rows: [[1, 0, 0, 0], [0, 1, 0, 0]])
) -> KalmanAnswer {
  let x = matmul(f, question.state.reshaped([4, 1]))
  let p = matmul(f, matmul(question.covariance, f.transposed)) + question.processNoise
  let y = question.measurement.reshaped([2, 1]) - matmul(h, x)
  let s = inverse(matmul(h, matmul(p, h.transposed)) + question.measurementNoise)
  let gain = matmul(p, matmul(h.transposed, s))
  let covariance = matmul(oneHot([0, 1, 2, 3], classes: 4) - matmul(gain, h), p)
  return (
    (x + matmul(gain, y)).reshaped([4]), covariance, matmul(y.transposed, matmul(s, y)).item
  )
}

@Test func `numbers are a sum of columns where some factors make them so`() {
  let columns: [[Double]] = [[1, 0, 2, 1], [0, 1, 1, -1]]
  #expect(surplus(of: [3, -2, 4, 5], over: columns) == 2)
  #expect(surplus(of: [3, -2, 4, 5.001], over: columns) == nil)
  // A column that the others make tells nothing more, nor does one of zeros.
  #expect(surplus(of: [3, -2, 4, 5], over: columns + [[2, 2, 6, 0], [0, 0, 0, 0]]) == 2)
  #expect(surplus(of: [0, 0, 0, 0], over: []) == 4)
  #expect(surplus(of: [.nan, 0, 0, 0], over: columns) == nil)
}
