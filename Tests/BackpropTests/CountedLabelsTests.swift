import Backprop
import Testing

private let golden = GoldenFile("countedLabels")

private func labels(_ name: String) throws -> [Int] {
  try golden(name, as: Double.self).scalars.map { Int($0) }
}

private func draw(_ seed: UInt64) -> (z: Tensor<Double>, labels: [Int], weights: [Double]) {
  var generator = SplitMix64(seed: seed)
  let z = Tensor<Double>(standardDeviation: 2, shape: [6, 4], using: &generator)
  return (z, [2, -1, 0, 3, -1, 2], [0.5, 3, 0, 1.25])
}

@Suite struct CountedLabelsTests {
  @Test func `rows that are left out are as if they were not there`() {
    let (z, labels, weights) = draw(1)
    let (rows, rest) = ([0, 2, 3, 5], [2, 0, 3, 2])
    func check(_ some: Loss<Double>, _ few: Loss<Double>) {
      #expect(some.loss == few.loss)
      #expect(some.gradient.rows(rows) == few.gradient)
      #expect(some.gradient.rows([1, 4]) == Tensor(shape: [2, 4]))
    }
    check(
      softmaxCrossEntropy(logits: z, labels: labels, ignoring: -1),
      softmaxCrossEntropy(logits: z.rows(rows), labels: rest))
    check(
      weightedCrossEntropy(logits: z, labels: labels, classWeights: weights, ignoring: -1),
      weightedCrossEntropy(logits: z.rows(rows), labels: rest, classWeights: weights))
    check(
      weightedCrossEntropy(
        logits: z, labels: labels, classWeights: weights, smoothing: 0.2, ignoring: -1),
      weightedCrossEntropy(
        logits: z.rows(rows), labels: rest, classWeights: weights, smoothing: 0.2))
  }

  @Test func `a NaN or an infinity in a row that is left out goes nowhere`() {
    var (z, labels, _) = draw(2)
    for j in 0..<4 { (z[1, j], z[4, j]) = (.nan, .infinity) }
    let (loss, gradient) = softmaxCrossEntropy(logits: z, labels: labels, ignoring: -1)
    #expect(loss.isFinite && gradient.scalars.allSatisfy(\.isFinite))
  }

  @Test func `the ignored label may be a class, and nothing ignored is the plain loss`() {
    let (z, _, weights) = draw(3)
    let labels = [2, 1, 0, 3, 1, 2]
    #expect(softmaxCrossEntropy(logits: z, labels: labels, ignoring: 1).gradient[1, 2] == 0)
    let (plain, none) = (
      softmaxCrossEntropy(logits: z, labels: labels),
      softmaxCrossEntropy(logits: z, labels: labels, ignoring: -100)
    )
    #expect(plain.loss == none.loss && plain.gradient == none.gradient)
    let hard = weightedCrossEntropy(
      logits: z, targets: oneHot(labels, classes: 4), classWeights: weights)
    let byLabel = weightedCrossEntropy(logits: z, labels: labels, classWeights: weights)
    #expect(derivativesAgree(hard.loss, byLabel.loss, loss: 1))
    #expect(gradientsAgree(hard.gradient, byLabel.gradient, loss: 1))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `the gradients are what central differences say, in every element`(seed: UInt64) {
    let (z, labels, weights) = draw(seed)
    var generator = SplitMix64(seed: seed + 10)
    let soft = Tensor<Double>(uniform: 0...1, shape: [6, 4], using: &generator)
    let hard = labels.map { max($0, 0) }
    let losses: [(Tensor<Double>) -> Loss<Double>] = [
      { softmaxCrossEntropy(logits: $0, labels: labels, ignoring: -1) },
      { weightedCrossEntropy(logits: $0, labels: labels, classWeights: weights, ignoring: -1) },
      {
        weightedCrossEntropy(
          logits: $0, labels: labels, classWeights: weights, smoothing: 0.3, ignoring: -1)
      },
      { weightedCrossEntropy(logits: $0, labels: hard, classWeights: weights, smoothing: 1) },
      { weightedCrossEntropy(logits: $0, targets: soft, classWeights: weights) },
      {
        weightedCrossEntropy(
          logits: $0, targets: smoothed(oneHot(hard, classes: 4), by: 0.1), classWeights: weights)
      },
    ]
    for (place, loss) in losses.enumerated() {
      let (value, gradient) = loss(z)
      let numeric = numericalGradient(of: { loss($0).loss }, at: z)
      let wrong = firstDisagreement(gradient, numeric, loss: value)
      #expect(wrong == nil, "loss \(place): \(gradient) should be \(numeric)")
    }
  }

  @Test func `weights, smoothing and ignored labels are the independent ones`() throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      let z = try golden("logits", as: type)
      let (all, some) = (try labels("labels"), try labels("someLabels"))
      let weights = try golden("weights", as: type).scalars
      let ignored = -100
      let cases: [(String, Loss<Scalar>)] = [
        ("ignored", softmaxCrossEntropy(logits: z, labels: some, ignoring: ignored)),
        (
          "weightedIgnored",
          weightedCrossEntropy(logits: z, labels: some, classWeights: weights, ignoring: ignored)
        ),
        (
          "weightedSmoothed",
          weightedCrossEntropy(
            logits: z, labels: all, classWeights: weights, smoothing: Scalar(0.1))
        ),
        (
          "weightedSmoothedIgnored",
          weightedCrossEntropy(
            logits: z, labels: some, classWeights: weights, smoothing: Scalar(0.3),
            ignoring: ignored)
        ),
      ]
      for (name, (loss, gradient)) in cases {
        try golden.expect(Tensor([loss], shape: []), "\(name).loss")
        try golden.expect(gradient, "\(name).gradient")
      }
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func `a mean over nothing is refused with a sentence`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = softmaxCrossEntropy(
        logits: Tensor<Double>(shape: [2, 3]), labels: [-1, -1], ignoring: -1)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("all 2 labels are left out; a mean needs one that counts"))
  }
}
