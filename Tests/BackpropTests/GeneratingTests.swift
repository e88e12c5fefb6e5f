import Backprop
import Testing

private let shapes = [[4, 3], [1, 5], [6, 1], [1, 1], [3, 40]]

private let lossCases: [LossCase] = shapes.flatMap { shape in
  let (mean, logVariance) = (random(shape, seed: 1, scale: 2), random(shape, seed: 2, scale: 2))
  let (targets, noise) = (random(shape, seed: 3), random(shape, seed: 4))
  let signals = random([shape[0]], seed: 5).map { 1 / (1 + Double.exp($0)) }
  let other = random([shape[1], 2], seed: 6, scale: 3)
  return [
    LossCase("divergence, mean", at: mean) {
      let (loss, dMean, _) = divergenceFromNormal(mean: $0, logVariance: logVariance)
      return (loss, dMean)
    },
    LossCase("divergence, log variance", at: logVariance) {
      let (loss, _, dLogVariance) = divergenceFromNormal(mean: mean, logVariance: $0)
      return (loss, dLogVariance)
    },
    LossCase("Gaussian, mean", at: mean) {
      let (loss, dMean, _) = gaussianNegativeLogLikelihood(
        mean: $0, logVariance: logVariance, targets: targets)
      return (loss, dMean)
    },
    LossCase("Gaussian, log variance", at: logVariance) {
      let (loss, _, dLogVariance) = gaussianNegativeLogLikelihood(
        mean: mean, logVariance: $0, targets: targets)
      return (loss, dLogVariance)
    },
    LossCase("discriminator, real", at: mean) {
      let (loss, dReal, _) = discriminatorLoss(real: $0, fake: other)
      return (loss, dReal)
    },
    LossCase("discriminator, fake", at: mean) {
      let (loss, _, dFake) = discriminatorLoss(real: other, fake: $0)
      return (loss, dFake)
    },
    LossCase("generator, non-saturating", at: mean) { GeneratorLoss.nonSaturating(fake: $0) },
    LossCase("generator, saturating", at: mean) { GeneratorLoss.saturating(fake: $0) },
    LossCase("noise", at: mean) {
      noiseLoss(prediction: $0, noisy: targets, noise: noise, signals: signals)
    },
  ]
}

@Suite struct GeneratingTests {
  @Test(arguments: lossCases)
  func `a loss of what is made has the slopes that differences say`(test: LossCase) throws {
    let (loss, gradient) = test.loss(test.place)
    try #require(gradient.shape == test.place.shape)
    let numeric = numericalGradient(of: { test.loss($0).loss }, at: test.place)
    #expect(firstDisagreement(gradient, numeric, loss: loss) == nil, "\(gradient) not \(numeric)")
  }

