import Backprop
import Testing

/// Inputs with which other libraries that weigh what matters have gone wrong in public, each as the kind that
/// it is.
@Suite struct ReportedInputOfImportanceTests {
  /// T² times a difference of two equal losses: keras-io 869, knowledge-distillation-pytorch 48.
  @Test func `a hot divergence is what it is near, and below 0 at no temperature`() {
    check(Float.self, 1e-4)
    check(Double.self, 1e-9)
    func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Scalar) {
      let z = Tensor<Scalar>(rows: [[1, 0, -1], [0, 2, 1]])
      let teacher = Tensor<Scalar>(rows: [[4, 1, 0], [-1, 3, 2]])
      // By 60 digits; 4/9 is the limit.
      let known: [(temperature: Scalar, loss: Scalar, slope: Scalar)] = [
        (1, 0.134409356854647, -0.135499298), (20, 0.442873401649369, -0.230806285360),
        (100, 0.444381486333079, -0.224048417435), (1e4, 0.444444438064, -0.22224074),
        (1e8, 0.444444444444, -0.222222222), (1e30, 0.444444444444, -0.222222222222),
      ]
      for (temperature, loss, slope) in known {
        let soft = distillationLoss(
          logits: z, teacher: teacher, labels: [0, 2], temperature: temperature, alpha: 1)
        #expect(abs(soft.loss / loss - 1) < 100 * tolerance, "\(temperature): \(soft.loss)")
        #expect(abs(soft.gradient[0, 0] - slope) < max(tolerance, 1e-8), "\(temperature)")
        #expect(abs(soft.gradient.rows(0..<1).sum()) < tolerance)
      }
      let near = distillationLoss(
        logits: Tensor<Scalar>(rows: [[1, 0.001, 3]]), teacher: Tensor(rows: [[1, 0, 3]]),
        labels: [0], temperature: 4, alpha: 1)
      #expect(abs(near.loss / 8.77994653375e-8 - 1) < 10 * tolerance)
      // z/T is beyond Float, twice in a row.
      let cold = distillationLoss(
        logits: Tensor<Scalar>(rows: [[8, 9]]), teacher: Tensor(rows: [[9, 8]]), labels: [0],
        temperature: 1e-38, alpha: 1)
      #expect(cold.loss >= 0 && cold.gradient.scalars.allSatisfy { $0.isFinite })
    }
  }

  /// Classes that both rule out: heretic 348, trl 5594; or the teacher alone.
  @Test func `a class that the teacher rules out costs nothing, whatever the student says`() {
    let both = distillationLoss(
      logits: Tensor<Float>(rows: [[1, 0, -.infinity]]),
      teacher: Tensor(rows: [[4, 1, -.infinity]]),
      labels: [0], temperature: 2, alpha: 0.5)
    let without = distillationLoss(
      logits: Tensor<Float>(rows: [[1, 0]]), teacher: Tensor(rows: [[4, 1]]), labels: [0],
      temperature: 2, alpha: 0.5)
    #expect(abs(both.loss - without.loss) < 1e-5)
    #expect(zip(both.gradient.scalars, without.gradient.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(both.gradient[0, 2] == 0)
    let one = distillationLoss(
      logits: Tensor<Float>(rows: [[1, 0, 3]]), teacher: Tensor(rows: [[4, 1, -.infinity]]),
      labels: [0], temperature: 2, alpha: 0.5)
    #expect(one.loss.isFinite && one.gradient[0, 2] > 0)
  }

  /// Steps of 0, ties, infinities: coremltools 2853, pytorch 36888 and 171777, tt-metal 56525, lsq-net 17.
  @Test func `weights of 0, half way, infinite or tiny find their level`() {
    check(Float.self)
    check(Double.self)
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let weights: [Scalar] = [.infinity, -.infinity, 0.5, 1.5, -0.5, -2.5, 3.5, 1e30, 1e-30]
      #expect(
        fakeQuantize(Tensor(weights), step: 1, bits: 3).scalars == [3, -3, 0, 2, 0, -2, 3, 3, 0])
      #expect(fakeQuantize(Tensor<Scalar>([.nan]), step: 1, bits: 3)[0].isNaN)
      #expect(quantizationStep(of: Tensor<Scalar>([0, -0.0]), bits: 8) == 1)
      let tiny = Tensor<Scalar>([7, -1, 0]) * Scalar.leastNonzeroMagnitude
      let step = quantizationStep(of: tiny, bits: 3)
      #expect(step > 0 && fakeQuantize(tiny, step: step, bits: 3)[0] <= 9 * .leastNonzeroMagnitude)
      // An infinite weight makes the step infinite; the others are nearest to 0 then.
      #expect(
        fakeQuantize(Tensor<Scalar>([1, 0, -2]), step: .infinity, bits: 4).scalars == [0, 0, 0])
      #expect(
        fakeQuantizeBackward(
          Tensor(repeating: 1, shape: [5]), weight: Tensor<Scalar>([3, 3.4, -3, -3.4, .infinity]),
          step: 1, bits: 3
        ).scalars == [1, 0, 1, 0, 0])
    }
  }

  /// Maps of nothing: pytorch-grad-cam 108 and 214, keras-vis 35, torch-cam 156.
  @Test func `a map of what speaks against a class alone is 0, and no NaN`() {
    let a = Tensor<Float>([1, 2, 0, 3], shape: [1, 2, 2])
    let against = Tensor<Float>(repeating: -1, shape: [1, 2, 2])
    #expect(gradCAM(activations: a, gradient: against).scalars == [0, 0, 0, 0])
    let most = Tensor(repeating: Float.greatestFiniteMagnitude, shape: [1, 2, 2])
    #expect(gradCAM(activations: 0 * a + 1, gradient: most) == most.reshaped([2, 2]))
  }

  /// advex-uar 7, adversarial-robustness-toolbox 883, integrated-gradient-pytorch 3.
  @Test func `what has not moved has no part in a map, however steep it is there`() {
    let steep = Tensor<Double>([.infinity, 3])
    let map = integratedGradients(at: Tensor([2, 1]), baseline: Tensor([2, 0]), steps: 3) { _ in
      steep
    }
    #expect(map.scalars == [0, 3])
    #expect(gradientTimesInput(steep, x: Tensor([0, 2])).scalars == [0, 6])
    #expect(
      signAttack(Tensor([0.5, 0.5, 0]), gradient: Tensor([0, -0.0, -1]), epsilon: 0.1).scalars
        == [0.5, 0.5, 0])
  }

  /// A mask by a threshold cuts too many of equal weights: mergekit 677, neural-compressor 592.
  @Test func `of equal weights as many are cut as were asked for`() {
    for share in [0, 0.2, 0.4, 0.6, 0.8, 1] {
      let mask = magnitudeMask(of: Tensor<Float>([1, -1, 1, -1, 1]), pruning: share)
      #expect(mask.sum() == Float(5 - Int((5 * share).rounded())))
    }
    #expect(magnitudeMask(of: Tensor<Float>([-9, 1]), pruning: 0.5).scalars == [1, 0])
    let layer = MaskedDense(
      Dense(weight: Tensor<Float>(rows: [[.infinity, 2]]), bias: Tensor([0.5, 1])),
      mask: Tensor(rows: [[0, 0]]))
    #expect(layer(Tensor(rows: [[3]])).scalars == [0.5, 1])
  }

  /// Clusters without numbers, and small ones beside large: RQ-VAE-Recommender 27, keops 165.
  @Test func `shared values are the means of their weights, beside very large ones, too`() {
    check(Float.self, 1e30)
    check(Double.self, 1e200)
    func check<Scalar: Real>(_ type: Scalar.Type, _ big: Scalar) {
      let most = Scalar.greatestFiniteMagnitude
      let cases: [(weights: [Scalar], values: [Scalar], index: [Int])] = [
        ([-big, 1, 2, 3], [-big, 2], [0, 1, 1, 1]), ([1, 2, 3, big], [2, big], [0, 0, 0, 1]),
        ([most, -most], [-most, most], [1, 0]), ([-3, -2, -1, 5], [-2, 5], [0, 0, 0, 1]),
        ([1, 1, 1], [1, 1, 1], [0, 0, 0]), ([most, most], [most], [0, 0]),
      ]
      for (weights, values, index) in cases {
        let found = codebook(of: Tensor(weights), values: values.count)
        #expect(found.values.scalars == values && found.index == index, "\(weights)")
      }
    }
  }
}
