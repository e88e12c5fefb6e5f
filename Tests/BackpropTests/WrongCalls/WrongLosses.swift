import Backprop

extension WrongCall {
  static let losses: [WrongCall] = [
    WrongCall("must have one shape") {
      _ = meanSquaredError(prediction: zeros(2, 3), target: zeros(3))
    },
    WrongCall("have no mean loss") {
      _ = meanAbsoluteError(prediction: zeros(0, 3), target: zeros(0, 3))
    },
    WrongCall("huber: delta is nan") {
      _ = huber(prediction: zeros(2), target: zeros(2), delta: .nan)
    },
    WrongCall("must have one shape") {
      _ = binaryCrossEntropy(logits: zeros(2), targets: zeros(2, 1))
    },
    WrongCall("must have one shape") {
      _ = softmaxCrossEntropy(logits: zeros(2, 3), targets: zeros(3))
    },
    WrongCall("softmax: needs a matrix") { _ = softmax(zeros(3)) },
    WrongCall("logSumExp: needs a matrix with a column") { _ = logSumExp(zeros(3, 0)) },
    WrongCall("softmaxBackward: dy is [3]") { _ = softmaxBackward(zeros(3), y: zeros(1, 3)) },
    WrongCall("labels: sample 1 has label -1") {
      _ = softmaxCrossEntropy(logits: zeros(2, 3), labels: [0, -1])
    },
    WrongCall("there must be a label for each row") {
      _ = softmaxCrossEntropy(logits: zeros(2, 3), labels: [0])
    },
    WrongCall("they must be 0 or more") {
      _ = weightedCrossEntropy(logits: zeros(2, 3), labels: [0, 1], classWeights: [1, .nan, 1])
    },
    WrongCall("sum to 0.0") {
      _ = weightedCrossEntropy(logits: zeros(2, 3), labels: [0, 0], classWeights: [0, 1, 1])
    },
    WrongCall("smoothed: epsilon is 1.5") { _ = smoothed(zeros(2, 3), by: 1.5) },
    WrongCall("l2Penalty: the strength is nan") { _ = l2Penalty(zeros(2), strength: .nan) },
    WrongCall("l1Penalty: the strength is inf") { _ = l1Penalty(zeros(2), strength: .infinity) },
    WrongCall("with 2 classes it must be in 0..<2") {
      let _: Tensor<Double> = oneHot([2], classes: 2)
    },
    WrongCall("has a negative size") { let _: Tensor<Double> = oneHot([], classes: -1) },
    WrongCall("2 predictions for 1 labels") { _ = accuracy(predicted: [0, 1], actual: [0]) },
    WrongCall("a count is negative") { _ = ConfusionMatrix(counts: [[-1]]) },
    WrongCall("it needs as many columns as rows") { _ = ConfusionMatrix(counts: [[1], [2]]) },
    WrongCall("there is no class 2") {
      _ = ConfusionMatrix(counts: [[1, 0], [0, 1]]).falsePositives(of: 2)
    },
    WrongCall("with 2 classes both must be from 0 to 1") {
      _ = ConfusionMatrix(predicted: [0, 2], actual: [0, 1], classes: 2)
    },
    WrongCall("do not fit into the memory") {
      _ = ConfusionMatrix(predicted: [], actual: [], classes: 1 << 25)
    },
    WrongCall("areaUnderROC: 2 scores for 1 labels") {
      _ = areaUnderROC(scores: [1, 2], isPositive: [true])
    },
    WrongCall("rocCurve: 0 scores for 1 labels") { _ = rocCurve(scores: [], isPositive: [true]) },
    WrongCall("the shapes [2] and [3] must be the same") {
      _ = maximumRelativeError(zeros(2), zeros(3))
    },
    WrongCall("the format keeps the name __metadata__") {
      var checkpoint = Checkpoint()
      checkpoint.set("__metadata__", to: zeros(2))
    },
  ]
}
