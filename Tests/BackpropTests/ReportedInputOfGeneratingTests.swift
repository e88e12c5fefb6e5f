import Backprop
import Testing

/// Inputs with which other libraries that generate have gone wrong in public, each as the kind that it is.
@Suite struct ReportedInputOfGeneratingTests {
  /// e^ℓ overflowed, and NaN came back: synthcity 331, pytorch_geometric 500, AiDotNet 2033, WorldModels 9.
  @Test func `a divergence is finite as long as its own number is one`() {
    check(Float(89), Float.self)
    check(Double(710), Double.self)
    func check<Scalar: Real>(_ over: Scalar, _ type: Scalar.Type) {
      #expect(Scalar.exp(over).isInfinite)
      let (loss, dMean, dLogVariance) = divergenceFromNormal(
        mean: Tensor([0, 2], shape: [1, 2]), logVariance: Tensor([over, 0], shape: [1, 2]))
      let half = Scalar.exp(over - Scalar.log(2))
      #expect(loss.isFinite && abs(loss / half - 1) < 1e-4)
      #expect(abs(dLogVariance[0, 0] / half - 1) < 1e-4 && dMean.scalars == [0, 2])
      let beyond = divergenceFromNormal(
        mean: Tensor<Scalar>(shape: [1, 1]), logVariance: Tensor([20 * over], shape: [1, 1]))
      #expect(beyond.loss == .infinity && beyond.dLogVariance[0, 0] == .infinity)
      let narrow = divergenceFromNormal(
        mean: Tensor<Scalar>(shape: [1, 1]), logVariance: Tensor([-.infinity], shape: [1, 1]))
      #expect(narrow.loss == .infinity && narrow.dLogVariance[0, 0] == -0.5)
      // A mean over many is finite though their sum is not.
      let many = divergenceFromNormal(
        mean: Tensor<Scalar>(
          repeating: Scalar.greatestFiniteMagnitude.squareRoot(), shape: [8, 1]),
        logVariance: Tensor(shape: [8, 1]))
      #expect(abs(many.loss / (Scalar.greatestFiniteMagnitude / 2) - 1) < 1e-4)
    }
  }

  /// Exploding deviations in the draw: synthcity 331.
  @Test func `a draw and its gradient are finite as long as they are numbers`() {
    let l = Tensor<Float>([178], shape: [1, 1])
    let noise = Tensor<Float>([0.25], shape: [1, 1])
    let z = reparameterized(mean: Tensor(shape: [1, 1]), logVariance: l, noise: noise)
    let exact = Float(0.25 * Double.exp(89))
    #expect(Float.exp(89).isInfinite && abs(z[0, 0] / exact - 1) < 1e-4)
    let dL = reparameterizedBackward(
      Tensor([1], shape: [1, 1]), logVariance: l, noise: noise
    ).dLogVariance
    #expect(abs(dL[0, 0] / (exact / 2) - 1) < 1e-4)
  }

  /// A variance of 0: pytorch 53964, KL-Loss 4, neural-lam 537.
  @Test func `a prediction without doubt costs infinitely much if it is wrong, and no NaN`() {
    check(Float.self)
    check(Double.self)
    func check<Scalar: Real>(_ type: Scalar.Type) {
      func cost(_ error: Scalar, _ logVariance: Scalar) -> GaussianLoss<Scalar> {
        gaussianNegativeLogLikelihood(
          mean: Tensor([error], shape: [1, 1]), logVariance: Tensor([logVariance], shape: [1, 1]),
          targets: Tensor(shape: [1, 1]))
      }
      let wrong = cost(1, -.infinity)
      #expect(wrong.loss == .infinity && wrong.dMean[0, 0] == .infinity)
      #expect(wrong.dLogVariance[0, 0] == -.infinity)
      let right = cost(0, -.infinity)
      #expect(right.loss == -.infinity && right.dMean[0, 0] == 0 && right.dLogVariance[0, 0] == 0.5)
      #expect(cost(1, 1000).loss == 500 && cost(1, 1000).dLogVariance[0, 0] == 0.5)
      let far = 1.2 * Scalar.greatestFiniteMagnitude.squareRoot()
      #expect(cost(far, 0).loss.isFinite && cost(far, 0).dLogVariance[0, 0].isFinite)
    }
  }

