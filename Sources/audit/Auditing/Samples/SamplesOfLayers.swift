import Backprop
import Course

// Chapters 1, 2 and 4.
extension Samples {
  static var activations: [(String, Sample)] {
    func question(_ draw: inout Draw) -> ActivationQuestion {
      let shape = [draw.size(1...6), draw.size(1...7)]
      let scale = draw.once(in: 6) ? draw.pick([200, 1e-300]) : 1.5
      let x = scale * draw.tensor(shape)
      return ActivationQuestion(x: x, dy: draw.tensor(shape))
    }
    typealias Problems = Chapter01Problems
    return [
      of(Problems.sigmoid, draw: question), of(Problems.tanh, draw: question),
      of(Problems.relu, draw: question), of(Problems.softmax, draw: question),
      of(Problems.gelu, draw: question),
      of(Problems.leakyReLU) {
        let plain = question(&$0)
        return LeakyQuestion(x: plain.x, dy: plain.dy, slope: $0.number(0.001...0.99))
      },
    ]
  }

  static var losses: [(String, Sample)] {
    func shape(_ draw: inout Draw) -> [Int] { [draw.size(1...6), draw.size(1...6)] }
    func targets(_ draw: inout Draw, _ shape: [Int]) -> Matrix {
      let soft = softmax(3 * draw.tensor(shape))
      guard draw.once(in: 2) else { return soft }
      return oneHot(draw.labels(shape[0], classes: shape[1]), classes: shape[1])
    }
    typealias Problems = Chapter02Problems
    return [
      of(Problems.meanSquaredError) {
        let shape = shape(&$0)
        return RegressionQuestion(prediction: $0.tensor(shape), target: $0.tensor(shape))
      },
      of(Problems.huber) {
        let shape = shape(&$0)
        return HuberQuestion(
          prediction: 2 * $0.tensor(shape), target: $0.tensor(shape), delta: $0.number(0.05...3))
      },
      of(Problems.binaryCrossEntropy) {
        let shape = shape(&$0)
        return ClassificationQuestion(
          logits: $0.logits(shape), targets: $0.tensor(shape, in: 0...1))
      },
      of(Problems.unfusedCrossEntropy) {
        let shape = shape(&$0)
        let targets = targets(&$0, shape)
        let logits = $0.once(in: 4) ? $0.tensor(shape, in: -100...100) : 3 * $0.tensor(shape)
        return UnfusedCrossEntropyQuestion(logits: logits, targets: targets)
      },
      of(Problems.softmaxCrossEntropy) {
        let shape = shape(&$0)
        let targets = targets(&$0, shape)
        return ClassificationQuestion(logits: $0.logits(shape), targets: targets)
      },
      of(Problems.l2Penalty) {
        let shape = shape(&$0)
        return PenaltyQuestion(
          weight: $0.tensor(shape), bias: $0.tensor([shape[1]]),
          strength: $0.once(in: 8) ? 0 : $0.number(0...3))
      },
      of(Problems.weightedCrossEntropy) {
        let shape = shape(&$0)
        let labels = $0.labels(shape[0], classes: shape[1])
        var weights = $0.list(shape[1]) { $0.once(in: 5) ? 0 : $0.number(0.1...6) }
        weights[labels[0]] = $0.number(0.1...6)
        return WeightedQuestion(logits: $0.logits(shape), labels: labels, classWeights: weights)
      },
    ]
  }

  static var perceptrons: [(String, Sample)] {
    typealias Problems = Chapter04Problems
    return [
      of(Problems.dense) {
        let (m, inputs, outputs) = ($0.size(1...6), $0.size(1...5), $0.size(1...5))
        return DenseQuestion(
          x: $0.tensor([m, inputs]), weight: $0.tensor([inputs, outputs]),
          bias: $0.tensor([outputs]), dy: $0.tensor([m, outputs]))
      },
      of(Problems.multilayer) {
        let m = $0.size(1...5)
        let sizes = $0.once(in: 3) ? [4, 4, 4, 4] : $0.list(4) { $0.size(1...5) }
        return MultilayerQuestion(
          x: $0.tensor([m, sizes[0]]),
          w1: $0.tensor([sizes[0], sizes[1]]), b1: $0.tensor([sizes[1]]),
          w2: $0.tensor([sizes[1], sizes[2]]), b2: $0.tensor([sizes[2]]),
          w3: $0.tensor([sizes[2], sizes[3]]), b3: $0.tensor([sizes[3]]),
          dLogits: $0.tensor([m, sizes[3]]))
      },
      of(Problems.dropout) {
        let shape = [$0.size(1...6), $0.size(1...6)]
        let rate = $0.once(in: 8) ? 0 : $0.number(0...0.95)
        let kept = $0.list(shape[0] * shape[1]) { $0.number(0...1) < rate ? 0.0 : 1.0 }
        let mask = Matrix(kept, shape: shape)
        return DropoutQuestion(x: $0.tensor(shape), mask: mask, rate: rate, dy: $0.tensor(shape))
      },
      of(Problems.trainingStep) {
        let m = $0.size(1...6)
        let sizes = $0.once(in: 3) ? [4, 4, 4] : $0.list(3) { $0.size(1...5) }
        let labels = $0.labels(m, classes: sizes[2])
        let targets =
          $0.once(in: 2) ? softmax($0.tensor([m, sizes[2]])) : oneHot(labels, classes: sizes[2])
        return TrainingStepQuestion(
          parameters: TwoLayerParameters(
            w1: $0.tensor([sizes[0], sizes[1]]), b1: $0.tensor([sizes[1]]),
            w2: $0.tensor([sizes[1], sizes[2]]), b2: $0.tensor([sizes[2]])),
          x: $0.tensor([m, sizes[0]]), targets: targets, learningRate: $0.number(0.01...2))
      },
      of(Problems.precisionRecallF1) {
        let (count, classes) = ($0.size(1...20), $0.size(1...5))
        let actual = $0.labels(count, classes: classes)
        let guesses = $0.labels(count, classes: classes)
        let isRight = $0.list(count) { $0.once(in: 2) }
        let predicted = actual.indices.map { isRight[$0] ? actual[$0] : guesses[$0] }
        return AnswersQuestion(predicted: predicted, actual: actual, classes: classes)
      },
      of(Problems.areaUnderROC) {
        let count = $0.size(2...20)
        let many = $0.size(1...count - 1)
        let positives = $0.permutation(of: count).map { $0 < many }
        var scores = (3 * $0.tensor([count])).scalars
        if $0.once(in: 2) { scores = scores.map { ($0 * 2).rounded() / 2 } }
        return ScoresQuestion(scores: scores, positives: positives)
      },
    ]
  }
}
