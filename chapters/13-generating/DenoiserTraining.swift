import Core
import Generating
import Training

/// How a denoiser is trained: on which noise, with which steps.
struct DenoiserRun {
  var schedule = NoiseSchedule.cosine(steps: 100)
  var steps: Int
  var batch = 64
  var rate: Float = 0.002
  /// How often the label is kept from the network, so that it also knows how to do without.
  var dropped = 0.1
  /// Whether all strengths of noise count alike for what the network gives, its velocity.
  var weighsVelocity = false
  var seed: UInt64

  /// Trains a denoiser.
  ///
  /// - Parameters:
  ///   - denoiser: Is changed.
  ///   - digits: What it learns from.
  ///   - gradient: ∂loss/∂x̂₀ of the noise loss.
  ///   - report: Sees the number of steps done and the loss, and may ask for the average so far.
  /// - Returns: The same with the running average of its weights, which is steadier than the last ones.
  /// - Throws: `TrainingFailure` where the loss is no number any more; what `gradient` throws.
  func train<Some: Denoiser>(
    _ denoiser: inout Some, on digits: Digits,
    gradient: (NoiseBatch) throws -> Tensor<Float>,
    report: (_ step: Int, _ loss: Double, _ averaged: () -> Some) -> Void = { _, _, _ in }
  ) throws -> Some {
    var generator = SplitMix64(seed: seed)
    var (adam, context) = (Adam<Float>(learningRate: rate), Context.training(seed: seed))
    let rates = Schedule<Float>.warmupCosine(
      peak: rate, warmup: min(100, steps / 4 + 1), steps: steps)
    let images = digits.x.centred
    var average = denoiser.network.parameters
    for step in 0..<steps {
      let places = (0..<batch).map { _ in generator.integer(below: images.rows) }
      let times = (0..<batch).map { _ in generator.integer(below: schedule.steps) }
      let labels = places.map { generator.uniform() < dropped ? -1 : digits.labels[$0] }
      let x = images.rows(places)
      let noise = Tensor<Float>(shape: x.shape, using: &generator)
      let noisy = schedule.noised(x, at: times, noise: noise)
      let signals = schedule.signals(at: times, as: Float.self)

      let (velocity, cache) = denoiser.network.forward(
        denoiser.input(noisy, at: times, labels: labels), in: &context)
      let prediction = image(ofVelocity: velocity, noisy: noisy, signals: signals)
      let said = NoiseBatch(
        prediction: prediction, noisy: noisy, noise: noise, signals: signals)
      let loss = noiseLoss(
        prediction: prediction, noisy: noisy, noise: noise, signals: signals
      ).loss
      guard loss.isFinite else {
        throw TrainingFailure(step: step, loss: Double(loss), learningRate: Double(rate))
      }
      // forward: x̂₀ = √ᾱ·x_t - √(1 - ᾱ)·v, and the noise loss of x̂₀
      var dVelocity = imageOfVelocityBackward(try gradient(said), signals: signals)
      if weighsVelocity { dVelocity = dVelocity.eachRow(dividedBy: signals) }
      adam.learningRate = rates(step)
      adam.update(&denoiser.network, denoiser.network.gradient(dVelocity, cache))
      denoiser.network.observe(cache)

      // forward: nothing; a tenth of the steps is enough for an average over hundreds
      if step % 10 == 0 {
        let share: Float = step < 200 ? 0.2 : 0.03
        average.visit(denoiser.network.parameters) { _, own, new in
          own = own * (1 - share) + new * share
        }
      }
      report(step + 1, Double(loss)) { denoiser.with(average) }
    }
    return denoiser.with(average)
  }
}

/// A batch of predicted images, and the noise that they drowned in.
struct NoiseBatch {
  let prediction: Tensor<Float>, noisy: Tensor<Float>, noise: Tensor<Float>, signals: Tensor<Float>
}

extension Tensor where Scalar == Float {
  /// Each row divided by a number of its own.
  func eachRow(dividedBy numbers: Tensor<Float>) -> Tensor<Float> {
    (transposed / numbers).transposed
  }
}

extension Denoiser {
  /// The same denoiser, running averages and all, with other parameters.
  func with(_ parameters: Network.Parameters) -> Self {
    var copy = self
    copy.network.visit(parameters) { _, own, new in own = new }
    return copy
  }

  /// Images out of noise, step by step, `[labels.count, pixels]`, from -1 to 1.
  ///
  /// - Parameters:
  ///   - labels: What is asked for; -1 for anything.
  ///   - pixels: How many an image has.
  ///   - schedule: The schedule of the training.
  ///   - stride: Only every such step is gone.
  ///   - guidance: How far beyond the answer without a label the answer with it is taken (Ho and Salimans,
  ///     "Classifier-free diffusion guidance", 2022); 0 for the answer with it.
  ///   - seed: Of the noise.
  ///   - watch: Sees x_t and x̂₀ on the way.
  /// - Returns: The images.
  func made(
    _ labels: [Int], pixels: Int, _ schedule: NoiseSchedule, stride: Int = 1, guidance: Float = 0,
    seed: UInt64,
    watch: (_ t: Int, _ x: Tensor<Float>, _ image: Tensor<Float>) -> Void = { _, _, _ in }
  ) -> Tensor<Float> {
    var generator = SplitMix64(seed: seed)
    let (short, times) = schedule.strided(stride)
    var x = Tensor<Float>(shape: [labels.count, pixels], using: &generator)
    let anything = [Int](repeating: -1, count: labels.count)
    for place in (0..<short.steps).reversed() {
      let at = [Int](repeating: times[place], count: labels.count)
      var velocity = network(input(x, at: at, labels: labels))
      if guidance > 0 {
        let plain = network(input(x, at: at, labels: anything))
        velocity = velocity + guidance * (velocity - plain)
      }
      let prediction = image(
        ofVelocity: velocity, noisy: x,
        signals: short.signals(at: [Int](repeating: place, count: labels.count), as: Float.self))
      watch(place, x, prediction)
      x = short.stepBack(
        x, prediction: prediction, at: place, noise: Tensor(shape: x.shape, using: &generator))
    }
    return x
  }
}

extension NoiseSchedule {
  /// Every such step of this schedule, the last among them, as a schedule; and which steps these are.
  func strided(_ stride: Int) -> (schedule: NoiseSchedule, places: [Int]) {
    let places = Swift.stride(from: steps - 1, through: 0, by: -stride).reversed().map { $0 }
    var before = 1.0
    let betas = places.map { place in
      defer { before = signals[place] }
      return 1 - signals[place] / before
    }
    return (NoiseSchedule(betas: betas), places)
  }
}
