import Problems13

public enum Answers: Chapter13 {
  /// Exercise 13.1: the gradients of a draw.
  ///
  ///     z = μ + e^(ℓ/2)⊙ε
  ///
  /// ℓ is the logarithm of the variance. ε was drawn in the forward pass and kept. dz comes from a loss that
  /// is a mean already, and carries the division.
  /// Lesson: chapter 13, "A die that lets a gradient pass". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 13.1`
  ///
  /// - Parameters:
  ///   - dz: ∂loss/∂z, `[m, d]`.
  ///   - logVariance: ℓ, `[m, d]`. μ is not needed.
  ///   - noise: ε, `[m, d]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂μ and ∂loss/∂ℓ, `[m, d]` each.
  public static func reparameterizeBackward(
    _ dz: Matrix, logVariance: Matrix, noise: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix) {
    throw Todo("13.1")
  }

  /// Exercise 13.2: the gradients of the divergence from N(0, 1).
  ///
  ///     loss = 1/m Σ ½(μ² + e^ℓ - 1 - ℓ), over the m rows and all d columns
  ///
  /// ℓ is the logarithm of the variance. The loss adds up over the dimensions and takes the mean over the
  /// rows.
  /// Lesson: chapter 13, "What a code may cost". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 13.2`
  ///
  /// - Parameters:
  ///   - mean: μ, `[m, d]`.
  ///   - logVariance: ℓ, `[m, d]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂μ and ∂loss/∂ℓ, `[m, d]` each.
  public static func klBackward(
    mean: Matrix, logVariance: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix) {
    throw Todo("13.2")
  }

  /// Exercise 13.3: the gradients of the discriminator's loss.
  ///
  ///     loss = mean of softplus(-z) over the real ones + mean of softplus(z) over the fakes
  ///
  /// softplus(z) = log(1 + eᶻ). z are logits, and σ(z) is the belief that an image is real. Each mean is over
  /// its own images. Logits of ±1000 must give finite gradients: `Activation.sigmoid(z)` does.
  /// Lesson: chapter 13, "The discriminator's turn". About 15 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 13.3`
  ///
  /// - Parameters:
  ///   - real: z of the real images, `[m, 1]`.
  ///   - fake: z of the made images, `[k, 1]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂z of the real ones, `[m, 1]`, and of the fakes, `[k, 1]`.
  public static func discriminatorLossBackward(
    real: Matrix, fake: Matrix
  ) throws -> (dReal: Matrix, dFake: Matrix) {
    throw Todo("13.3")
  }

  /// Exercise 13.4: the generator's gradient, which comes through the discriminator.
  ///
  ///     non-saturating: loss = mean of softplus(-z)     saturating: loss = -mean of softplus(z)
  ///
  /// z are the discriminator's logits for m made images. The discriminator stays as it is: it learns in its
  /// own turn. Logits of ±1000 must give finite gradients: `Activation.sigmoid(z)` does.
  /// Lesson: chapter 13, "Through another network". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 13.4`
  ///
  /// - Parameters:
  ///   - logits: z, `[m, 1]`.
  ///   - loss: Which of the two, `.nonSaturating` or `.saturating`.
  ///   - discriminator: Its `backward` leads from ∂loss/∂z, `[m, 1]`, to ∂loss/∂images and the gradient of its
  ///     weights, `(dImages, dWeights)`; let its errors through. Its `update` takes a step with a gradient
  ///     of its weights.
  /// - Throws: `Todo`, until you have written it; what the discriminator throws.
  /// - Returns: ∂loss/∂images.
  public static func generatorStepBackward(
    logits: Matrix, loss: GeneratorLoss, discriminator: DiscriminatorSteps
  ) throws -> Matrix {
    throw Todo("13.4")
  }

  /// Exercise 13.5: the gradient of the noise loss at the predicted image.
  ///
  ///     ε̂ = (x_t - √ᾱ·x̂₀)/√(1 - ᾱ)     loss = 1/(m·n) Σ (ε̂ - ε)²
  ///
  /// x_t is an image in noise, x̂₀ what the network takes the image for. ᾱ is one number for each row, above 0
  /// and under 1.
  /// Lesson: chapter 13, "The noise, seen through the image". About 20 minutes, difficulty 3 of 5.
  /// Stuck? `swift run workbook hint 13.5`
  ///
  /// - Parameters:
  ///   - prediction: x̂₀, `[m, n]`.
  ///   - noisy: x_t, `[m, n]`.
  ///   - noise: ε, `[m, n]`.
  ///   - signals: ᾱ of each row, `[m]`.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂x̂₀, `[m, n]`.
  public static func noiseLossBackward(
    prediction: Matrix, noisy: Matrix, noise: Matrix, signals: Matrix
  ) throws -> Matrix {
    throw Todo("13.5")
  }

  /// Exercise 13.6: the gradients of a Gaussian's negative log-likelihood.
  ///
  ///     loss = 1/(m·n) Σ ½(ℓ + (x - μ)²·e^(-ℓ))
  ///
  /// A prediction μ with a doubt of its own: ℓ is the logarithm of its variance. The loss may be negative.
  /// Lesson: chapter 13, "A prediction that knows its doubt". About 20 minutes, difficulty 2 of 5.
  /// Stuck? `swift run workbook hint 13.6`
  ///
  /// - Parameters:
  ///   - mean: μ, `[m, n]`.
  ///   - logVariance: ℓ, `[m, n]`.
  ///   - targets: x, what came, `[m, n]`; it has no gradient.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: ∂loss/∂μ and ∂loss/∂ℓ, `[m, n]` each.
  public static func gaussianLikelihoodBackward(
    mean: Matrix, logVariance: Matrix, targets: Matrix
  ) throws -> (dMean: Matrix, dLogVariance: Matrix) {
    throw Todo("13.6")
  }

  /// Exercise 13.7: the gradients of vector quantisation.
  ///
  ///     q = the nearest row of E, for each row of z
  ///     loss = what comes behind q + 1/(m·n) Σ (q - stop z)² + β/(m·n) Σ (z - stop q)²
  ///
  /// Nearest is by squared distance, the first of equals. What is stopped counts as a number. A choice has
  /// no slope, so one is agreed upon: dq goes straight through, to z, as if q were z, and not to E.
  /// A challenge: no chapter needs it.
  /// Lesson: chapter 13, "Codes from a list". About 30 minutes, difficulty 4 of 5.
  /// Stuck? `swift run workbook hint 13.7`
  ///
  /// - Parameters:
  ///   - dq: The gradient of what comes behind q, `[m, n]`.
  ///   - z: The vectors, `[m, n]`.
  ///   - codebook: E, `[codes, n]`.
  ///   - beta: β, at least 0.
  /// - Throws: `Todo`, until you have written it.
  /// - Returns: The gradient of z, `[m, n]`, and that of E, `[codes, n]`.
  public static func vectorQuantizeBackward(
    _ dq: Matrix, z: Matrix, codebook: Matrix, beta: Double
  ) throws -> (dz: Matrix, dCodebook: Matrix) {
    throw Todo("13.7")
  }
}
