import Backprop
import Testing

/// Boxes with edges at random places.
private func boxes(_ count: Int, seed: UInt64) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  let numbers = Tensor<Double>(uniform: 0...8, shape: [count, 4], using: &generator)
  var corners = numbers
  for k in 0..<count {
    for axis in 0..<2 { corners[k, axis + 2] = numbers[k, axis] + numbers[k, axis + 2] + 0.2 }
  }
  return corners
}

private let lossCases: [LossCase] = {
  var cases = [LossCase]()
  for (rows, columns) in [(5, 3), (1, 7), (6, 1)] {
    let z = random([rows, columns], seed: 1, scale: 2)
    let t = random([rows, columns], seed: 2).map { $0 > 0.4 ? 1.0 : 0 }
    for (alpha, gamma) in [(0.25, 2.0), (0.6, 0.5), (0.5, 0), (0, 1), (1, 3.5)] {
      cases.append(
        LossCase("focal, alpha \(alpha), gamma \(gamma)", at: z) {
          focalLoss(logits: $0, targets: t, alpha: alpha, gamma: gamma)
        })
    }
    cases.append(
      LossCase("focal without an object", at: z) {
        focalLoss(logits: $0, targets: Tensor(shape: z.shape))
      })
  }
  for count in [1, 2, 7, 40] {
    let (p, t) = (boxes(count, seed: 3), boxes(count, seed: 4))
    let far = t + 100
    cases += [
      LossCase("IoU", at: p) { iouLoss(prediction: $0, target: t) },
      LossCase("GIoU", at: p) { giouLoss(prediction: $0, target: t) },
      LossCase("GIoU, apart", at: p) { giouLoss(prediction: $0, target: far) },
      LossCase("smooth L1", at: p) { smoothL1(prediction: $0, target: t) },
      LossCase("smooth L1, beta 0.3", at: p) { smoothL1(prediction: $0, target: t, beta: 0.3) },
    ]
  }
  for shape in [[2, 3, 2, 4], [1, 2, 3, 3], [3, 1, 1, 2], [5, 3], [1, 4]] {
    var generator = SplitMix64(seed: 5)
    let p = Tensor<Double>(uniform: 0.01...0.99, shape: shape, using: &generator)
    let t = random(shape, seed: 6).map { $0 > 0.5 ? 1.0 : 0 }
    for epsilon in [1, 0.01] {
      cases.append(
        LossCase("soft Dice, epsilon \(epsilon)", at: p) {
          softDice(probabilities: $0, targets: t, epsilon: epsilon)
        })
    }
  }
  return cases
}()

@Suite struct DetectionLossTests {
  @Test(arguments: lossCases)
  func `a loss of boxes, cells or pixels has the slopes that differences say`(
    test: LossCase
  ) throws {
    let (loss, gradient) = test.loss(test.place)
    try #require(gradient.shape == test.place.shape)
    let numeric = numericalGradient(of: { test.loss($0).loss }, at: test.place)
    #expect(firstDisagreement(gradient, numeric, loss: loss) == nil, "\(gradient) not \(numeric)")
  }

  // MARK: Values made independently

