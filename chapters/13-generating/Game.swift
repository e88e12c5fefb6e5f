import Checking
import Core
import Generating
import Problems13
import Training

/// A generator and a discriminator, each with its optimizer: a game of two.
///
/// With labels both are told a digit: one-hot, beside the noise and beside the image.
struct Game {
  typealias Making = Then<Then<Dense<Float>, BatchNorm<Float>>, Activation<Float>>
  typealias Generator = Then<Then<Then<Making, Making>, Dense<Float>>, Activation<Float>>
  typealias Looking = Then<Then<Dense<Float>, Activation<Float>>, Dropout<Float>>
  typealias Discriminator = Then<Then<Looking, Looking>, Dense<Float>>

  private(set) var generator: Generator
  private(set) var discriminator: Discriminator
  private var generatorAdam = Adam<Float>(learningRate: 4e-4, beta1: 0.5)
  private var discriminatorAdam = Adam<Float>(learningRate: 2e-4, beta1: 0.5)
  private var context: Context
  let hasLabels: Bool
  let loss: GeneratorLoss
  let functions: FunctionsInUse

  static let noise = 32

  init(
    hasLabels: Bool, _ loss: GeneratorLoss, _ functions: FunctionsInUse,
    seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    let told = hasLabels ? 10 : 0
    /// Weights and biases uniform in ±1/√fanIn: with He's larger ones the labels are heard later.
    func dense(_ inputs: Int, _ outputs: Int) -> Dense<Float> {
      var layer = Dense<Float>(inputs, outputs, .uniformFanIn, using: &random)
      layer.parameters.bias = Initializer.uniformFanIn(
        [outputs], fanIn: inputs, fanOut: outputs, using: &random)
      return layer
    }
    func making(_ inputs: Int) -> Making {
      dense(inputs, 256).then(BatchNorm(256)).then(.leakyReLU(slope: 0.2))
    }
    func looking(_ inputs: Int) -> Looking {
      dense(inputs, 256).then(Activation.leakyReLU(slope: 0.2)).then(Dropout(rate: 0.3))
    }
    let first = making(Self.noise + told)
    generator = first.then(making(256)).then(dense(256, 784))
      .then(Activation.tanh)
    let sight = looking(784 + told)
    discriminator = sight.then(looking(256)).then(dense(256, 1))
    context = .training(seed: seed)
    (self.hasLabels, self.loss, self.functions) = (hasLabels, loss, functions)
  }

  /// What came of a step.
  struct Step {
    /// The losses, each before its own update.
    let discriminator: Double, generator: Double
    /// The length of the generator's gradient.
    let norm: Double
  }

  /// Rows with their labels beside them, where the game has labels.
  private func told(_ x: Tensor<Float>, _ labels: [Int]) -> Tensor<Float> {
    hasLabels ? x.beside(oneHot(labels, classes: 10)) : x
  }

  private mutating func noise(_ count: Int) -> Tensor<Float> {
    Tensor(shape: [count, Self.noise], using: &context.generator)
  }

  /// Both turns.
  ///
  /// - Parameters:
  ///   - images: Real ones, from -1 to 1, `[m, 784]`.
  ///   - labels: What they show.
  /// - Returns: What came of it.
  mutating func step(_ images: Tensor<Float>, labels: [Int]) -> Step {
    let discriminatorLoss = discriminatorsTurn(images, labels)
    let (loss, norm) = generatorsTurn(labels)
    return Step(discriminator: discriminatorLoss, generator: loss, norm: norm)
  }

  private mutating func discriminatorsTurn(
    _ images: Tensor<Float>, _ labels: [Int]
  ) -> Double {
    let m = images.rows
    let z = told(noise(m), labels)
    // The fakes are numbers in this turn: nothing goes back into the generator.
    let (fakes, generatorCache) = generator.forward(z, in: &context)
    generator.observe(generatorCache)
    let shown = told(images, labels).above(told(fakes, labels))
    let (logits, cache) = discriminator.forward(shown, in: &context)
    let (real, fake) = (logits.rows(0..<m), logits.rows(m..<2 * m))
    let (dReal, dFake) = functions.ofDiscriminator(real: real, fake: fake)
    discriminatorAdam.update(&discriminator, discriminator.gradient(dReal.above(dFake), cache))
    return Double(Generating.discriminatorLoss(real: real, fake: fake).loss)
  }

  private mutating func generatorsTurn(_ labels: [Int]) -> (loss: Double, norm: Double) {
    let (fakes, cache) = generator.forward(told(noise(labels.count), labels), in: &context)
    let (logits, discriminatorCache) = discriminator.forward(told(fakes, labels), in: &context)
    let now = discriminator
    // A wrong answer may update the discriminator in this turn: then it changes here.
    let turn = Turn(discriminator: now)
    let steps = DiscriminatorSteps(
      backward: { dLogits in
        let (dShown, gradient) = turn.discriminator.backward(
          Tensor<Float>(dLogits), discriminatorCache)
        turn.gradient = gradient
        return (Matrix(dShown.firstColumns(784)), Matrix(gradient.second.weight))
      },
      update: { _ in turn.update() })
    let dFakes = functions.ofGenerator(images: fakes, logits: logits, loss, steps: steps)
    if turn.isChanged { discriminator = turn.discriminator }
    let gradient = generator.gradient(dFakes, cache)
    generatorAdam.update(&generator, gradient)
    generator.observe(cache)
    return (Double(loss(fake: logits).loss), Double(gradient.norm))
  }

  /// The discriminator during the generator's turn.
  private final class Turn {
    var discriminator: Discriminator
    var gradient: Discriminator.Parameters?
    var isChanged = false

    init(discriminator: Discriminator) { self.discriminator = discriminator }

    func update() {
      guard let gradient else { return }
      var plain = SGD<Float>(learningRate: 0.01)
      plain.update(&discriminator, gradient)
      isChanged = true
    }
  }

  /// Made images, from 0 to 1; the labels count where the game has some.
  func made(_ labels: [Int], seed: UInt64) -> Tensor<Float> {
    var random = SplitMix64(seed: seed)
    let z = Tensor<Float>(shape: [labels.count, Self.noise], using: &random)
    return generator.predict(told(z, labels)).uncentred
  }

  /// The discriminator's turns alone: a head start.
  mutating func headStart(_ steps: Int, with digits: Digits, batch: Int = 64, seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let images = digits.x.centred
    for _ in 0..<steps {
      let places = (0..<batch).map { _ in random.integer(below: images.rows) }
      _ = discriminatorsTurn(images.rows(places), places.map { digits.labels[$0] })
    }
  }

  /// Plays some steps.
  mutating func play(
    _ steps: Int, with digits: Digits, batch: Int = 64, seed: UInt64,
    watch: (_ step: Int, Step) -> Void = { _, _ in }
  ) throws {
    var random = SplitMix64(seed: seed)
    let images = digits.x.centred
    for step in 0..<steps {
      let places = (0..<batch).map { _ in random.integer(below: images.rows) }
      let result = self.step(images.rows(places), labels: places.map { digits.labels[$0] })
      guard result.generator.isFinite, result.discriminator.isFinite else {
        throw TrainingFailure(step: step, loss: result.generator, learningRate: 4e-4)
      }
      watch(step, result)
    }
  }
}
