public import Core
import Kernels

/// A draw that a gradient passes: z = μ + e^(ℓ/2)⊙ε, with ε drawn aside.
///
/// z has the distribution N(μ, e^ℓ) where ε has N(0, 1). What is random comes in as numbers, and z is an
/// ordinary function of μ and ℓ. ℓ is the logarithm of the variance: any number will do, and e^(ℓ/2), the
/// standard deviation, is above 0.
///
/// Source: Kingma and Welling, "Auto-Encoding Variational Bayes", ICLR 2014, section 2.4.
///
/// - Parameters:
///   - mean: μ, of any shape.
///   - logVariance: ℓ, in μ's shape.
///   - noise: ε, in μ's shape. Keep it: backward needs this draw, not another.
/// - Returns: z, in μ's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func reparameterized<Scalar>(
  mean: Tensor<Scalar>, logVariance: Tensor<Scalar>, noise: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    mean.shape == logVariance.shape && mean.shape == noise.shape,
    "reparameterized: mean \(mean.shape), log variance \(logVariance.shape) and noise "
      + "\(noise.shape) must have one shape")
  let shares = generate(logVariance.storage, noise.storage) { deviation($0, times: $1) }
  return mean + Tensor(shares, shape: mean.shape)
}

/// The gradients of mean and logarithm of the variance, of whatever is drawn or said with both.
public typealias GaussianGradients<Scalar: Real> = (
  dMean: Tensor<Scalar>, dLogVariance: Tensor<Scalar>
)

/// dμ = dz, dℓ = ½·dz⊙ε⊙e^(ℓ/2).
///
/// - Parameters:
///   - dZ: ∂loss/∂z.
///   - logVariance: ℓ, in dz's shape.
///   - noise: ε, the one of the forward pass.
/// - Returns: ∂loss/∂μ and ∂loss/∂ℓ, in dz's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func reparameterizedBackward<Scalar>(
  _ dZ: Tensor<Scalar>, logVariance: Tensor<Scalar>, noise: Tensor<Scalar>
) -> GaussianGradients<Scalar> {
  require(
    dZ.shape == logVariance.shape && dZ.shape == noise.shape,
    "reparameterizedBackward: dZ \(dZ.shape), log variance \(logVariance.shape) and noise "
      + "\(noise.shape) must have one shape")
  // forward: z = μ + e^(ℓ/2)⊙ε
  let slopes = generate(logVariance.storage, (dZ * noise).storage) { logVariance, dDeviation in
    deviation(logVariance, times: dDeviation / 2)
  }
  return (dZ, Tensor(slopes, shape: dZ.shape))
}
