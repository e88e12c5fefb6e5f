import Checking
import Core
import Running

/// Each gradient of the chapter beside central differences of its loss.
func checkGradients(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Is each gradient right?")
  screen.text(
    """
    Gradients at [6, 4] random numbers, against (loss(x + h) - loss(x - h)) / 2h,
    h = 0.00001, in every element.
    """)
  var generator = SplitMix64(seed: options.seed)
  func random() -> Matrix { Matrix(standardDeviation: 1.5, shape: [6, 4], using: &generator) }
  let (z, t, weight) = (random(), random(), random())
  let soft = Matrix(uniform: 0...1, shape: [6, 4], using: &generator)
  let p = Matrix(uniform: 0.05...0.95, shape: [6, 4], using: &generator)
  let rows = softmax(random())
  let (labels, classWeights) = ([2, 0, 3, 3, 1, 2], [1.0, 2, 0.5, 4])

  var table = Table("loss", "exercise", "largest relative error", "verdict")
  func check(
    _ name: String, _ exercise: String, at x: Matrix, _ gradient: Matrix,
    _ loss: (Matrix) -> Double
  ) {
    let numeric = numericalGradient(of: loss, at: x)
    let agrees = gradientsAgree(gradient, numeric, loss: loss(x))
    table.add(
      name, exercise, significant(maximumRelativeError(gradient, numeric), 1),
      agrees ? "✓" : "✗ wrong")
  }
  check("mean squared error", "2.1", at: z, try functions.meanSquaredError(z, t)) {
    meanSquaredError(prediction: $0, target: t).loss
  }
  check("mean absolute error", "", at: z, meanAbsoluteError(prediction: z, target: t).gradient) {
    meanAbsoluteError(prediction: $0, target: t).loss
  }
  check("Huber", "2.6 ★", at: z, huber(prediction: z, target: t).gradient) {
    huber(prediction: $0, target: t).loss
  }
  check(
    "binary cross-entropy on p", "", at: p,
    binaryCrossEntropy(probabilities: p, targets: soft).gradient
  ) { binaryCrossEntropy(probabilities: $0, targets: soft).loss }
  check("binary cross-entropy on z", "2.2", at: z, try functions.binaryCrossEntropy(z, soft)) {
    binaryCrossEntropy(logits: $0, targets: soft).loss
  }
  check("softmax cross-entropy", "2.3", at: z, try functions.softmaxCrossEntropy(z, rows)) {
    softmaxCrossEntropy(logits: $0, targets: rows).loss
  }
  check(
    "weighted cross-entropy", "2.5", at: z,
    try functions.weightedCrossEntropy(z, labels, classWeights)
  ) { weightedCrossEntropy(logits: $0, labels: labels, classWeights: classWeights).loss }
  let bias = Matrix([1, -2, 0.5, 3])
  let penalty = try functions.l2Penalty(weight, bias, 0.1)
  check("L2 penalty, W", "2.4", at: weight, penalty.dW) { l2Penalty($0, strength: 0.1).loss }
  check("L2 penalty, b", "2.4", at: bias, penalty.db) { _ in l2Penalty(weight, strength: 0.1).loss }
  check("L1 penalty", "", at: weight, l1Penalty(weight, strength: 0.1).gradient) {
    l1Penalty($0, strength: 0.1).loss
  }
  screen.table(table)
}
