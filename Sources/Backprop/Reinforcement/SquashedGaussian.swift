// Actions that are numbers between -1 and 1: a normal draw, pressed through tanh.

public import Core
import Kernels

/// What the squashed Gaussian's backward pass needs to know of its forward pass.
public struct SquashedGaussianCache<Scalar: Real>: Sendable {
  /// u = μ + eˢ⊙ε, before the tanh, `[m, d]`.
  public let u: Tensor<Scalar>
  /// eˢ⊙ε, the slope of u in s, `[m, d]`.
  public let spread: Tensor<Scalar>
}

/// An action drawn from a squashed Gaussian, and the logarithm of its density.
///
///     u = μ + eˢ⊙ε,   a = tanh u,
///     log π(a) = Σ [-½ε² - s - ½ log 2π - 2(log 2 - u - softplus(-2u))],   over the d numbers of a row
///
/// The last term is log(1 - a²), the density's price for the squashing, in a form that stays finite where a
/// is rounded to ±1.
///
/// Source: Haarnoja, Zhou, Abbeel, Levine, "Soft actor-critic", ICML 2018, appendix C.
///
/// - Parameters:
///   - mean: μ, `[m, d]`.
///   - s: The logarithm of the standard deviation, `[m, d]`.
///   - noise: ε, standard normal draws, `[m, d]`; a constant.
/// - Returns: a `[m, d]`, log π(a) `[m]`, and the cache.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func squashedGaussian<Scalar: Real>(
  mean: Tensor<Scalar>, logDeviation s: Tensor<Scalar>, noise: Tensor<Scalar>
) -> (
  action: Tensor<Scalar>, logProbability: Tensor<Scalar>, cache: SquashedGaussianCache<Scalar>
) {
  require(
    mean.rank == 2 && mean.shape == s.shape && mean.shape == noise.shape,
    "squashedGaussian: means \(mean.shape), log deviations \(s.shape) and noise \(noise.shape) must be of "
      + "one shape [m, d]")
  let (m, d) = (mean.rows, mean.columns)
  let softplus = Activation<Scalar>.softplus
  let constant = Scalar.log(2 * Scalar.pi) / 2
  var (u, spread, action) = (mean, noise, mean)
  var logs = Tensor<Scalar>(shape: [m])
  for i in 0..<m {
    var sum = 0.0
    for j in i * d..<(i + 1) * d {
      spread.storage[j] = spreadNoise(s.storage[j], noise.storage[j])
      u.storage[j] += spread.storage[j]
      action.storage[j] = Scalar.tanh(u.storage[j])
      let squashing =
        2 * (Scalar.log(2) - abs(u.storage[j]) - softplus.value(at: -2 * abs(u.storage[j])))
      let normal = -noise.storage[j] * noise.storage[j] / 2 - s.storage[j] - constant
      // Both beyond the range: which of ε²/2 and 2eˢ|ε| is larger?
      let isOpen = normal == -.infinity && squashing == -.infinity && noise.storage[j].isFinite
      let size = abs(noise.storage[j])
      sum += Double(
        isOpen ? size * (2 * Scalar.exp(s.storage[j]) - size / 2) : normal - squashing)
    }
    logs.storage[i] = Scalar(sum)
  }
  return (action, logs, SquashedGaussianCache(u: u, spread: spread))
}

/// eˢ·ε, also where eˢ alone is beyond the range.
@inline(__always)
private func spreadNoise<Scalar: Real>(_ s: Scalar, _ noise: Scalar) -> Scalar {
  let deviation = Scalar.exp(s)
  guard deviation.isInfinite, s.isFinite else { return scaled(deviation, by: noise) }
  let root = Scalar.exp(s / 2)
  return root * scaled(root, by: noise)
}

/// The gradients of a squashed Gaussian, back through the action and through the density.
///
///     du = da⊙(1 - a²) + 2a·dlogπ,   dμ = du,   ds = du⊙eˢ⊙ε - dlogπ
///
/// - Parameters:
///   - dAction: ∂loss/∂a, `[m, d]`.
///   - dLogProbability: ∂loss/∂log π, `[m]`.
///   - cache: Of the forward pass.
/// - Returns: ∂loss/∂μ and ∂loss/∂s, each `[m, d]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func squashedGaussianBackward<Scalar: Real>(
  dAction: Tensor<Scalar>, dLogProbability: Tensor<Scalar>, _ cache: SquashedGaussianCache<Scalar>
) -> (dMean: Tensor<Scalar>, dLogDeviation: Tensor<Scalar>) {
  let u = cache.u
  require(
    u.rank == 2 && dAction.shape == u.shape && cache.spread.shape == u.shape
      && dLogProbability.shape == [u.rows],
    "squashedGaussianBackward: dAction \(dAction.shape) and dLogProbability \(dLogProbability.shape); with "
      + "the cached draws \(u.shape) they must be of that shape, and a vector with a number a row")
  let tanh = Activation<Scalar>.tanh
  var (dMean, dLogDeviation) = (u, u)
  for i in 0..<u.rows {
    let dLog = dLogProbability.storage[i]
    for j in i * u.columns..<(i + 1) * u.columns {
      let a = tanh.value(at: u.storage[j])
      // forward: a = tanh u, and log π has -log(1 - a²), whose slope in u is 2a
      let du = dAction.storage[j] * tanh.derivative(at: u.storage[j]) + 2 * a * dLog
      dMean.storage[j] = du
      // forward: u = μ + eˢ⊙ε, and log π has -s
      dLogDeviation.storage[j] = scaled(du, by: cache.spread.storage[j]) - dLog
    }
  }
  return (dMean, dLogDeviation)
}
