import Backprop

extension WrongCall {
  static let generating: [WrongCall] = [
    WrongCall("reparameterized: mean [2, 3], log variance [2, 2]") {
      _ = reparameterized(mean: zeros(2, 3), logVariance: zeros(2, 2), noise: zeros(2, 3))
    },
    WrongCall("reparameterizedBackward: dZ [2, 3]") {
      _ = reparameterizedBackward(zeros(2, 3), logVariance: zeros(2, 3), noise: zeros(3))
    },
    WrongCall("must be one matrix's shape [m, d]") {
      _ = divergenceFromNormal(mean: zeros(2, 3), logVariance: zeros(3, 2))
    },
    WrongCall("with a row at least") {
      _ = divergenceFromNormal(mean: zeros(0, 3), logVariance: zeros(0, 3))
    },
    WrongCall("must have one shape, with an element at least") {
      _ = gaussianNegativeLogLikelihood(
        mean: zeros(2, 3), logVariance: zeros(2, 3), targets: zeros(2, 1))
    },
    WrongCall("variationalLoss: logits [2, 5] and targets [2, 4]") {
      _ = variationalLoss(
        logits: zeros(2, 5), targets: zeros(2, 4), mean: zeros(2, 1), logVariance: zeros(2, 1))
    },
    WrongCall("variationalLoss: beta is -1.0") {
      _ = variationalLoss(
        logits: zeros(2, 5), targets: zeros(2, 5), mean: zeros(2, 1), logVariance: zeros(2, 1),
        beta: -1)
    },
    WrongCall("it needs one of each at least") {
      _ = discriminatorLoss(real: zeros(0, 1), fake: zeros(2, 1))
    },
    WrongCall("GeneratorLoss: logits [0, 1]") {
      _ = GeneratorLoss.nonSaturating(fake: zeros(0, 1))
    },
    WrongCall("no β is given") { _ = NoiseSchedule(betas: []) },
    // A usual last β of 0.02, scaled from 1000 steps to 10: lucidrains/imagen-pytorch, issue 161.
    WrongCall("with few steps, take a smaller last β") {
      _ = NoiseSchedule.linear(steps: 10, from: 0.01, to: 2)
    },
    WrongCall("β is nan in step 1") { _ = NoiseSchedule(betas: [0.1, .nan]) },
    WrongCall("NoiseSchedule: a number of steps of 0") { _ = NoiseSchedule.cosine(steps: 0) },
    WrongCall("there is no step 3; the steps are 0 to 2") {
      _ = NoiseSchedule.linear(steps: 3).signals(at: [0, 3], as: Float.self)
    },
    WrongCall("a step for each row") {
      _ = NoiseSchedule.linear(steps: 3).noised(zeros(2, 2), at: [0], noise: zeros(2, 2))
    },
    WrongCall("stepBack: x [2, 2], prediction [2, 3]") {
      _ = NoiseSchedule.linear(steps: 3).stepBack(
        zeros(2, 2), prediction: zeros(2, 3), at: 0, noise: zeros(2, 2))
    },
    WrongCall("timeEmbedding: a width of 0") { _ = timeEmbedding([1], width: 0, as: Float.self) },
    WrongCall("noiseLoss: prediction [2, 3]") {
      _ = noiseLoss(
        prediction: zeros(2, 3), noisy: zeros(2, 3), noise: zeros(2, 3), signals: zeros(3))
    },
    WrongCall("ᾱ of row 1 is 1.0") {
      _ = noiseLoss(
        prediction: zeros(2, 3), noisy: zeros(2, 3), noise: zeros(2, 3), signals: Tensor([0.5, 1]))
    },
    WrongCall("ᾱ of row 0 is 1.5; it is the image's share") {
      _ = image(ofVelocity: zeros(1, 3), noisy: zeros(1, 3), signals: Tensor([1.5]))
    },
    WrongCall("image(ofVelocity:): velocity [2, 3]") {
      _ = image(ofVelocity: zeros(2, 3), noisy: zeros(2, 3), signals: zeros(1))
    },
    WrongCall("imageOfVelocityBackward: dImage [3]") {
      _ = imageOfVelocityBackward(zeros(3), signals: zeros(3))
    },
    WrongCall("nearestRows: z [2, 3] and codebook [4, 2]") {
      _ = nearestRows(zeros(2, 3), in: zeros(4, 2))
    },
    WrongCall("vectorQuantized: beta is -0.5") {
      _ = vectorQuantized(zeros(2, 3), codebook: zeros(4, 3), beta: -0.5)
    },
    WrongCall("vectorQuantizedBackward: dQ [2, 2]") {
      _ = vectorQuantizedBackward(zeros(2, 2), z: zeros(2, 3), codebook: zeros(4, 3))
    },
    WrongCall("with an element at least") {
      _ = gaussianNegativeLogLikelihood(
        mean: zeros(0, 3), logVariance: zeros(0, 3), targets: zeros(0, 3))
    },
    WrongCall("log variance [2, 3] and noise [1, 3] must have one shape") {
      _ = reparameterized(mean: zeros(2, 3), logVariance: zeros(2, 3), noise: zeros(1, 3))
    },
    WrongCall("imageOfVelocityBackward: ᾱ of row 0 is -0.5") {
      _ = imageOfVelocityBackward(zeros(1, 3), signals: Tensor([-0.5]))
    },
    WrongCall("mean [3, 1] and log variance [3, 1] [m, d]") {
      _ = variationalLoss(
        logits: zeros(2, 5), targets: zeros(2, 5), mean: zeros(3, 1), logVariance: zeros(3, 1))
    },
    WrongCall("vectorQuantizedBackward: beta is nan") {
      _ = vectorQuantizedBackward(zeros(1, 2), z: zeros(1, 2), codebook: zeros(1, 2), beta: .nan)
    },
  ]
}
