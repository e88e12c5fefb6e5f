import Backprop

// Steps of training in which more than one network takes part: the two halves of a variational autoencoder,
// a game of two, and a network beside its frozen copy. Images, labels and what is remembered are random;
// speed does not depend on them. peers/several.py does the same in PyTorch.

extension Contender {
  /// The same on some threads.
  fileprivate func on(threads: Int) -> Contender {
    Contender(name) { seconds in
      Threads.count = threads
      return try rate(seconds)
    }
  }
}

/// Chapter 13's variational autoencoder, 784-256-(8+8)-256-784, with a new draw at each step.
func variationalTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  // μ and ℓ come out of one matrix, as in PyTorch: two small products would cost more than one.
  var encoder = Dense<Float>(784, 256, using: &generator).then(Activation.relu)
    .then(Dense(256, 16, .normal(0.01), using: &generator))
  var decoder = Dense<Float>(8, 256, using: &generator).then(Activation.relu)
    .then(Dense(256, 784, .glorot, using: &generator))
  // Adam looks at each number alone: one for each half is one for both.
  var encoderAdam = Adam<Float>(learningRate: 0.002)
  var decoderAdam = encoderAdam
  var context = Context.training(seed: 1)
  let x = Tensor<Float>(uniform: 0...1, shape: [batch, 784], using: &generator)
  return Contender(name, amount: Double(batch)) {
    let (code, encoderCache) = encoder.forward(x, in: &context)
    let (mean, logVariance) = code.split(atColumn: 8)
    let noise = Tensor<Float>(shape: mean.shape, using: &context.generator)
    let z = reparameterized(mean: mean, logVariance: logVariance, noise: noise)
    let (logits, decoderCache) = decoder.forward(z, in: &context)
    let loss = variationalLoss(
      logits: logits, targets: x, mean: mean, logVariance: logVariance)
    let (dZ, decoderGradient) = decoder.backward(loss.dLogits, decoderCache)
    let draw = reparameterizedBackward(dZ, logVariance: logVariance, noise: noise)
    // forward: μ and ℓ are in the draw and in the divergence, so two gradients meet
    let dCode = columns(draw.dMean + loss.dMean, draw.dLogVariance + loss.dLogVariance)
    encoderAdam.update(&encoder, encoder.gradient(dCode, encoderCache))
    decoderAdam.update(&decoder, decoderGradient)
  }.on(threads: threads)
}

/// Chapter 13's game of two, both told the digit: the discriminator's turn, then the generator's.
func gameTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var random = SplitMix64(seed: 1)
  func dense(_ inputs: Int, _ outputs: Int) -> Dense<Float> {
    Dense(inputs, outputs, .uniformFanIn, using: &random)
  }
  func making(_ inputs: Int) -> Then<Then<Dense<Float>, BatchNorm<Float>>, Activation<Float>> {
    dense(inputs, 256).then(BatchNorm(256)).then(.leakyReLU(slope: 0.2))
  }
  func looking(_ inputs: Int) -> Then<Then<Dense<Float>, Activation<Float>>, Dropout<Float>> {
    dense(inputs, 256).then(Activation.leakyReLU(slope: 0.2)).then(Dropout(rate: 0.3))
  }
  var generator = making(32 + 10).then(making(256)).then(dense(256, 784)).then(Activation.tanh)
  var discriminator = looking(784 + 10).then(looking(256)).then(dense(256, 1))
  var generatorAdam = Adam<Float>(learningRate: 4e-4, beta1: 0.5)
  var discriminatorAdam = Adam<Float>(learningRate: 2e-4, beta1: 0.5)
  var context = Context.training(seed: 1)
  let images = Tensor<Float>(uniform: -1...1, shape: [batch, 784], using: &random)
  let digits = oneHot((0..<batch).map { $0 % 10 }, classes: 10, as: Float.self)
  func noise() -> Tensor<Float> {
    columns(Tensor(shape: [batch, 32], using: &context.generator), digits)
  }
  func discriminatorsTurn() {
    let (fakes, generatorCache) = generator.forward(noise(), in: &context)
    generator.observe(generatorCache)
    let shown = columns(images, digits).scalars + columns(fakes, digits).scalars
    let (logits, cache) = discriminator.forward(
      Tensor(shown, shape: [2 * batch, 794]), in: &context)
    let (_, dReal, dFake) = discriminatorLoss(
      real: logits.rows(0..<batch), fake: logits.rows(batch..<2 * batch))
    let dLogits = Tensor(dReal.scalars + dFake.scalars, shape: logits.shape)
    discriminatorAdam.update(&discriminator, discriminator.gradient(dLogits, cache))
  }
  func generatorsTurn() {
    let (fakes, cache) = generator.forward(noise(), in: &context)
    let (logits, discriminatorCache) = discriminator.forward(columns(fakes, digits), in: &context)
    let (_, dShown) = discriminator.gradientForGenerator(
      logits, discriminatorCache, .nonSaturating)
    // Nothing goes back into the digits.
    let dFakes = dShown.split(atColumn: 784).left
    generatorAdam.update(&generator, generator.gradient(dFakes, cache))
    generator.observe(cache)
  }
  return Contender(name, amount: Double(batch)) {
    discriminatorsTurn()
    generatorsTurn()
  }.on(threads: threads)
}

/// Chapter 14's DQN, 4-64-64-2: a batch out of memory, targets of a copy that is renewed every 100 steps.
func deepQTraining(_ name: String, batch: Int, threads: Int) -> Contender {
  var generator = SplitMix64(seed: 1)
  var network = Dense<Float>(4, 64, .uniformFanIn, using: &generator).then(Activation.relu)
    .then(Dense(64, 64, .uniformFanIn, using: &generator)).then(Activation.relu)
    .then(Dense(64, 2, .uniformFanIn, using: &generator))
  var copy = network
  var optimizer = Adam<Float>(learningRate: 0.001)
  var (context, steps) = (Context.training(seed: 1), 0)
  let count = 20_000
  var memory = ReplayMemory<Float, Int>(capacity: count, width: 4)
  memory.add(
    states: Tensor(uniform: -1...1, shape: [count, 4], using: &generator),
    actions: (0..<count).map { _ in generator.integer(below: 2) },
    rewards: [Float](repeating: 1, count: count),
    done: (0..<count).map { _ in generator.integer(below: 20) == 0 },
    nextStates: Tensor(uniform: -1...1, shape: [count, 4], using: &generator))
  return Contender(name, amount: Double(batch)) { [memory] in
    let drawn = memory.sample(batch, using: &generator)
    let targets = qTargets(
      rewards: drawn.rewards, done: drawn.done, nextQ: copy(drawn.nextStates), gamma: 0.99)
    _ = network.trainingStep(drawn.states, with: &optimizer, in: &context) {
      qLearningLoss(q: $0, actions: drawn.actions, targets: targets)
    }
    steps += 1
    if steps % 100 == 0 { copy = network }
    // One thread, as in the chapter: a second one would have more to wait for than to do.
  }.on(threads: min(threads, 1))
}
