public import Core
import Kernels

/// The cost in nats of numbers x under a prediction with an own doubt, N(μ, e^ℓ), but for a constant.
///
/// 1/(m·n) Σ ½(ℓ + (x - μ)²·e^(-ℓ)). The constant ½·log 2π, which no prediction changes, is left out. It is
/// a density's logarithm, so it may be negative, and is where the prediction is narrow and right.
///
/// Source: Nix and Weigend, "Estimating the mean and variance of the target probability distribution",
/// 1994; as weights of several tasks: Kendall, Gal, Cipolla, CVPR 2018.
///
/// - Parameters:
///   - mean: μ, `[m, n]`.
///   - logVariance: ℓ, `[m, n]`.
///   - targets: x, `[m, n]`; they get no gradient.
/// - Returns: The loss, dμ = (μ - x)·e^(-ℓ)/(m·n) and dℓ = ½(1 - (x - μ)²·e^(-ℓ))/(m·n).
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func gaussianNegativeLogLikelihood<Scalar>(
  mean: Tensor<Scalar>, logVariance: Tensor<Scalar>, targets: Tensor<Scalar>
) -> GaussianLoss<Scalar> {
  require(
    mean.shape == logVariance.shape && mean.shape == targets.shape && mean.count >= 1,
    "gaussianNegativeLogLikelihood: mean \(mean.shape), log variance \(logVariance.shape) and "
      + "targets \(targets.shape) must have one shape, with an element at least")
  let count = Scalar(mean.count)
  // (x - μ)/σ: the square of a quotient is in range where that of its numerator is not.
  let distances = generate(logVariance.storage, (targets - mean).storage) {
    deviation(-$0, times: $1)
  }
  let loss = sum(mean.count, over: count) { i in
    let (logVariance, distance) = (logVariance.storage[i], distances[i])
    let square = distance * distance
    // e^(-ℓ) outgrows ℓ: an error without any doubt costs ∞.
    guard square.isInfinite else { return (logVariance + square) / 2 }
    return distance.isInfinite ? square : logVariance / 2 + distance * (distance / 2)
  }
  // forward: ½(ℓ + (x - μ)²·e^(-ℓ))
  let dMean = generate(logVariance.storage, distances) { logVariance, distance in
    -deviation(-logVariance, times: distance) / count
  }
  let dLogVariance = generate(distances) { distance in
    let slope = (1 - distance * distance) / 2 / count
    return slope.isInfinite ? -(distance / 2) * (distance / count) : slope
  }
  return (
    loss, Tensor(dMean, shape: mean.shape), Tensor(dLogVariance, shape: mean.shape)
  )
}
