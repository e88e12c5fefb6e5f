import Backprop
import Testing

@Suite struct GeneratingValueTests {
  @Test func `a draw, its divergence and a likelihood have the values made independently`() {
    let (dMean, dLogVariance) = reparameterizedBackward(
      Tensor(rows: [[2, 3]]), logVariance: Tensor<Double>(rows: [[0, -2]]),
      noise: Tensor(rows: [[0.5, -1]]))
    #expect(isNear(dMean, [[2, 3]]) && isNear(dLogVariance, [[0.5, -0.551819161757]]))
    let z = reparameterized(
      mean: Tensor<Double>(rows: [[0, 1]]), logVariance: Tensor(rows: [[0, -2]]),
      noise: Tensor(rows: [[0.5, -1]]))
    #expect(abs((Tensor(rows: [[2, 3]]) * z).sum() - 2.89636167649) < 1e-10)
    let kl = divergenceFromNormal(
      mean: Tensor<Double>(rows: [[0, 1], [-2, 0.5]]),
      logVariance: Tensor(rows: [[0, -2], [1, 0.3]]))
    #expect(abs(kl.loss - 1.78836897982) < 1e-10)
    #expect(isNear(kl.dMean, [[0, 0.5], [-1, 0.25]]))
    #expect(
      isNear(
        kl.dLogVariance, [[0, -0.216166179191], [0.429570457115, 0.087464701894]]))
    let doubt = gaussianNegativeLogLikelihood(
      mean: Tensor<Double>(rows: [[0, 1]]), logVariance: Tensor(rows: [[0, -1]]),
      targets: Tensor(rows: [[1, 1.5]]))
    #expect(abs(doubt.loss - 0.169892614279) < 1e-10)
    #expect(isNear(doubt.dMean, [[-0.5, -0.679570457115]]))
    #expect(isNear(doubt.dLogVariance, [[0, 0.080107385721]]))
  }

  @Test func `the losses of the game have the values made independently`() {
    let (loss, dReal, dFake) = discriminatorLoss(
      real: Tensor<Double>(rows: [[2], [-1]]), fake: Tensor(rows: [[0], [3], [-2]]))
    #expect(abs(loss - 2.00964903034) < 1e-10)
    #expect(isNear(dReal, [[-0.059601461011], [-0.365529289315]]))
    #expect(isNear(dFake, [[0.166666666667], [0.317524708941], [0.039734307341]]))
    let z = Tensor<Double>(rows: [[0], [3], [-6]])
    let fleet = GeneratorLoss.nonSaturating(fake: z)
    #expect(abs(fleet.loss - 2.24807007242) < 1e-10)
    #expect(isNear(fleet.gradient, [[-0.166666666667], [-0.015808624393], [-0.332509125614]]))
    let slow = GeneratorLoss.saturating(fake: z)
    #expect(abs(slow.loss + 1.24807007242) < 1e-10)
    #expect(isNear(slow.gradient, [[-0.166666666667], [-0.317524708941], [-0.000824207719]]))
  }

  @Test func `the noise loss and quantised vectors have the values made independently`() {
    let noise = noiseLoss(
      prediction: Tensor<Double>(rows: [[0.5, -0.5], [1, 0]]),
      noisy: Tensor(rows: [[0.8, 0.1], [0.2, -1]]),
      noise: Tensor(rows: [[0.3, 0.7], [-0.5, -1.2]]),
      signals: Tensor([0.9, 0.2]))
    #expect(abs(noise.loss - 0.458830797836) < 1e-10)
    #expect(
      isNear(
        noise.gradient,
        [[-1.0947331922, -1.67434164903], [-0.055901699437, -0.020491502813]]))
    let z = Tensor<Double>(rows: [[0.2, 0.1], [0.9, 0.8], [0.1, 0.4]])
    let codebook = Tensor<Double>(rows: [[0, 0], [1, 1], [-1, 1]])
    let dQ = Tensor<Double>(rows: [[1, 2], [3, 4], [5, 6]])
    let (q, loss) = vectorQuantized(z, codebook: codebook)
    #expect(abs((q * dQ).sum() + loss - 7.05625) < 1e-10)
    let (dZ, dCodebook) = vectorQuantizedBackward(dQ, z: z, codebook: codebook)
    #expect(
      isNear(
        dZ,
        [
          [1.01666666667, 2.00833333333], [2.99166666667, 3.98333333333],
          [5.00833333333, 6.03333333333],
        ]))
    #expect(
      isNear(
        dCodebook, [[-0.1, -0.166666666667], [0.033333333333, 0.066666666667], [0, 0]]))
  }

  // MARK: What holds by the formulas
}
