import Backprop
import Testing

// MARK: Gradients

/// A loss of one tensor, with all else fixed, and where its gradient is checked.
struct LossCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let place: Tensor<Double>
  let loss: @Sendable (Tensor<Double>) -> Loss<Double>

  init(
    _ name: String, at place: Tensor<Double>,
    loss: @escaping @Sendable (Tensor<Double>) -> Loss<Double>
  ) {
    (testDescription, self.place, self.loss) = ("\(name) \(place.shape)", place, loss)
  }

  /// Every loss and penalty, on random numbers of one shape.
  static func all(_ rows: Int, _ columns: Int) -> [LossCase] {
    var generator = SplitMix64(seed: UInt64(100 * rows + columns))
    let shape = [rows, columns]
    let z = Tensor<Double>(standardDeviation: 2, shape: shape, using: &generator)
    let t = Tensor<Double>(shape: shape, using: &generator)
    let p = Tensor<Double>(uniform: 0.02...0.98, shape: shape, using: &generator)
    let soft = Tensor<Double>(uniform: 0...1, shape: shape, using: &generator)
    let rowsOfOne = softmax(Tensor<Double>(shape: shape, using: &generator))
    let labels = (0..<rows).map { _ in generator.integer(below: columns) }
    let weights = (0..<columns).map { _ in 0.1 + 3 * generator.uniform() }
    return [
      LossCase("mean squared error", at: z) { meanSquaredError(prediction: $0, target: t) },
      LossCase("mean absolute error", at: z) { meanAbsoluteError(prediction: $0, target: t) },
      LossCase("huber, delta 1", at: z) { huber(prediction: $0, target: t) },
      LossCase("huber, delta 0.3", at: z) { huber(prediction: $0, target: t, delta: 0.3) },
      LossCase("binary cross-entropy on probabilities", at: p) {
        binaryCrossEntropy(probabilities: $0, targets: soft)
      },
      LossCase("binary cross-entropy on logits", at: z) {
        binaryCrossEntropy(logits: $0, targets: soft)
      },
      LossCase("cross-entropy, soft targets", at: z) {
        softmaxCrossEntropy(logits: $0, targets: rowsOfOne)
      },
      LossCase("cross-entropy, rows that do not sum to 1", at: z) {
        softmaxCrossEntropy(logits: $0, targets: soft)
      },
      LossCase("cross-entropy, smoothed targets", at: z) {
        softmaxCrossEntropy(
          logits: $0, targets: smoothed(oneHot(labels, classes: columns), by: 0.1))
      },
      LossCase("cross-entropy, labels", at: z) { softmaxCrossEntropy(logits: $0, labels: labels) },
      LossCase("weighted cross-entropy", at: z) {
        weightedCrossEntropy(logits: $0, labels: labels, classWeights: weights)
      },
      LossCase("L2 penalty", at: z) { l2Penalty($0, strength: 0.3) },
      LossCase("L1 penalty", at: z) { l1Penalty($0, strength: 0.3) },
    ]
  }
}

@Test(arguments: LossCase.all(5, 3) + LossCase.all(1, 7) + LossCase.all(6, 1))
func `a loss's gradient is what central differences say, in every element`(
  test: LossCase
) throws {
  let (loss, gradient) = test.loss(test.place)
  try #require(gradient.shape == test.place.shape)
  let numeric = numericalGradient(of: { test.loss($0).loss }, at: test.place)
  let wrong = firstDisagreement(gradient, numeric, loss: loss)
  #expect(wrong == nil, "\(gradient) should be \(numeric)")
}

// MARK: Values by hand

@Test func `losses have the values that can be worked out by hand`() {
  let (p, t) = (
    Tensor<Double>(rows: [[1, -2], [0.5, 4]]), Tensor<Double>(rows: [[0, 0], [0.5, 1]])
  )
  #expect(meanSquaredError(prediction: p, target: t).loss == 3.5)
  #expect(meanAbsoluteError(prediction: p, target: t).loss == 1.5)
  #expect(huber(prediction: p, target: t, delta: 1).loss == 1.125)
  #expect(l2Penalty(p, strength: 0.5).loss == 0.25 * 21.25)
  #expect(l1Penalty(p, strength: 0.5).loss == 0.5 * 7.5)
}

@Test(arguments: [2, 3, 10])
func `who knows nothing pays log n`(classes: Int) {
  let logits = Tensor<Double>(repeating: -3, shape: [4, classes])
  let loss = softmaxCrossEntropy(logits: logits, labels: [0, 1, 1, 0]).loss
  #expect(abs(loss - .log(Double(classes))) <= 1e-15 * Double(classes))
}

