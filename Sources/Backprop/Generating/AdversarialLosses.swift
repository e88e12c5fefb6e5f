// The game of two networks: one makes images, the other says which are made.

public import Core
import Kernels

/// What logits cost where the images are held for real, mean softplus(-z), and the slope -σ(-z)/m.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func costAsReal<Scalar: Real>(_ z: Tensor<Scalar>) -> Loss<Scalar> {
  let (softplus, m) = (Activation<Scalar>.softplus, Scalar(z.count))
  let loss = sum(z.count, over: m) { softplus.value(at: -z.storage[$0]) }
  // forward: mean softplus(-z), and 1 - σ(z) = σ(-z)
  return (loss, Tensor(generate(z.storage) { -logistic(-$0) / m }, shape: z.shape))
}

/// What they cost where the images are held for made: mean softplus(z), and the slope σ(z)/m.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func costAsMade<Scalar: Real>(_ z: Tensor<Scalar>) -> Loss<Scalar> {
  let (softplus, m) = (Activation<Scalar>.softplus, Scalar(z.count))
  let loss = sum(z.count, over: m) { softplus.value(at: z.storage[$0]) }
  // forward: mean softplus(z)
  return (loss, Tensor(generate(z.storage) { logistic($0) / m }, shape: z.shape))
}

/// How badly a discriminator tells real images from made ones: mean softplus(-z) over the real ones plus
/// mean softplus(z) over the fakes.
///
/// Each mean is over its own count. σ(z) is the belief that an image is real. The fakes are numbers here: in
/// the discriminator's turn nothing goes back to who made them.
///
/// Source: Goodfellow et al., "Generative Adversarial Nets", NIPS 2014, algorithm 1.
///
/// - Parameters:
///   - real: The logits of real images, of any shape, with an element at least.
///   - fake: The logits of made images, likewise; there may be more or fewer.
/// - Returns: The loss, dReal = (σ(z) - 1)/m of the real ones and dFake = σ(z)/m of the fakes.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func discriminatorLoss<Scalar>(
  real: Tensor<Scalar>, fake: Tensor<Scalar>
) -> (loss: Scalar, dReal: Tensor<Scalar>, dFake: Tensor<Scalar>) {
  require(
    real.count >= 1 && fake.count >= 1,
    "discriminatorLoss: real logits \(real.shape) and fake ones \(fake.shape); it needs one of "
      + "each at least")
  let (ofReal, ofFake) = (costAsReal(real), costAsMade(fake))
  return (ofReal.loss + ofFake.loss, ofReal.gradient, ofFake.gradient)
}

/// What a generator wants of the discriminator's logits for its images: one game, two losses.
///
/// Both fall as the logits rise. They differ in where they are steep.
public enum GeneratorLoss: String, CaseIterable, Sendable {
  /// mean softplus(-z): as if the images were real. Steep where the discriminator is sure, at z ≪ 0.
  case nonSaturating
  /// -mean softplus(z): what the discriminator loses. Flat at z ≪ 0, where a generator begins.
  case saturating

  /// The loss, and its gradient with respect to the logits.
  ///
  /// (σ(z) - 1)/m where it does not saturate, -σ(z)/m where it does.
  ///
  /// Source: Goodfellow et al., NIPS 2014, section 3.
  ///
  /// - Parameter z: The logits of made images, of any shape, with an element at least.
  /// - Returns: The loss, and ∂loss/∂z in z's shape.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func callAsFunction<Scalar>(fake z: Tensor<Scalar>) -> Loss<Scalar> {
    require(z.count >= 1, "GeneratorLoss: logits \(z.shape); it needs one at least")
    switch self {
    case .nonSaturating: return costAsReal(z)
    case .saturating:
      let discriminators = costAsMade(z)
      return (-discriminators.loss, -discriminators.gradient)
    }
  }
}

extension Layer {
  /// The generator's turn, as far as this discriminator goes: from its logits for made images back to the
  /// images.
  ///
  /// The gradient passes the discriminator as it passes any layer. That of its parameters is thrown away:
  /// this is not its turn, and it stays as it is.
  ///
  /// - Parameters:
  ///   - logits: What it has said of the images.
  ///   - cache: Its memory of that pass.
  ///   - loss: Which of the two losses.
  /// - Returns: The generator's loss, and ∂loss/∂images.
  public func gradientForGenerator(
    _ logits: Output, _ cache: Cache, _ loss: GeneratorLoss
  ) -> (loss: Scalar, dImages: InputGradient) where Output == Tensor<Scalar> {
    let (value, dLogits) = loss(fake: logits)
    return (value, backward(dLogits, cache).dInput)
  }
}
