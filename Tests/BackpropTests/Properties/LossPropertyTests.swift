import Backprop
import Testing

/// A loss of scores and targets, the same from its formula in dual numbers, and the share that a
/// sample has in the batch's loss.
struct LossFormula: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let loss: @Sendable (_ z: Tensor<Double>, _ targets: Targets) -> Loss<Double>
  let textbook: @Sendable (_ z: DualTensor, _ targets: Targets) -> Dual
  var share: @Sendable (_ targets: Targets, _ sample: Int) -> Double = { targets, _ in
    1 / Double(targets.labels.count)
  }

  /// Targets of every kind, for m samples.
  struct Targets: Sendable {
    var numbers: Tensor<Double>
    var probabilities: Tensor<Double>
    var labels: [Int]
    var weights: [Double]

    init(_ m: Int, _ n: Int, _ draw: inout Draw) {
      numbers = draw.tensor([m, n])
      probabilities = Activation.sigmoid(draw.tensor([m, n]))
      labels = (0..<m).map { _ in draw.size(0...n - 1) }
      weights = (0..<n).map { _ in 0.2 + draw.generator.uniform() }
    }

    /// Those of one sample.
    func sample(_ i: Int) -> Targets {
      var one = self
      (one.numbers, one.probabilities) = (numbers.rows([i]), probabilities.rows([i]))
      one.labels = [labels[i]]
      return one
    }
  }

  private static func mean(_ x: DualTensor, _ f: ([Int]) -> Dual) -> Dual {
    DualTensor(shape: x.shape, f).scalars.total() / Double(x.scalars.count)
  }

  private static func size(_ a: Dual) -> Dual { a.value < 0 ? -a : a }

  /// Σ over rows of -t·log softmax(z).
  private static func crossEntropy(_ z: DualTensor, _ t: Tensor<Double>) -> Dual {
    let p = Textbook.softmax(z)
    return DualTensor(shape: z.shape) { -log(p[$0]) * t[$0[0], $0[1]] }.scalars.total()
  }

  static let all = [
    LossFormula(
      testDescription: "mean squared error",
      loss: { meanSquaredError(prediction: $0, target: $1.numbers) },
      textbook: { z, t in mean(z) { p in pow(z[p] - t.numbers[p[0], p[1]], 2) } }),
    LossFormula(
      testDescription: "mean absolute error",
      loss: { meanAbsoluteError(prediction: $0, target: $1.numbers) },
      textbook: { z, t in mean(z) { p in size(z[p] - t.numbers[p[0], p[1]]) } }),
    LossFormula(
      testDescription: "Huber", loss: { huber(prediction: $0, target: $1.numbers, delta: 0.8) },
      textbook: { z, t in
        mean(z) { p in
          let e = size(z[p] - t.numbers[p[0], p[1]])
          return e.value <= 0.8 ? e * e / 2 : 0.8 * (e - 0.4)
        }
      }),
    LossFormula(
      testDescription: "binary cross-entropy on logits",
      loss: { binaryCrossEntropy(logits: $0, targets: $1.probabilities) },
      textbook: { z, t in
        mean(z) { p in log(1 + exp(z[p])) - z[p] * t.probabilities[p[0], p[1]] }
      }),
    LossFormula(
      testDescription: "binary cross-entropy on probabilities",
      loss: { z, t in
        let p = Activation.sigmoid(z)
        let (loss, dP) = binaryCrossEntropy(probabilities: p, targets: t.probabilities)
        return (loss, dP * p * (1 - p))
      },
      textbook: { z, t in
        mean(z) { p in
          let (y, t) = (sigmoid(z[p]), t.probabilities[p[0], p[1]])
          return -(log(y) * t) - log(1 - y) * (1 - t)
        }
      }),
    LossFormula(
      testDescription: "softmax cross-entropy on soft targets",
      loss: { softmaxCrossEntropy(logits: $0, targets: $1.probabilities) },
      textbook: { crossEntropy($0, $1.probabilities) / Double($0.shape[0]) }),
    LossFormula(
      testDescription: "softmax cross-entropy on labels",
      loss: { softmaxCrossEntropy(logits: $0, labels: $1.labels) },
      textbook: {
        crossEntropy($0, oneHot($1.labels, classes: $0.shape[1])) / Double($0.shape[0])
      }),
    LossFormula(
      testDescription: "weighted cross-entropy",
      loss: { weightedCrossEntropy(logits: $0, labels: $1.labels, classWeights: $1.weights) },
      textbook: { z, t in
        let weights = t.labels.map { t.weights[$0] }
        let targets = Tensor(
          t.labels.enumerated().flatMap { i, label in
            (0..<z.shape[1]).map { $0 == label ? weights[i] : 0 }
          }, shape: z.shape)
        return crossEntropy(z, targets) / weights.reduce(0, +)
      },
      share: { t, i in t.weights[t.labels[i]] / t.labels.reduce(0) { $0 + t.weights[$1] } }),
  ]
}

@Suite struct LossPropertyTests {
  @Test(arguments: LossFormula.all)
  func `a loss's gradient is the adjoint of the forward mode`(_ test: LossFormula) {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n) = (draw.size(1...6), draw.size(1...5))
      let (z, v) = (2 * draw.tensor([m, n]), draw.tensor([m, n]))
      let targets = LossFormula.Targets(m, n, &draw)
      let (loss, gradient) = test.loss(z, targets)
      let pushed = test.textbook(DualTensor(z, moving: v), targets)
      #expect(abs(pushed.value - loss) <= 1e-12 * (1 + abs(loss)), "seed \(seed)")
      let slope = (gradient * v).sum()
      #expect(abs(pushed.tangent - slope) <= 1e-12 * (1 + abs(slope)), "seed \(seed)")
    }
  }

  @Test(arguments: LossFormula.all)
  func `a batch's loss and gradient are the samples', each with its share`(
    _ test: LossFormula
  ) {
    for seed in propertySeeds {
      var draw = Draw(seed: seed)
      let (m, n) = (draw.size(1...6), draw.size(1...5))
      let (z, targets) = (2 * draw.tensor([m, n]), LossFormula.Targets(m, n, &draw))
      let (loss, gradient) = test.loss(z, targets)
      var sum = 0.0
      for i in 0..<m {
        let share = test.share(targets, i)
        let (own, slope) = test.loss(z.rows([i]), targets.sample(i))
        sum += share * own
        let error = (slope * share - gradient.rows([i])).squaredNorm().squareRoot()
        #expect(error <= 1e-13, "seed \(seed), sample \(i)")
      }
      #expect(abs(sum - loss) <= 1e-12 * (1 + abs(loss)), "seed \(seed)")
    }
  }
}