@Test func `corners have the slope of the convention`() {
  let zeros = Tensor<Double>(shape: [1, 3])
  #expect(meanAbsoluteError(prediction: zeros, target: zeros).gradient == zeros)
  #expect(l1Penalty(zeros, strength: 2).gradient == zeros)
  let edges = Tensor<Double>(rows: [[0.5, -0.5, 0]])
  #expect(huber(prediction: edges, target: zeros, delta: 0.5).gradient == edges / 3)
}

// MARK: Forms that agree

@Test func `labels and one-hot targets give the same`() {
  var generator = SplitMix64(seed: 7)
  let z = Tensor<Double>(standardDeviation: 3, shape: [6, 4], using: &generator)
  let labels = [3, 0, 2, 2, 1, 0]
  let byLabels = softmaxCrossEntropy(logits: z, labels: labels)
  let byRows = softmaxCrossEntropy(logits: z, targets: oneHot(labels, classes: 4))
  #expect(abs(byLabels.loss - byRows.loss) <= 1e-14)
  #expect((byLabels.gradient - byRows.gradient).map { abs($0) }.max() <= 1e-15)
}

@Test func `two logits, one of them 0, are the binary cross-entropy`() {
  let z = Tensor<Double>(rows: [[-30], [-1], [0], [2.5], [30]])
  let t = Tensor<Double>(rows: [[1], [0], [0.25], [0.9], [0]])
  let pairs = Tensor(rows: z.scalars.map { [0, $0] })
  let targets = Tensor(rows: t.scalars.map { [1 - $0, $0] })
  let (binary, softmax) = (
    binaryCrossEntropy(logits: z, targets: t), softmaxCrossEntropy(logits: pairs, targets: targets)
  )
  #expect(abs(binary.loss - softmax.loss) <= 1e-14)
  for i in 0..<5 { #expect(abs(binary.gradient[i, 0] - softmax.gradient[i, 1]) <= 1e-15) }
}

@Test func `on logits or on probabilities, binary cross-entropy is the same`() {
  var generator = SplitMix64(seed: 8)
  let z = Tensor<Double>(standardDeviation: 3, shape: [4, 3], using: &generator)
  let t = Tensor<Double>(uniform: 0...1, shape: [4, 3], using: &generator)
  let p = Activation.sigmoid(z)
  let (onLogits, onProbabilities) = (
    binaryCrossEntropy(logits: z, targets: t), binaryCrossEntropy(probabilities: p, targets: t)
  )
  #expect(abs(onLogits.loss - onProbabilities.loss) <= 1e-13)
  let chained = Activation.sigmoid.backward(onProbabilities.gradient, .init(x: z)).dInput
  #expect((chained - onLogits.gradient).map { abs($0) }.max() <= 1e-14)
}

@Test func `certain probabilities that are right cost nothing and have a finite slope`() {
  let sure = Tensor<Double>(rows: [[0, 1]])
  let (loss, gradient) = binaryCrossEntropy(probabilities: sure, targets: sure)
  #expect(loss == 0)
  #expect(gradient == Tensor(rows: [[0.5, -0.5]]))
}

// MARK: Weights and smoothing

@Test func `equal class weights change nothing`() {
  var generator = SplitMix64(seed: 9)
  let z = Tensor<Double>(shape: [5, 3], using: &generator)
  let labels = [0, 2, 1, 1, 0]
  let plain = softmaxCrossEntropy(logits: z, labels: labels)
  let weighted = weightedCrossEntropy(logits: z, labels: labels, classWeights: [7, 7, 7])
  #expect(abs(plain.loss - weighted.loss) <= 1e-15)
  #expect((plain.gradient - weighted.gradient).map { abs($0) }.max() <= 1e-16)
}

@Test func `a weight of 3 counts as three copies of the sample`() {
  var generator = SplitMix64(seed: 10)
  let z = Tensor<Double>(shape: [3, 2], using: &generator)
  let weighted = weightedCrossEntropy(logits: z, labels: [0, 1, 0], classWeights: [1, 3])
  let copies = softmaxCrossEntropy(logits: z.rows([0, 1, 1, 1, 2]), labels: [0, 1, 1, 1, 0])
  #expect(abs(weighted.loss - copies.loss) <= 1e-15)
  for j in 0..<2 { #expect(abs(weighted.gradient[1, j] - 3 * copies.gradient[1, j]) <= 1e-15) }
}

@Test func `smoothed targets sum to 1 and keep their largest class`() {
  let targets = smoothed(oneHot([2, 0], classes: 4), by: 0.1)
  #expect(targets.argmaxOfRows() == [2, 0])
  for sum in targets.sum(axis: 1).scalars { #expect(abs(sum - 1) <= 1e-15) }
  #expect(abs(targets[0, 0] - 0.025) <= 1e-17)
}

// MARK: Large logits

private func expectFiniteAtExtremes<Scalar: Real>(_ type: Scalar.Type) {
  let z = Tensor<Scalar>(rows: [[1000, -1000, 0], [-1000, 1000, 1000], [-1000, -1000, -1000]])
  let t = Tensor<Scalar>(rows: [[0, 1, 0], [1, 0, 0], [0.5, 0, 0.5]])
  let results = [
    ("binary", binaryCrossEntropy(logits: z, targets: t)),
    ("soft", softmaxCrossEntropy(logits: z, targets: t)),
    ("labels", softmaxCrossEntropy(logits: z, labels: [1, 0, 2])),
    ("weighted", weightedCrossEntropy(logits: z, labels: [1, 0, 2], classWeights: [1, 2, 3])),
  ]
  for (name, (loss, gradient)) in results {
    #expect(loss.isFinite && loss > 100, "\(name) in \(type)")
    #expect(gradient.scalars.allSatisfy { abs($0) <= 1 }, "\(name) in \(type)")
  }
  #expect(softmax(z).scalars.allSatisfy { 0 <= $0 && $0 <= 1 })
  #expect(logSumExp(z).scalars.allSatisfy { abs($0) <= 1001 })
}

@Test func `logits of plus and minus 1000 give finite losses and gradients`() {
  expectFiniteAtExtremes(Float.self)
  expectFiniteAtExtremes(Double.self)
}

@Test func `a probability that rounds to 0 still has its exact loss on logits`() {
  let z = Tensor<Double>(rows: [[800, 0]])
  #expect(softmax(z)[0, 1] == 0)
  #expect(softmaxCrossEntropy(logits: z, labels: [1]).loss == 800)
  #expect(
    binaryCrossEntropy(logits: Tensor(rows: [[800]]), targets: Tensor(rows: [[0]])).loss == 800)
}

// MARK: What is refused

/// What a child that stopped has complained about.
private func complaint(_ result: ExitTest.Result?) -> String {
  String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
}

@Test func `predictions and targets of different shapes are refused, not stretched`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    _ = meanSquaredError(
      prediction: Tensor<Double>(shape: [4, 1]), target: Tensor<Double>(shape: [4]))
  }
  #expect(
    complaint(result).contains(
      "meanSquaredError: predictions [4, 1] and targets [4] must have one shape"))
}