  @Test(arguments: shapes)
  func `a draw's gradients are the slopes of its mean and its variance`(shape: [Int]) {
    let (mean, logVariance) = (random(shape, seed: 7), random(shape, seed: 8))
    let (noise, dZ) = (random(shape, seed: 9), random(shape, seed: 10))
    func loss(_ mean: Tensor<Double>, _ logVariance: Tensor<Double>) -> Double {
      (dZ * reparameterized(mean: mean, logVariance: logVariance, noise: noise)).sum()
    }
    let (dMean, dLogVariance) = reparameterizedBackward(
      dZ, logVariance: logVariance, noise: noise)
    let value = loss(mean, logVariance)
    #expect(
      gradientsAgree(
        dMean, numericalGradient(of: { loss($0, logVariance) }, at: mean), loss: value))
    #expect(
      gradientsAgree(
        dLogVariance, numericalGradient(of: { loss(mean, $0) }, at: logVariance), loss: value))
  }

  @Test(arguments: [0, 0.3, 1, 7])
  func `the whole loss of a variational autoencoder has the slopes that differences say`(
    beta: Double
  ) {
    let (mean, logVariance) = (random([3, 2], seed: 11), random([3, 2], seed: 12))
    let (noise, weight) = (random([3, 2], seed: 13), random([2, 5], seed: 14))
    let images = random([3, 5], seed: 15).map { 1 / (1 + Double.exp($0)) }
    func z(_ mean: Tensor<Double>, _ logVariance: Tensor<Double>) -> Tensor<Double> {
      reparameterized(mean: mean, logVariance: logVariance, noise: noise)
    }
    func loss(_ mean: Tensor<Double>, _ logVariance: Tensor<Double>) -> VariationalLoss<Double> {
      variationalLoss(
        logits: matmul(z(mean, logVariance), weight), targets: images, mean: mean,
        logVariance: logVariance, beta: beta)
    }
    let whole = loss(mean, logVariance)
    // Two gradients meet in μ and ℓ.
    let draw = reparameterizedBackward(
      matmul(whole.dLogits, transposed: weight), logVariance: logVariance, noise: noise)
    #expect(
      gradientsAgree(
        draw.dMean + whole.dMean,
        numericalGradient(of: { loss($0, logVariance).total }, at: mean), loss: whole.total))
    #expect(
      gradientsAgree(
        draw.dLogVariance + whole.dLogVariance,
        numericalGradient(of: { loss(mean, $0).total }, at: logVariance), loss: whole.total))
    let logits = matmul(z(mean, logVariance), weight)
    let cost = binaryCrossEntropy(logits: logits, targets: images).loss
    #expect(abs(whole.reconstruction - 5 * cost) < 1e-12)
    #expect(abs(whole.bound - whole.reconstruction - whole.divergence) < 1e-12)
  }

  @Test func `the generator's gradient goes through the discriminator and leaves it alone`() {
    var generator = SplitMix64(seed: 16)
    let network = Dense<Double>(4, 6, using: &generator).then(Activation.leakyReLU(slope: 0.2))
      .then(Dense(6, 1, using: &generator))
    let images = random([3, 4], seed: 17)
    for loss in GeneratorLoss.allCases {
      var context = Context.inference
      let (logits, cache) = network.forward(images, in: &context)
      let (value, dImages) = network.gradientForGenerator(logits, cache, loss)
      let numeric = numericalGradient(of: { loss(fake: network($0)).loss }, at: images)
      #expect(gradientsAgree(dImages, numeric, loss: value))
    }
  }

  @Test(arguments: shapes)
  func `the image of a velocity is the image, and its gradient its slope`(shape: [Int]) {
    let (x, noise, dImage) = (
      random(shape, seed: 18), random(shape, seed: 19), random(shape, seed: 20)
    )
    let schedule = NoiseSchedule.cosine(steps: 12)
    let places = (0..<shape[0]).map { ($0 * 5 + 3) % 12 }
    let (noisy, signals) = (
      schedule.noised(x, at: places, noise: noise), schedule.signals(at: places, as: Double.self)
    )
    var velocity = x
    for i in 0..<shape[0] {
      for j in 0..<shape[1] {
        velocity[i, j] =
          signals[i].squareRoot() * noise[i, j] - (1 - signals[i]).squareRoot() * x[i, j]
      }
    }
    let shown = image(ofVelocity: velocity, noisy: noisy, signals: signals)
    #expect((shown - x).norm() < 1e-12)
    // Who knows the image knows the noise.
    let known = noiseLoss(prediction: x, noisy: noisy, noise: noise, signals: signals)
    #expect(known.loss < 1e-20 && known.gradient.norm() < 1e-9)
    let slope = numericalGradient(
      of: { (dImage * image(ofVelocity: $0, noisy: noisy, signals: signals)).sum() },
      at: velocity)
    #expect(gradientsAgree(imageOfVelocityBackward(dImage, signals: signals), slope, loss: 1))
  }

  // MARK: Values made independently

  @Test func `a code of the normal distribution costs nothing, any other more`() {
    #expect(divergenceFromNormal(mean: zeros(3, 2), logVariance: zeros(3, 2)).loss == 0)
    for seed in UInt64(1)...20 {
      let (mean, logVariance) = (
        random([2, 3], seed: seed, scale: 2), random([2, 3], seed: seed + 50, scale: 3)
      )
      #expect(divergenceFromNormal(mean: mean, logVariance: logVariance).loss > 0)
    }
    // Near 0 the divergence is ½·½ℓ²: no digit is lost in e^ℓ - 1 - ℓ that Double has.
    let small = divergenceFromNormal(mean: zeros(1, 1), logVariance: Tensor(rows: [[1e-6]]))
    #expect(abs(small.loss / 0.25e-12 - 1) < 1e-6)
    #expect(abs(small.dLogVariance[0, 0] / 5e-7 - 1) < 1e-6)
  }

  @Test func `a draw has its mean and its variance, and without noise is its mean`() {
    let (mean, logVariance) = (
      Tensor<Double>(repeating: 3, shape: [20_000, 1]),
      Tensor<Double>(repeating: 1.5, shape: [20_000, 1])
    )
    let z = reparameterized(
      mean: mean, logVariance: logVariance, noise: random([20_000, 1], seed: 21))
    let average = z.mean()
    #expect(abs(average - 3) < 0.06)
    #expect(abs((z - average).squaredNorm() / 20_000 / Double.exp(1.5) - 1) < 0.05)
    #expect(
      reparameterized(mean: mean, logVariance: logVariance, noise: 0 * mean) == mean)
  }

  @Test func `a loss of a prediction with doubt may be negative, and is least at the doubt's size`()
  {
    // Taken for a fault in a public tracker: yaringal/multi-task-learning-example, issue 6.
    let x = Tensor<Double>(rows: [[1]])
    func loss(_ logVariance: Double) -> (Double, Double) {
      let (loss, _, slope) = gaussianNegativeLogLikelihood(
        mean: x + 0.1, logVariance: Tensor(rows: [[logVariance]]), targets: x)
      return (loss, slope[0, 0])
    }
    let best = Double.log(0.01)
    #expect(loss(best).0 < -1 && abs(loss(best).1) < 1e-9)
    #expect(loss(best - 0.5).0 > loss(best).0 && loss(best + 0.5).0 > loss(best).0)
  }

  @Test func `the discriminator's loss is cross-entropy of both halves, each by its own count`() {
    let (real, fake) = (random([4, 1], seed: 22), random([7, 1], seed: 23))
    let (loss, dReal, dFake) = discriminatorLoss(real: real, fake: fake)
    let one = binaryCrossEntropy(logits: real, targets: 0 * real + 1)
    let other = binaryCrossEntropy(logits: fake, targets: 0 * fake)
    #expect(abs(loss - one.loss - other.loss) < 1e-12)
    #expect((dReal - one.gradient).norm() < 1e-12 && (dFake - other.gradient).norm() < 1e-12)
    // What the generator loses when it saturates is what the discriminator gains.
    let slow = GeneratorLoss.saturating(fake: fake)
    #expect((slow.gradient + dFake).norm() < 1e-12)
  }

  @Test func `where the discriminator is sure the saturating loss is flat, the other steep`() {
    let z = Tensor<Double>(rows: [[-20], [-800]])
    let (slow, steep) = (GeneratorLoss.saturating(fake: z), GeneratorLoss.nonSaturating(fake: z))
    #expect(slow.gradient.scalars.allSatisfy { abs($0) < 1e-8 })
    #expect(steep.gradient.scalars.allSatisfy { abs($0 + 0.5) < 1e-8 })
  }

  @Test func `logits and variances of any size have losses and gradients that are numbers`() {
    // Exploding variances: vanderschaarlab/synthcity 331, pytorch_geometric 500.
    func check<Scalar: Real>(_ type: Scalar.Type) {
      let large = Tensor<Scalar>(rows: [[1000, -1000, 0, 80, -80]])
      let (loss, dReal, dFake) = discriminatorLoss(real: large, fake: large)
      #expect(loss.isFinite)
      #expect((dReal.scalars + dFake.scalars).allSatisfy { $0.isFinite })
      for kind in GeneratorLoss.allCases {
        let (loss, dZ) = kind(fake: large)
        #expect(loss.isFinite && dZ.scalars.allSatisfy { $0.isFinite })
      }
      let none = Tensor<Scalar>(shape: [1, 5])
      let kl = divergenceFromNormal(mean: none, logVariance: large)
      #expect(!kl.loss.isNaN && kl.loss > 0)
      #expect(kl.dLogVariance[0, 1] == -0.5)
      // 0·∞ is 0 where the draw was in the middle.
      let z = reparameterized(mean: none, logVariance: 2 * large, noise: none)
      #expect(z == none)
      let dz = reparameterizedBackward(none + 1, logVariance: 2 * large, noise: none)
      #expect(dz.dLogVariance == none)
      // A prediction that is sure and right.
      let sure = gaussianNegativeLogLikelihood(mean: none, logVariance: large, targets: none)
      #expect(sure.loss.isFinite && sure.dMean == none)
    }
    check(Float.self)
    check(Double.self)
    let infinite = Tensor<Double>(rows: [[.infinity, -.infinity]])
    #expect(divergenceFromNormal(mean: zeros(1, 2), logVariance: infinite).loss == .infinity)
  }

  @Test func `an error whose square is beyond Float has its cost where the variance is wide`() {
    let loss = gaussianNegativeLogLikelihood(
      mean: Tensor<Float>(rows: [[0]]), logVariance: Tensor(rows: [[100]]),
      targets: Tensor(rows: [[1e21]]))
    #expect(abs(loss.loss - 50.018600) < 1e-3)
    #expect(loss.dLogVariance[0, 0].isFinite)
  }

  @Test func `a NaN goes through every loss`() {
    let bad = Tensor<Double>(rows: [[1, .nan]])
    let good = Tensor<Double>(rows: [[0.5, -1]])
    #expect(divergenceFromNormal(mean: bad, logVariance: good).loss.isNaN)
    #expect(divergenceFromNormal(mean: good, logVariance: bad).loss.isNaN)
    #expect(reparameterized(mean: good, logVariance: bad, noise: good)[0, 1].isNaN)
    #expect(reparameterized(mean: good, logVariance: bad, noise: 0 * good)[0, 1].isNaN)
    #expect(
      gaussianNegativeLogLikelihood(mean: good, logVariance: bad, targets: good).loss.isNaN)
    #expect(discriminatorLoss(real: bad, fake: good).loss.isNaN)
    #expect(discriminatorLoss(real: good, fake: bad).dFake[0, 1].isNaN)
    for loss in GeneratorLoss.allCases { #expect(loss(fake: bad).loss.isNaN) }
    #expect(
      noiseLoss(prediction: bad, noisy: good, noise: good, signals: Tensor([0.5])).loss.isNaN)
    #expect(vectorQuantized(bad, codebook: good).loss.isNaN)
    #expect(vectorQuantized(good, codebook: Tensor(rows: [[0, 0], [.nan, 0]])).loss.isNaN)
    let schedule = NoiseSchedule.linear(steps: 3)
    #expect(schedule.stepBack(good, prediction: bad, at: 1, noise: good)[0, 1].isNaN)
  }

  // MARK: Noise

  @Test func `of equally near codes the first is chosen, and what nobody chose stays`() {
    let z = Tensor<Double>(rows: [[0, 0], [3, 3], [-1, 0]])
    let codebook = Tensor<Double>(rows: [[1, 0], [-1, 0], [3, 3], [3, 3], [50, 50]])
    #expect(nearestRows(z, in: codebook) == [0, 2, 1])
    let (dZ, dCodebook) = vectorQuantizedBackward(zeros(3, 2), z: z, codebook: codebook, beta: 0.5)
    #expect(dCodebook.rows(3..<5) == zeros(2, 2))
    #expect(dZ.rows(1..<3) == zeros(2, 2))
    // Drawn together, at a rate of 1 and of β.
    #expect(abs(dZ[0, 0] + 0.5 / 3) < 1e-12 && abs(dCodebook[0, 0] - 1.0 / 3) < 1e-12)
  }

  @Test func `each of the two terms of quantised vectors has the slope of the one that may move`() {
    let (z, codebook) = (random([6, 3], seed: 70), random([4, 3], seed: 71))
    let (dZ, dCodebook) = vectorQuantizedBackward(
      zeros(6, 3), z: z, codebook: codebook, beta: 0.3)
    let chosen = nearestRows(z, in: codebook)
    let codes = numericalGradient(
      of: { ($0.rows(chosen) - z).squaredNorm() / 18 }, at: codebook)
    let commitment = numericalGradient(
      of: { 0.3 * ($0 - codebook.rows(chosen)).squaredNorm() / 18 }, at: z)
    #expect(gradientsAgree(dCodebook, codes, loss: 1))
    #expect(gradientsAgree(dZ, commitment, loss: 1))
  }

  @Test func `in Float all of it is what it is in Double, but for rounding`() {
    let (mean, logVariance, other) = (
      random([5, 4], seed: 80), random([5, 4], seed: 81), random([5, 4], seed: 82)
    )
    func single(_ x: Tensor<Double>) -> Tensor<Float> { Tensor<Float>(x) }
    func expectNear(
      _ a: Tensor<Float>, _ b: Tensor<Double>, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect((Tensor<Double>(a) - b).norm() < 1e-5, sourceLocation: sourceLocation)
    }
    let kl = divergenceFromNormal(mean: mean, logVariance: logVariance)
    let klFloat = divergenceFromNormal(mean: single(mean), logVariance: single(logVariance))
    expectNear(klFloat.dLogVariance, kl.dLogVariance)
    let doubt = gaussianNegativeLogLikelihood(
      mean: mean, logVariance: logVariance, targets: other)
    let doubtFloat = gaussianNegativeLogLikelihood(
      mean: single(mean), logVariance: single(logVariance), targets: single(other))
    expectNear(doubtFloat.dMean, doubt.dMean)
    let game = discriminatorLoss(real: mean, fake: other)
    let gameFloat = discriminatorLoss(real: single(mean), fake: single(other))
    expectNear(gameFloat.dReal, game.dReal)
  }
}
