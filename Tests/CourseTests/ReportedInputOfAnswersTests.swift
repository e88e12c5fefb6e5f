import Backprop
@testable import Checking
import Course
import Testing
@testable import Problems09
@testable import Problems10
@testable import Problems11
@testable import Problems12

// Answers as other libraries have them, in chapters 9 to 12: what is right passes in their form too, and what
// is another convention is told as that.

private func verdict<Input, Output>(
  _ problem: Problem<Input, Output>, _ answer: (Input) -> Output
) -> String { problem.verdict(answer).description }

private let passed = "✓ passed"

@Suite struct ReportedInputOfAnswersTests {
  /// Written as torchvision's loss, with 1 - p for what is left: mmdetection 2309.
  @Test func `focal loss passes with its cells weighed by targets, not by cases`() {
    let problem = Chapter09Problems.focalLoss
    func answer(_ q: FocalLossQuestion, surprise: (Double, Double) -> Double) -> Matrix {
      q.logits.zip(q.targets) { z, t in
        let p = 1 / (1 + Double.exp(-z))
        let pt = p * t + (1 - p) * (1 - t)
        let weight = q.alpha * t + (1 - q.alpha) * (1 - t)
        let slope = Double.pow(1 - pt, q.gamma) * (-q.gamma * pt * surprise(z, t) - (1 - pt))
        return weight * (2 * t - 1) * slope / max(1, q.targets.sum())
      }
    }
    let stable = verdict(problem) { question in
      answer(question) { max($0, 0) - $0 * $1 + Double.log(1 + Double.exp(-abs($0))) }
    }
    #expect(stable == passed)
    let overflowing = verdict(problem) { question in
      answer(question) { Double.log(1 + Double.exp((1 - 2 * $1) * $0)) }
    }
    #expect(overflowing.contains("0·∞ is no number"), "\(overflowing)")
  }

  /// A mean over the mask's sum and a little, so that nothing is divided by 0: pytorch 70348, cosmos-rl 155.
  @Test func `who adds a little to a divisor is told that, not that something is kept`() {
    let said = verdict(Chapter11Problems.maskedCrossEntropy) { question in
      let (m, t, n) = (question.logits.shape[0], question.logits.shape[1], question.logits.shape[2])
      let total = Double(question.mask.joined().reduce(0, +)) + 1e-8
      let p = softmax(question.logits.reshaped([m * t, n])).reshaped([m, t, n])
      var gradient = p
      for row in 0..<m {
        for step in 0..<t {
          for k in 0..<n {
            let place = (row * t + step) * n + k
            let target = k == question.targets[row][step] ? 1.0 : 0
            gradient.scalars[place] =
              Double(question.mask[row][step]) * (p.scalars[place] - target) / total
          }
        }
      }
      return gradient
    }
    #expect(said.contains("is an ε added"), "\(said)")
    #expect(!said.contains("kept from an earlier call"), "\(said)")
  }

  /// The floor of a length, in four forms: pytorch 184575, keras 23093.
  @Test
  func `a floor under the root passes if it is the same floor, and a silent row of zeros is told`()
  {
    func answer(_ q: UnitLengthQuestion, length: (Double) -> Double) -> Matrix {
      var dx = q.x
      for i in 0..<q.x.rows {
        let (x, dy) = (q.x.rows(i..<i + 1), q.dy.rows(i..<i + 1))
        let v = length(x.squaredNorm())
        for j in 0..<q.x.columns {
          dx[i, j] = v == 0 ? 0 : dy[0, j] / v - x[0, j] * (x * dy).sum() / (v * v * v)
        }
      }
      return dx
    }
    let forms: [(String, (Double) -> Double)] = [
      (passed, { max($0, 1e-24).squareRoot() }), (passed, { ($0 + 1e-24).squareRoot() }),
      (passed, { $0.squareRoot() + 1e-12 }), ("dx = 10¹²·dy", { $0.squareRoot() }),
      ("under the root", { max($0, 1e-12).squareRoot() }),
      ("under the root", { ($0 + 1e-12).squareRoot() }),
    ]
    for (words, length) in forms {
      let said = verdict(Chapter10Problems.normalization) { answer($0, length: length) }
      #expect(said.contains(words), "\(said)")
    }
  }

  /// Shares by log-sum-exp; and exponentials as they are: info-nce-pytorch 17.
  @Test func `InfoNCE passes by log-sum-exp, and is told of exponentials that overflow`() {
    func answer(_ q: InfoNCEQuestion, shares: (Matrix) -> Matrix) -> InfoNCEAnswer {
      let s = matmul(q.a, transposed: q.b) / q.temperature
      let identity = oneHot(Array(0..<s.rows), classes: s.rows, as: Double.self)
      let dS = (shares(s) + shares(s.transposed).transposed - 2 * identity) / Double(2 * s.rows)
      return (matmul(dS, q.b) / q.temperature, matmul(transposed: dS, q.a) / q.temperature)
    }
    let byLogarithm = verdict(Chapter10Problems.infoNCE) {
      answer($0) { s in
        let sums = logSumExp(s)
        return (s.transposed - sums).transposed.map { Double.exp($0) }
      }
    }
    #expect(byLogarithm == passed)
    let plain = verdict(Chapter10Problems.infoNCE) {
      answer($0) { s in
        let e = s.map { Double.exp($0) }
        return (e.transposed / e.sum(axis: 1)).transposed
      }
    }
    #expect(plain.contains("an exponential that overflows"), "\(plain)")
  }

  /// The row's sum as that of dY·Y, and 1/√d on both sides: flash-attention, ultralytics 24990.
  @Test func `attention passes with its row sums from the output, and with queries scaled first`() {
    let problem = Chapter12Problems.attention
    func answer(_ q: Problems12.AttentionQuestion, fromOutput: Bool, scaledFirst: Bool)
      -> AttentionGradients
    {
      let p = q.weights
      let dP = batchedMatmul(q.dy, transposed: q.v)
      let products = fromOutput ? q.dy.asRows * batchedMatmul(p, q.v).asRows : dP.asRows * p.asRows
      let centred = (dP.asRows.transposed - products.sum(axis: 1)).transposed
      let dS = (p.asRows * centred).reshaped(p.shape)
      let scale = 1 / Double(q.q.shape[3]).squareRoot()
      let dV = batchedMatmul(transposed: p, q.dy)
      return scaledFirst
        ? (batchedMatmul(dS, q.k) * scale, batchedMatmul(transposed: dS, q.q * scale), dV)
        : (batchedMatmul(dS * scale, q.k), batchedMatmul(transposed: dS * scale, q.q), dV)
    }
    #expect(verdict(problem) { answer($0, fromOutput: true, scaledFirst: false) } == passed)
    #expect(verdict(problem) { answer($0, fromOutput: false, scaledFirst: true) } == passed)
  }
}