@Test func `an empty batch is refused`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    let empty = Tensor<Double>(shape: [0, 3])
    _ = binaryCrossEntropy(logits: empty, targets: empty)
  }
  #expect(
    complaint(result).contains(
      "binaryCrossEntropy: predictions of shape [0, 3] have no mean loss"))
}

@Test func `a label outside the classes is refused with its sample`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    _ = softmaxCrossEntropy(logits: Tensor<Double>(shape: [2, 3]), labels: [0, 3])
  }
  #expect(
    complaint(result).contains(
      "labels: sample 1 has label 3; with 3 classes it must be in 0..<3"))
}

@Test func `a label for each row and a weight for each column are needed`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    _ = weightedCrossEntropy(
      logits: Tensor<Double>(shape: [2, 3]), labels: [0, 1], classWeights: [1, 2])
  }
  #expect(
    complaint(result).contains(
      "logits [2, 3], 2 labels, 2 class weights: there must be a label for each row"))
}

@Test func `a negative class weight is refused`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    _ = weightedCrossEntropy(
      logits: Tensor<Double>(shape: [1, 2]), labels: [0], classWeights: [1, -2])
  }
  #expect(
    complaint(result).contains(
      "the class weights are [1.0, -2.0]; they must be 0 or more"))
}

@Test func `a Huber delta that is not above 0 is refused`() async {
  let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
    let one = Tensor<Double>(rows: [[1]])
    _ = huber(prediction: one, target: one, delta: 0)
  }
  #expect(complaint(result).contains("huber: delta is 0.0; it must be above 0"))
}
