public import Core

/// What a variational autoencoder pays for a batch, in nats an image, and the gradients.
public struct VariationalLoss<Scalar: Real>: Sendable {
  /// Binary cross-entropy, summed over the pixels, the mean over the batch.
  public let reconstruction: Scalar
  /// The divergence of the codes from N(0, 1), without β.
  public let divergence: Scalar
  /// β.
  public let beta: Scalar
  /// ∂loss/∂logits, `[m, pixels]`.
  public let dLogits: Tensor<Scalar>
  /// The divergence's own gradients, times β, to which what comes back through the draw is added.
  public let dMean: Tensor<Scalar>, dLogVariance: Tensor<Scalar>

  /// What is minimised: reconstruction + β·divergence.
  public var total: Scalar { reconstruction + beta * divergence }

  /// The bound on -log p(x), whatever β was: reconstruction + divergence.
  public var bound: Scalar { reconstruction + divergence }
}

/// The loss of a variational autoencoder: reconstruction, summed over pixels, plus β times the divergence,
/// summed over dimensions; both are means over the batch.
///
/// With β = 1 it is a bound: no image costs more than this. A mean over the pixels beside a sum over the
/// dimensions is another β, here 784.
///
/// Source: Kingma and Welling, ICLR 2014, equation 3; β: Higgins et al., "β-VAE", ICLR 2017.
///
/// - Parameters:
///   - logits: What the decoder says of each pixel, `[m, pixels]`.
///   - targets: The images, 0 to 1, `[m, pixels]`.
///   - mean: μ of the codes, `[m, d]`.
///   - logVariance: ℓ of the codes, `[m, d]`.
///   - beta: β, at least 0.
/// - Returns: The parts and the gradients; μ and ℓ have a second one, through the draw.
public func variationalLoss<Scalar>(
  logits: Tensor<Scalar>, targets: Tensor<Scalar>, mean: Tensor<Scalar>,
  logVariance: Tensor<Scalar>, beta: Scalar = 1
) -> VariationalLoss<Scalar> {
  require(
    logits.rank == 2 && logits.shape == targets.shape && mean.rank == 2
      && mean.shape == logVariance.shape && mean.rows == logits.rows && logits.rows >= 1,
    "variationalLoss: logits \(logits.shape) and targets \(targets.shape) must be [m, pixels], "
      + "mean \(mean.shape) and log variance \(logVariance.shape) [m, d], with a row at least")
  requireNotNegative(beta, "variationalLoss: beta")
  let pixels = Scalar(logits.columns)
  let (cost, dLogits) = binaryCrossEntropy(logits: logits, targets: targets)  // a mean over all
  let (divergence, dMean, dLogVariance) = divergenceFromNormal(
    mean: mean, logVariance: logVariance)
  return VariationalLoss(
    reconstruction: pixels * cost, divergence: divergence, beta: beta, dLogits: pixels * dLogits,
    dMean: beta * dMean, dLogVariance: beta * dLogVariance)
}