  @Test func `focal loss has the values that were made independently`() {
    let (loss, dz) = focalLoss(
      logits: Tensor(rows: [[2, -1, 0.5], [-3, 0, 1]]),
      targets: Tensor<Double>(rows: [[1, 0, 0], [0, 1, 0]]))
    #expect(abs(loss - 0.435154011661) < 1e-10)
    #expect(
      isNear(
        dz,
        [
          [-0.000608867524, 0.019717923742, 0.197306933203],
          [0.000118076942, -0.037285849392, 0.2880880212],
        ]))
  }

  @Test func `generalized IoU has the values that were made independently`() {
    let (loss, dp) = giouLoss(
      prediction: Tensor(rows: [[1, 1, 5, 6], [0, 0, 2, 2]]),
      target: Tensor<Double>(rows: [[2, 0, 7, 5], [3, 4, 6, 6]]))
    #expect(abs(loss - 1.22095959596) < 1e-10)
    #expect(
      isNear(
        dp,
        [
          [-0.034492653811, 0.05383379247, -0.068985307622, 0.042871900826],
          [0.00462962963, 0.00462962963, -0.027777777778, -0.027777777778],
        ]))
  }

  @Test func `soft Dice has the values that were made independently`() {
    let p = Tensor([0.9, 0.2, 0.4, 0.6, 0.1, 0.8, 0.6, 0.4], shape: [1, 2, 2, 2])
    let t = Tensor<Double>([1, 0, 0, 1, 0, 1, 1, 0], shape: [1, 2, 2, 2])
    let (loss, dp) = softDice(probabilities: p, targets: t)
    #expect(abs(loss - 0.220088035214) < 1e-10)
    #expect(
      isNear(
        dp,
        [
          [-0.119184928874, 0.076893502499, 0.076893502499, -0.119184928874],
          [0.079133694294, -0.124947938359, -0.124947938359, 0.079133694294],
        ]))
  }

  @Test func `boxes of four numbers, and their gradient, have the values made independently`() {
    let t = Tensor<Double>(rows: [[0, 1, 0.5, -0.5], [-1, 2, 0, 0.25]])
    let dCorners = Tensor<Double>(rows: [[1, 2, -1, 0.5], [0.25, -2, 3, 1]])
    let cells = Tensor<Double>(rows: [[3, 2], [0, 6]])
    let corners = boxDecode(t, cells: cells, stride: 8, prior: 16)
    #expect(abs((corners * dCorners).sum() - 25.7259736571) < 1e-9)
    #expect(
      isNear(
        boxDecodeBackward(dCorners, t, cells: cells, stride: 8, prior: 16),
        [
          [0, 3.93223866483, -26.3795403312, -7.27836791655],
          [5.11191026428, -0.839948683228, 22, 30.8166100005],
        ]))
  }

  // MARK: What holds by the formulas

  @Test(arguments: [1, 2, 9])
  func `a box's gradient is the slope of its corners`(count: Int) {
    let (t, dCorners) = (random([count, 4], seed: 7), random([count, 4], seed: 8))
    let cells = random([count, 2], seed: 9).map { abs($0).rounded() }
    func loss(_ t: Tensor<Double>) -> Double {
      (dCorners * boxDecode(t, cells: cells, stride: 8, prior: 16)).sum()
    }
    let gradient = boxDecodeBackward(dCorners, t, cells: cells, stride: 8, prior: 16)
    #expect(gradientsAgree(gradient, numericalGradient(of: loss, at: t), loss: loss(t)))
  }

  @Test func `focal loss with gamma 0 and alpha a half is half of cross-entropy, by objects`() {
    let z = random([4, 5], seed: 10)
    let t = random([4, 5], seed: 11).map { $0 > 0 ? 1.0 : 0 }
    let (plain, dPlain) = binaryCrossEntropy(logits: z, targets: t)
    let (focal, dFocal) = focalLoss(logits: z, targets: t, alpha: 0.5, gamma: 0)
    let factor = 20 / t.sum() / 2
    #expect(abs(focal - factor * plain) < 1e-12)
    #expect((dFocal - factor * dPlain).norm() < 1e-12)
  }

  @Test(arguments: [0, 0.3, 1, 2, 5])
  func `focal loss and its gradient are finite where the network is sure and wrong`(gamma: Double) {
    let z = Tensor<Double>([1000, -1000, 1e308, -1e308, 0])
    for t in [Tensor<Double>([1, 0, 1, 0, 1]), Tensor([0, 1, 0, 1, 0]), zeros(5)] {
      let (_, dz) = focalLoss(logits: z / 1e3, targets: t, gamma: gamma)
      #expect(dz.scalars.allSatisfy { $0.isFinite })
      let (loss, dWild) = focalLoss(logits: z, targets: t, gamma: gamma)
      #expect(!loss.isNaN && dWild.scalars.allSatisfy { $0.isFinite })
    }
    let single = focalLoss(
      logits: Tensor<Float>([100, -100, 1]), targets: Tensor([0, 1, 1]), gamma: Float(gamma))
    #expect(single.loss.isFinite && single.gradient.scalars.allSatisfy { $0.isFinite })
  }

  @Test func `scores of a hundred, right and wrong, have gradients for any gamma`() {
    // Reported of another library, where all four are no number: kornia, issue 918.
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let (_, dz) = focalLoss(
        logits: Tensor<Scalar>(rows: [[-100, -100, 100, 100]]),
        targets: Tensor(rows: [[0, 1, 0, 1]]), alpha: 0.25, gamma: 0.5)
      let bound: Scalar = 1e-6
      #expect(abs(dz[0, 0]) < bound && abs(dz[0, 3]) < bound)
      #expect(abs(dz[0, 1] + 0.125) < bound && abs(dz[0, 2] - 0.375) < bound)
    }
    check(Float.self)
    check(Double.self)
    // Of another, for a gamma of 0: optax, issue 1267.
    let sure = focalLoss(logits: Tensor([1000.0]), targets: Tensor([1]), gamma: 0)
    #expect(sure.loss == 0 && sure.gradient.scalars == [0])
  }

  @Test func `a cell of no weight costs nothing, however wrong it is`() {
    let infinity = Double.infinity
    let rest = focalLoss(logits: Tensor([2.0]), targets: Tensor([1]), alpha: 1)
    for z in [infinity, 1e308] {
      let (loss, dz) = focalLoss(logits: Tensor([z, 2]), targets: Tensor([0, 1]), alpha: 1)
      #expect(loss == rest.loss && dz.scalars == [0, rest.gradient[0]])
    }
    // q·log q is 0 at q = 0: what is left of the slope is that of log q.
    let (lost, dz) = focalLoss(logits: Tensor([-infinity, infinity]), targets: Tensor([1, 0]))
    #expect(lost == infinity && dz.scalars == [-0.25, 0.75])
  }

  @Test func `a box without an area has a loss and a gradient, its target must have one`() {
    // Predicted early in training: mmdetection, pull request 3394.
    let (loss, dp) = giouLoss(
      prediction: Tensor<Float>(rows: [[30, 75, 30, 75]]),
      target: Tensor(rows: [[20, 70, 36, 86]]))
    #expect(loss == 1 && dp.scalars.allSatisfy { $0.isFinite })
    let away = giouLoss(
      prediction: Tensor<Float>(rows: [[3, 5, 3, 5]]), target: Tensor(rows: [[20, 70, 36, 86]]))
    #expect(away.loss > 1 && away.gradient.scalars.allSatisfy { $0.isFinite })
    // A size that underflows: e^-200 is 0 in Float.
    let decoded = boxDecode(
      Tensor<Float>(rows: [[0, 0, -200, -200]]), cells: Tensor(rows: [[1, 1]]), stride: 8, prior: 16
    )
    let small = giouLoss(prediction: decoded, target: Tensor(rows: [[8, 8, 24, 24]]))
    #expect(small.loss.isFinite && small.gradient.scalars.allSatisfy { $0.isFinite })
  }

  @Test func `a NaN goes through every loss`() {
    let z = Tensor<Double>(rows: [[1, .nan, 3, 4]])
    let t = Tensor<Double>(rows: [[0, 1, 2, 5]])
    #expect(focalLoss(logits: z, targets: Tensor(rows: [[1, 0, 0, 1]])).loss.isNaN)
    for edge in 0..<4 {
      var box = Tensor<Double>(rows: [[0, 1, 2, 5]])
      box[0, edge] = .nan
      for (loss, gradient) in [
        giouLoss(prediction: box, target: t), iouLoss(prediction: box, target: t),
      ] {
        #expect(loss.isNaN && gradient[0, edge].isNaN)
      }
    }
    #expect(smoothL1(prediction: z, target: t).loss.isNaN)
    #expect(softDice(probabilities: z, targets: t).loss.isNaN)
  }

  @Test func `boxes apart have no slope by IoU, and are drawn together by GIoU`() {
    let (p, t) = (Tensor<Double>(rows: [[0, 0, 2, 2]]), Tensor<Double>(rows: [[5, 0, 7, 2]]))
    #expect(iouLoss(prediction: p, target: t).loss == 1)
    #expect(iouLoss(prediction: p, target: t).gradient == zeros(1, 4))
    let (loss, dp) = giouLoss(prediction: p, target: t)
    #expect(loss > 1 && dp[0, 2] < 0)
    let near = Tensor<Double>(rows: [[3, 0, 5, 2]])
    #expect(giouLoss(prediction: near, target: t).loss < loss)
  }

  @Test func `at equal coordinates nothing goes through intersection and hull`() {
    let box = Tensor<Double>(rows: [[1, 2, 4, 7]])
    let (loss, dp) = giouLoss(prediction: box, target: box)
    #expect(loss == 0)
    // Only the area: U = A + A′ - I, I/U = 1, U/C = 1, so each edge has dA·(1/U - 1/U) = 0.
    #expect(dp == zeros(1, 4))
    let half = giouLoss(prediction: box, target: Tensor<Double>(rows: [[1, 2, 4, 12]])).gradient
    // I = 15, U = 30, C = 30; x₁ brings dA = -5 alone: -(15·5/900 - 5/30) = 1/12.
    #expect(abs(half[0, 0] - 1.0 / 12) < 1e-12)
  }

  @Test func `IoU is 1 of a box with itself, 0 apart, and the share in common`() {
    let p = Tensor<Double>(rows: [[0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2], [0, 0, 2, 2]])
    let t = Tensor<Double>(rows: [[0, 0, 2, 2], [2, 0, 4, 2], [1, 0, 3, 2], [5, 5, 6, 6]])
    let overlaps = intersectionOverUnion(p, t)
    #expect(overlaps.scalars == [1, 0, 1.0 / 3, 0])
  }

  @Test func `no boxes have no loss, and no image without an object divides by zero`() {
    let none = Tensor<Double>(shape: [0, 4])
    for (loss, gradient) in [
      giouLoss(prediction: none, target: none), iouLoss(prediction: none, target: none),
      smoothL1(prediction: none, target: none),
    ] {
      #expect(loss == 0 && gradient == none)
    }
    #expect(focalLoss(logits: zeros(0, 3), targets: zeros(0, 3)).loss == 0)
  }

  @Test func `smooth L1 is Huber's loss by other divisors`() {
    let (p, t) = (random([3, 4], seed: 12), random([3, 4], seed: 13))
    let (smooth, plain) = (
      smoothL1(prediction: p, target: t, beta: 0.4), huber(prediction: p, target: t, delta: 0.4)
    )
    #expect(abs(smooth.loss - plain.loss * 4 / 0.4) < 1e-12)
    #expect((smooth.gradient - plain.gradient * 4 / 0.4).norm() < 1e-12)
  }

  @Test func `soft Dice of rows is that of images, and of what is right nearly 0`() {
    let p = Tensor<Double>([0.2, 0.8, 0.6, 0.4, 0.1, 0.9], shape: [3, 2])
    let t = Tensor<Double>([0, 1, 1, 0, 0, 1], shape: [3, 2])
    let rows = softDice(probabilities: p, targets: t)
    let images = softDice(
      probabilities: p.reshaped([3, 2, 1, 1]), targets: t.reshaped([3, 2, 1, 1]))
    #expect(rows.loss == images.loss && rows.gradient.scalars == images.gradient.scalars)
    #expect(abs(softDice(probabilities: t, targets: t).loss) < 1e-12)
    // A class that is nowhere, and said to be nowhere.
    #expect(abs(softDice(probabilities: zeros(2, 3), targets: zeros(2, 3)).loss) < 1e-12)
  }

  @Test func `batch losses are one ratio, and not the mean of the images' ratios`() {
    let p = Tensor<Double>([0.9, 0.1, 0.3, 0.2], shape: [2, 1, 1, 2])
    let t = Tensor<Double>([1, 0, 1, 1], shape: [2, 1, 1, 2])
    func loss(_ range: Range<Int>) -> Double {
      softDice(probabilities: p.rows(range), targets: t.rows(range)).loss
    }
    #expect(abs(loss(0..<2) - (1 - 3.8 / 5.5)) < 1e-12)
    #expect(abs(loss(0..<2) - (loss(0..<1) + loss(1..<2)) / 2) > 0.01)
  }

  @Test func `in Float the losses are those in Double, but for rounding`() {
    let (p, t) = (boxes(6, seed: 14), boxes(6, seed: 15))
    let single = giouLoss(prediction: Tensor<Float>(p), target: Tensor<Float>(t))
    let double = giouLoss(prediction: p, target: t)
    #expect(abs(Double(single.loss) - double.loss) < 1e-5)
    #expect((Tensor<Double>(single.gradient) - double.gradient).norm() < 1e-5)
  }
}
