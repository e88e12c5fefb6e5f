public import Core
import Kernels

/// A loss of a mean and a logarithm of a variance, and both gradients.
public typealias GaussianLoss<Scalar: Real> = (
  loss: Scalar, dMean: Tensor<Scalar>, dLogVariance: Tensor<Scalar>
)

/// How far the distributions N(μ, e^ℓ) are from N(0, 1), in nats: the Kullback–Leibler divergence.
///
/// 1/m Σ ½(μ² + e^ℓ - 1 - ℓ): summed over the dimensions, the mean over the rows. It is 0 where μ = 0 and
/// ℓ = 0, and positive elsewhere.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014, appendix B.
///
/// - Parameters:
///   - mean: μ, `[m, d]`.
///   - logVariance: ℓ, `[m, d]`.
/// - Returns: The divergence, dμ = μ/m and dℓ = ½(e^ℓ - 1)/m.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func divergenceFromNormal<Scalar>(
  mean: Tensor<Scalar>, logVariance: Tensor<Scalar>
) -> GaussianLoss<Scalar> {
  require(
    mean.rank == 2 && mean.shape == logVariance.shape && mean.rows >= 1,
    "divergenceFromNormal: mean \(mean.shape) and log variance \(logVariance.shape) must be one "
      + "matrix's shape [m, d], with a row at least")
  let m = Scalar(mean.rows)
  let loss = sum(mean.count, over: m) { i in
    let (mean, logVariance) = (mean.storage[i], logVariance.storage[i])
    // e^ℓ outgrows ℓ: at ℓ = ∞ the difference is ∞.
    if logVariance == .infinity { return mean.isNaN ? mean : logVariance }
    let whole = (mean * mean + (Scalar.expMinusOne(logVariance) - logVariance)) / 2
    guard whole.isInfinite else { return whole }
    return mean * (mean / 2) + (halfGrowth(logVariance, over: 1) - logVariance / 2)
  }
  // forward: 1/m Σ ½(μ² + e^ℓ - 1 - ℓ)
  let dMean = mean / m  // [m, d]
  let dLogVariance = generate(logVariance.storage) { halfGrowth($0, over: m) }  // [m, d]
  return (loss, dMean, Tensor(dLogVariance, shape: mean.shape))
}

/// ½(e^ℓ - 1)/m, also where e^ℓ alone is beyond the range.
@inline(__always)
private func halfGrowth<Scalar: Real>(_ logVariance: Scalar, over m: Scalar) -> Scalar {
  let half = Scalar.expMinusOne(logVariance) / 2 / m
  return half.isInfinite ? Scalar.exp(logVariance - Scalar.log(2 * m)) : half
}
