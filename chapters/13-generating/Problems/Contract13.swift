// What a learner's file finds with `import Problems13`.
@_exported public import Checking
@_exported public import Core
@_exported public import enum Generating.GeneratorLoss

/// What chapter 13, generating, asks for.
public protocol Chapter13: AnswerModule {
  static func reparameterizeBackward(
    _ dz: Matrix, logVariance: Matrix, noise: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix)

  static func klBackward(
    mean: Matrix, logVariance: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix)

  static func discriminatorLossBackward(
    real: Matrix, fake: Matrix
  ) throws -> (dReal: Matrix, dFake: Matrix)

  static func generatorStepBackward(
    logits: Matrix, loss: GeneratorLoss, discriminator: DiscriminatorSteps
  ) throws -> Matrix

  static func noiseLossBackward(
    prediction: Matrix, noisy: Matrix, noise: Matrix, signals: Matrix
  ) throws -> Matrix

  static func gaussianLikelihoodBackward(
    mean: Matrix, logVariance: Matrix, targets: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix)

  static func vectorQuantizeBackward(
    _ dq: Matrix, z: Matrix, codebook: Matrix, beta: Double
  ) throws -> (dz: Matrix, dCodebook: Matrix)
}

/// The discriminator's own functions, as a training has them.
public struct DiscriminatorSteps {
  /// From ∂loss/∂logits, `[m, 1]`, to ∂loss/∂images, `[m, n]`, and the gradient of its weights.
  public let backward: (Matrix) throws -> (dImages: Matrix, dWeights: Matrix)
  /// Takes a step with a gradient of its weights: the discriminator is another one afterwards.
  public let update: (Matrix) throws -> Void

  public init(
    backward: @escaping (Matrix) throws -> (dImages: Matrix, dWeights: Matrix),
    update: @escaping (Matrix) throws -> Void
  ) {
    (self.backward, self.update) = (backward, update)
  }
}

/// The gradients of a mean and of a logarithm of the variance, as 13.1, 13.2 and 13.6 return them.
public typealias MomentGradients = (dMean: Matrix, dLogVariance: Matrix)

/// Calls what chapter 13 asks for, in whichever module has it.
func asks<Input, Output>(
  _ body: @escaping (any Chapter13.Type, Input) throws -> Output
) -> (AnswerModules, Input) throws -> Output {
  { answers, input in
    try asking(answers, for: (any Chapter13.Type).self) { try body($0, input) }
  }
}
