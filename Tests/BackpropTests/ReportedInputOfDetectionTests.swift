import Backprop
import Testing

/// Inputs with which other libraries have gone wrong in public: boxes, masks and regions.
@Suite struct ReportedInputOfDetectionTests {
  /// Areas overflowed or vanished: vision 3371, supervision 2485, RRPN 44.
  @Test(arguments: [1, 1e-30, 1e30, 1e15] as [Float])
  func `what two boxes have in common does not depend on the unit of length`(unit: Float) {
    let p = Tensor<Float>(rows: [[0, 0, 2, 2], [0, 0, 1, 1], [0, 0, 0, 0]])
    let t = Tensor<Float>(rows: [[1, 0, 4, 2], [2, 2, 3, 4], [1, 1, 2, 3]])
    let (loss, gradient) = giouLoss(prediction: p * unit, target: t * unit)
    #expect(abs(loss - 25.0 / 18) < 1e-6)
    let expected = giouLoss(prediction: Tensor<Double>(p), target: Tensor<Double>(t)).gradient
    for (got, right) in zip(gradient.scalars, expected.scalars) {
      #expect(abs(Double(got) * Double(unit) - right) < 1e-7, "\(got) · \(unit) is not \(right)")
    }
    let overlaps = intersectionOverUnion(p * unit, t * unit).scalars
    #expect(overlaps == [0.25, 0, 0])
    #expect(abs(iouLoss(prediction: p * unit, target: t * unit).loss - 2.75 / 3) < 1e-6)
  }

  /// A box 1000 times as wide as the screen beside a target of a pixel: PaDT 22.
  @Test func `a box that has grown beyond all bounds is still told to shrink`() {
    for size in [1e5, 1e15, 1e19, 1e37] as [Float] {
      let (loss, g) = giouLoss(
        prediction: Tensor<Float>(rows: [[-size, -size, size, size]]),
        target: Tensor(rows: [[0, 0, 1, 1]]))
      // The hull is the box itself: 2 - I/U - 1.
      #expect(
        abs(loss - 1) < 1e-6 && g.scalars.allSatisfy { $0.isFinite }, "\(size): \(loss), \(g)")
    }
  }

  /// Boxes without an area, and of the same edge: vision 7746, mmdetection 3394, DIoU-pytorch-detectron 19.
  @Test func `a box without an area has a gradient that is a number, at the target's edge as well`()
  {
    for box in [[200, 599, 300, 599], [30, 75, 30, 75], [30, 75, 31, 75], [0, 0, 0, 0]] {
      let p = Tensor(rows: [box.map { Double($0) }])
      for t in [[200, 500, 300, 600], [30, 75, 31, 76], [-5, -5, -1, -2]] as [[Double]] {
        let (loss, gradient) = giouLoss(prediction: p, target: Tensor(rows: [t]))
        #expect(loss.isFinite && loss >= 1 && gradient.scalars.allSatisfy { $0.isFinite })
      }
    }
  }

  /// e^t is infinite from 89 in Float: keras-yolo3 257, Yet-Another-YOLOv4-Pytorch 16.
  @Test(arguments: [89, 710, 1000] as [Float])
  func `a box of infinite size that nothing pulls apart gets no gradient, not NaN`(scale: Float) {
    let t = Tensor<Float>(rows: [[0, 0, scale, scale]])
    let cells = Tensor<Float>(rows: [[3, 3]])
    for (edges, centre) in [([0, 0, 0, 0], 0), ([1, 1, 1, 1], 4)] as [([Float], Float)] {
      let gradient = boxDecodeBackward(
        Tensor(rows: [edges]), t, cells: cells, stride: 8, prior: 16)
      #expect(gradient.scalars == [centre, centre, 0, 0])
    }
    let pulled = boxDecodeBackward(
      Tensor(rows: [[0, 0, 1, -1]]), t, cells: cells, stride: 8, prior: 16)
    #expect(pulled.scalars == [2, -2, .infinity, -.infinity])
    let unknown = boxDecodeBackward(
      Tensor(rows: [[0, 0, 0, 0]]), Tensor(rows: [[0, 0, .nan, 0]]), cells: cells, stride: 8,
      prior: 16)
    #expect(unknown[0, 2].isNaN && unknown[0, 3] == 0)
  }

  /// A power below 0 of a probability that is 1: kornia 918, optax 1267, Focal-Loss 11.
  @Test(arguments: [0, 0.25, 0.5, 1, 2, 5, 1e10] as [Double])
  func `focal loss is a number for sure cells and any γ, infinite logits among them`(gamma: Double)
  {
    let z: [Double] = [-100, -100, 100, 100, .infinity, -.infinity, -0.0]
    let t: [Double] = [0, 1, 0, 1, 1, 0, 1]
    let (loss, g) = focalLoss(
      logits: Tensor(rows: [z]), targets: Tensor(rows: [t]), alpha: 0.25, gamma: gamma)
    #expect(loss.isFinite && g.scalars.allSatisfy { $0.isFinite })
    // Sure and wrong: the slope is that of a straight line. Four objects.
    #expect(abs(g[0, 1] + 0.25 / 4) < 1e-12 && abs(g[0, 2] - 0.75 / 4) < 1e-12)
    #expect([0, 3, 4, 5].allSatisfy { abs(g[0, $0]) < 1e-12 }, "\(g)")
  }

  /// A square of ε is 0: dice_loss_for_NLP 6, delta 115, ultralytics 24554.
  @Test func `soft Dice has its slope however small ε is`() {
    for epsilon in [1, 1e-8, 1e-23, 1e-30] as [Float] {
      let nowhere = Tensor<Float>(shape: [2, 2])
      let (loss, g) = softDice(probabilities: nowhere, targets: nowhere, epsilon: epsilon)
      #expect(loss == 0)
      #expect(g.scalars.allSatisfy { abs($0 * 2 * epsilon - 1) < 1e-6 }, "\(epsilon): \(g)")
      let wrong = softDice(
        probabilities: nowhere + 0.5, targets: nowhere, epsilon: epsilon)
      #expect(wrong.gradient.scalars.allSatisfy { $0.isFinite && $0 > 0 })
    }
    // Sums whose square is beyond Float.
    let many = softDice(
      probabilities: Tensor<Float>(rows: [[1e25], [1]]), targets: Tensor(rows: [[1], [0]]))
    #expect(many.gradient.scalars.allSatisfy { $0.isFinite })
  }

  /// Small regions, empty bins, infinities: detectron2 804, fast-rcnn 157.
  @Test func `a region of one cell gives all of its bins' gradients back to that cell`() {
    let x = Tensor<Float>([1, .nan, 3, 4, 5, 6, .infinity, -.infinity], shape: [1, 1, 2, 4])
    let cell = Region(image: 0, x1: 3, y1: 1, x2: 4, y2: 2)
    let (y, places) = regionMaxPool(x, regions: [cell], bins: 7)
    #expect(y.scalars.allSatisfy { $0 == -.infinity } && places.allSatisfy { $0 == 7 })
    let dx = regionMaxPoolBackward(
      Tensor(repeating: 1, shape: [1, 1, 7, 7]), x, regions: [cell])
    #expect(dx.scalars == [0, 0, 0, 0, 0, 0, 0, 49])
    #expect(regionMaxPool(x, regions: [], bins: 2).output.shape == [0, 1, 2, 2])
  }
}