  /// Zero terminal SNR, and what divides by it: Min-SNR-Diffusion-Training 2, BELM 8, sd-scripts 1263.
  @Test func `a schedule may end in noise alone, and a velocity still says the image there`() {
    check(Float.self)
    check(Double.self)
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let schedule = NoiseSchedule(betas: [0.1, 0.5, 1])
      #expect(schedule.signals[2] == 0)
      let (x, noise) = (Tensor<Scalar>(rows: [[0.5, -1]]), Tensor<Scalar>(rows: [[3, 4]]))
      let noisy = schedule.noised(x, at: [2], noise: noise)
      #expect(noisy == noise)
      let signals: Tensor<Scalar> = schedule.signals(at: [2])
      #expect(image(ofVelocity: -1 * x, noisy: noisy, signals: signals) == x)
      #expect(imageOfVelocityBackward(x, signals: signals) == -1 * x)
      let (loss, gradient) = noiseLoss(
        prediction: x, noisy: noisy, noise: noise, signals: signals)
      #expect(loss == 0 && gradient.scalars.allSatisfy { $0 == 0 })
      let back = schedule.stepBack(noisy, prediction: x, at: 2, noise: 0 * noise)
      let share = Scalar(0.45.squareRoot())
      #expect(zip(back.scalars, x.scalars).allSatisfy { abs($0 - share * $1) < 1e-6 })
    }
  }

  /// ᾱ underflows in Float where nothing else does; the default schedule with 1000 steps.
  @Test func `a long schedule's last step has a noise loss in Float, too`() {
    let schedule = NoiseSchedule.linear(steps: 1000)
    let signals: Tensor<Float> = schedule.signals(at: [999])
    #expect(signals[0] == 0 && schedule.signals[999] > 0)
    let one = Tensor<Float>(rows: [[1, 2]])
    #expect(noiseLoss(prediction: one, noisy: 3 * one, noise: one, signals: signals).loss == 10)
  }

  /// ᾱ was 1 at first, and a division by 1 - ᾱ filled images with NaN: MONAI 8427, GenerativeModels 489.
  @Test(arguments: [1e-3, 1e-9, 1e-17, 1e-300])
  func `the first step back is the image, however little noise it had`(beta: Double) {
    let schedule = NoiseSchedule(betas: [beta, 0.5])
    let (x, image) = (Tensor<Double>(rows: [[3, -4]]), Tensor<Double>(rows: [[0.5, -0.25]]))
    #expect(schedule.stepBack(x, prediction: image, at: 0, noise: x) == image)
    #expect(abs(schedule.noises[0] / beta - 1) < 1e-15)
    let last = schedule.stepBack(x, prediction: image, at: 1, noise: x)
    #expect(last.scalars.allSatisfy { $0.isFinite })
    // Of the noise so little is in x that its digits are in 1 - ᾱ alone.
    let noisy = schedule.noised(0 * x, at: [0], noise: x)
    #expect(
      zip(noisy.scalars, x.scalars).allSatisfy { abs($0 / ($1 * beta.squareRoot()) - 1) < 1e-15 })
  }

  /// Distances by expanded squares, too large or too small for their type: PyTorch-VAE 87, sklearn-onnx 387.
  @Test func `the nearest code is found among the very large and the very small`() {
    check(Float.self, 1e30, 1e-30)
    check(Double.self, 1e200, 1e-200)
    func check<Scalar: Real>(_ type: Scalar.Type, _ big: Scalar, _ tiny: Scalar) {
      #expect(
        nearestRows(
          Tensor(rows: [[3 * big], [3 * tiny], [0]]),
          in: Tensor(rows: [[0], [2 * big], [2 * tiny]]))
          == [1, 2, 0])
      #expect(
        nearestRows(Tensor(rows: [[big, 0]]), in: Tensor(rows: [[0, 0], [big, big / 4]])) == [1])
      // The first of equals, a code that is z itself, and NaN, as ever.
      #expect(nearestRows(Tensor(rows: [[tiny]]), in: Tensor(rows: [[0], [2 * tiny]])) == [0])
      #expect(nearestRows(Tensor(rows: [[tiny]]), in: Tensor(rows: [[0], [tiny], [tiny]])) == [1])
      #expect(nearestRows(Tensor(rows: [[1]]), in: Tensor<Scalar>(rows: [[0], [.nan]])) == [1])
    }
  }

  /// A mean of losses that overflows as a sum; log of a sigmoid that is 0: WSL-Images 9, vamb 12.
  @Test func `what a discriminator costs is a mean, of large logits, too`() {
    let z = Tensor<Float>(repeating: -0.9 * Float.greatestFiniteMagnitude, shape: [4, 1])
    #expect(GeneratorLoss.nonSaturating(fake: z).loss == -z[0, 0])
    #expect(GeneratorLoss.saturating(fake: -1 * z).loss == z[0, 0])
    let (loss, dReal, dFake) = discriminatorLoss(real: z, fake: z)
    #expect(loss == -z[0, 0] && dReal.scalars == [-0.25, -0.25, -0.25, -0.25])
    #expect(dFake.scalars.allSatisfy { $0 == 0 })
  }
}
