import Checking
import Core
import Generating
import Problems13

/// The functions of the exercises that this chapter runs on.
///
/// Networks compute in Float; what an exercise asks for, in between, in Double.
struct FunctionsInUse {
  private let draw: (LatentDrawQuestion) throws -> MomentGradients
  private let divergence: (DivergenceQuestion) throws -> MomentGradients
  private let discriminator: (DiscriminatorQuestion) throws -> DiscriminatorGradients
  private let generator: (GeneratorStepQuestion) throws -> Matrix
  private let noise: (NoiseLossQuestion) throws -> Matrix
  private let likelihood: (LikelihoodQuestion) throws -> MomentGradients
  /// Whether they are the library's.
  let isLibrary: Bool

  init(_ source: Source) {
    draw = Chapter13Problems.latentDraw.function(from: source)
    divergence = Chapter13Problems.divergence.function(from: source)
    discriminator = Chapter13Problems.discriminatorLoss.function(from: source)
    generator = Chapter13Problems.generatorStep.function(from: source)
    noise = Chapter13Problems.noiseLoss.function(from: source)
    likelihood = Chapter13Problems.gaussianLikelihood.function(from: source)
    isLibrary = if case .library = source { true } else { false }
  }
}

/// The gradients of a mean and a log variance, for a network.
typealias Moments = (dMean: Tensor<Float>, dLogVariance: Tensor<Float>)

extension FunctionsInUse {
  /// 13.1.
  func throughDraw(
    _ dZ: Tensor<Float>, mean: Tensor<Float>, logVariance: Tensor<Float>, noise: Tensor<Float>
  ) -> Moments {
    let question = LatentDrawQuestion(
      mean: Matrix(mean), logVariance: Matrix(logVariance), noise: Matrix(noise), dz: Matrix(dZ))
    return moments("13.1", question.dz) { try draw(question) }
  }

  /// 13.2.
  func ofDivergence(mean: Tensor<Float>, logVariance: Tensor<Float>) -> Moments {
    let question = DivergenceQuestion(mean: Matrix(mean), logVariance: Matrix(logVariance))
    return moments("13.2", question.mean) { try divergence(question) }
  }

  /// 13.3.
  func ofDiscriminator(
    real: Tensor<Float>, fake: Tensor<Float>
  ) -> (dReal: Tensor<Float>, dFake: Tensor<Float>) {
    let question = DiscriminatorQuestion(real: Matrix(real), fake: Matrix(fake))
    let (dReal, dFake) = answer("13.3") { try discriminator(question) }
    requireShapes("13.3", ("dReal", dReal, question.real), ("dFake", dFake, question.fake))
    return (Tensor<Float>(dReal), Tensor<Float>(dFake))
  }

  /// 13.4: ∂loss/∂images, by way of a discriminator's backward.
  func ofGenerator(
    images: Tensor<Float>, logits: Tensor<Float>, _ loss: GeneratorLoss,
    steps: DiscriminatorSteps
  ) -> Tensor<Float> {
    let question = GeneratorStepQuestion(
      images: Matrix(images), logits: Matrix(logits), loss: loss, discriminator: steps)
    let dImages = answer("13.4") { try generator(question) }
    requireShapes("13.4", ("dImages", dImages, question.images))
    return Tensor<Float>(dImages)
  }

  /// 13.5.
  func ofNoise(_ batch: NoiseBatch) -> Tensor<Float> {
    let question = NoiseLossQuestion(
      prediction: Matrix(batch.prediction), noisy: Matrix(batch.noisy), noise: Matrix(batch.noise),
      signals: Matrix(batch.signals))
    let dPrediction = answer("13.5") { try noise(question) }
    requireShapes("13.5", ("dPrediction", dPrediction, question.prediction))
    return Tensor<Float>(dPrediction)
  }

  /// 13.6.
  func ofLikelihood(
    mean: Tensor<Float>, logVariance: Tensor<Float>, targets: Tensor<Float>
  ) -> Moments {
    let question = LikelihoodQuestion(
      mean: Matrix(mean), logVariance: Matrix(logVariance), targets: Matrix(targets))
    return moments("13.6", question.mean) { try likelihood(question) }
  }

  private func moments(
    _ id: String, _ variable: Matrix, _ function: () throws -> MomentGradients
  ) -> Moments {
    let (dMean, dLogVariance) = answer(id, function)
    requireShapes(id, ("dMean", dMean, variable), ("dLogVariance", dLogVariance, variable))
    return (Tensor<Float>(dMean), Tensor<Float>(dLogVariance))
  }
}
