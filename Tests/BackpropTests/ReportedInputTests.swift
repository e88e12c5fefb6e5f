import Backprop
import Testing

/// Inputs with which other libraries have gone wrong in public, each as the kind that it is.
@Suite struct ReportedInputTests {
  /// A covariance that is no longer one: boxmot 231, ultralytics 2420.
  @Test(arguments: [1e-6, 1, 1e4])
  func `a filter's covariance stays one for ten thousand frames, in Float too`(noise: Float) {
    var generator = SplitMix64(seed: 1)
    func diagonal(_ numbers: [Float]) -> Tensor<Float> {
      var matrix = Tensor<Float>(shape: [numbers.count, numbers.count])
      for (i, number) in numbers.enumerated() { matrix[i, i] = number }
      return matrix
    }
    let (q, r) = (diagonal([1e-3, 1e-3, 1e-5, 1e-5]), diagonal([noise, noise]))
    var belief = KalmanBelief<Float>(
      state: Tensor([0, 0, 0, 0]), covariance: diagonal([0, 1, 0, 1e4]))
    for _ in 0..<10_000 {
      let z = Tensor<Float>(shape: [2], using: &generator)
      let (next, distance) = kalmanStep(
        belief, measurement: z, processNoise: q, measurementNoise: r)
      belief = next
      let p = belief.covariance
      #expect(distance >= 0 && belief.state.scalars.allSatisfy(\.isFinite))
      for i in 0..<4 {
        #expect(p[i, i] >= 0)
        for j in 0..<i {
          let bound = (p[i, i] * p[j, j]).squareRoot()
          #expect(abs(p[i, j] - p[j, i]) <= 1e-3 * max(bound, 1e-6), "\(i), \(j): \(p)")
          #expect(abs(p[i, j]) <= 1.01 * bound + 1e-6, "\(i), \(j): \(p)")
        }
      }
    }
  }

  /// e^(1/τ) is beyond Float: lightning-bolts 811; rows of zeros in half precision: lightly 1259.
  @Test func `partners at a low temperature have finite gradients, rows of zeros among them`() {
    for temperature in [Float(0.1), 0.01, 1e-4] {
      let x = Tensor<Float>(rows: [[3, 4], [3, 4], [-3, -4], [0, 0], [1e-30, 0]])
      let y = l2Normalize(x)
      let (loss, dA, dB) = infoNCE(y, y, temperature: temperature)
      #expect(loss.isFinite && loss >= 0)
      #expect((dA.scalars + dB.scalars).allSatisfy { $0.isFinite })
      #expect(l2NormalizeBackward(dA, x: x).rows(0..<3).scalars.allSatisfy { $0.isFinite })
    }
  }

  /// The softmax alone came back as the gradient: returnn 1835.
  @Test func `what CTC sends to a frame adds up to nothing, tight labels and empty ones alike`() {
    var generator = SplitMix64(seed: 2)
    for labels in [[[1, 1]], [[1, 2, 3]], [[]], [[2]]] {
      let z = Tensor<Double>(shape: [3, 1, 4], using: &generator)
      let dZ = ctc(logits: z, labels: labels).gradient.reshaped([3, 4])
      for t in 0..<3 {
        let sum = (0..<4).reduce(0.0) { $0 + dZ[t, $1] }
        #expect(abs(sum) < 1e-12, "\(labels), frame \(t): \(sum)")
        #expect((0..<4).contains { dZ[t, $0] != 0 })
      }
    }
  }

  /// 0/0 where no class has a second image: addons 2447, triplet-loss-pytorch 3.
  @Test func `a batch in which each class has one image has no triplets, one class neither`() {
    let x = Tensor<Double>(rows: [[1, 0], [0, 1], [1, 1]])
    #expect(triplets(of: x, labels: [0, 1, 2]).isEmpty)
    #expect(triplets(of: x, labels: [4, 4, 4]).isEmpty)
    #expect(triplets(of: x, labels: [4, 4, 1]).count == 2)
    // The same image twice: the distance is 0, and its slope is no root's.
    let (loss, gradient) = tripletLoss(anchor: x, positive: x, negative: x, margin: 0.2)
    #expect(abs(loss - 0.2) < 1e-15)
    #expect(gradient.dAnchor.scalars.allSatisfy { $0 == 0 })
  }

  /// Kernels smaller than their stride were refused, or wrote elsewhere: tt-forge-onnx 2233.
  @Test func `a transposed convolution whose stride leaves gaps writes its bias there`() {
    let layer = TransposedConv2d<Double>(
      weight: Tensor([2, 3, 5, 7], shape: [1, 1, 2, 2]), bias: Tensor([0.5]), stride: 3)
    let y = layer(Tensor([1, 10], shape: [1, 1, 2, 1]))  // one row of two pixels
    #expect(
      y.reshaped([2, 5])
        == Tensor(rows: [[2.5, 3.5, 0.5, 20.5, 30.5], [5.5, 7.5, 0.5, 50.5, 70.5]]))
    var context = Context.inference
    let cache = layer.forward(Tensor([1, 10], shape: [1, 1, 2, 1]), in: &context).cache
    var dY = Tensor<Double>(shape: y.shape)
    dY[0, 0, 2, 0] = 9
    let (dX, gradient) = layer.backward(dY, cache)
    #expect(dX.scalars == [0, 0] && gradient.weight.scalars.allSatisfy { $0 == 0 })
    #expect(gradient.bias.scalars == [9])
  }

  /// A row that is masked whole was no number, or uniform: rten 1321, attention-is-all-you-need-keras 16.
  ///
  /// Here it is refused, and a row that sees one place has the whole weight there.
  @Test func `a query that sees one place listens to it alone, even beside infinite scores`() {
    let scores = Tensor<Float>([.infinity, -2, .infinity, 0, 1, 2, 3, 4, 5], shape: [1, 3, 3])
    let mask = AttentionMask.visible([
      [false, true, false], [true, true, true], [false, false, true],
    ])
    let p = maskedSoftmax(scores, mask)
    #expect(p.scalars.prefix(3) == [0, 1, 0])
    #expect(p.scalars.suffix(3) == [0, 0, 1])
  }
}
