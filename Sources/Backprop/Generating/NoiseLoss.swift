public import Core
import Kernels

/// How well the noise is known that an image drowned in, where the network predicts the image.
///
/// x_t and x̂₀ say what the noise was: ε̂ = (x_t - √ᾱ·x̂₀)/√(1 - ᾱ). The loss is 1/(m·n) Σ (ε̂ - ε)².
///
/// Source: Ho, Jain, Abbeel, NeurIPS 2020, equation 14; the detour over x̂₀: equation 9.
///
/// - Parameters:
///   - prediction: x̂₀, `[m, n]`.
///   - noisy: x_t, `[m, n]`.
///   - noise: ε, `[m, n]`.
///   - signals: ᾱ of each row, `[m]`, at least 0 and under 1. At 0 nothing of the image is left in x_t, and
///     its gradient is 0.
/// - Returns: The loss, and dx̂₀ = -√ᾱ/√(1 - ᾱ)·2(ε̂ - ε)/(m·n).
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func noiseLoss<Scalar>(
  prediction: Tensor<Scalar>, noisy: Tensor<Scalar>, noise: Tensor<Scalar>, signals: Tensor<Scalar>
) -> Loss<Scalar> {
  require(
    prediction.rank == 2 && prediction.shape == noisy.shape && prediction.shape == noise.shape
      && signals.shape == [prediction.rows] && prediction.count >= 1,
    "noiseLoss: prediction \(prediction.shape), noisy \(noisy.shape) and noise \(noise.shape) "
      + "must be one matrix's shape [m, n], signals \(signals.shape) [m], with an element at least")
  for (row, signal) in signals.storage.enumerated() {
    require(
      0 <= signal && signal < 1,
      "noiseLoss: ᾱ of row \(row) is \(signal); it must be at least 0 and under 1: where x is the image "
        + "itself there is no noise to be known")
  }
  let (columns, count) = (prediction.columns, Scalar(prediction.count))
  let image = signals.storage.map { $0.squareRoot() }
  let rest = signals.storage.map { (1 - $0).squareRoot() }
  var errors = prediction
  for i in 0..<prediction.rows {
    for place in i * columns..<(i + 1) * columns {
      let shown = (noisy.storage[place] - image[i] * prediction.storage[place]) / rest[i]
      errors.storage[place] = shown - noise.storage[place]  // ε̂ - ε
    }
  }
  let loss = errors.squaredNorm() / count
  // forward: ε̂ = (x_t - √ᾱ·x̂₀)/√(1 - ᾱ)
  let slopes = zip(image, rest).map { -$0 / $1 * (2 / count) }
  return (loss, errors.scaledRows(slopes))
}

/// The image that a velocity says: x̂₀ = √ᾱ·x_t - √(1 - ᾱ)·v.
///
/// v = √ᾱ·ε - √(1 - ᾱ)·x₀ is what x_t lacks at a right angle. A network that gives v has x_t's own share of
/// the image for nothing, and numbers of one size at every strength of noise.
///
/// Source: Salimans and Ho, "Progressive Distillation", ICLR 2022, section 4.
///
/// - Parameters:
///   - velocity: v, `[m, n]`.
///   - noisy: x_t, `[m, n]`.
///   - signals: ᾱ of each row, `[m]`, in 0…1. At 0, where x_t is noise alone, x̂₀ is -v: only a velocity
///     still says an image there.
/// - Returns: x̂₀, `[m, n]`.
public func image<Scalar: Real>(
  ofVelocity velocity: Tensor<Scalar>, noisy: Tensor<Scalar>, signals: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    velocity.rank == 2 && velocity.shape == noisy.shape && signals.shape == [velocity.rows],
    "image(ofVelocity:): velocity \(velocity.shape) and noisy \(noisy.shape) must be one matrix's shape "
      + "[m, n], signals \(signals.shape) [m]")
  requireSignals(signals, "image(ofVelocity:)")
  return noisy.scaledRows(signals.storage.map { $0.squareRoot() })
    - velocity.scaledRows(signals.storage.map { (1 - $0).squareRoot() })
}

/// dv = -√(1 - ᾱ)·dx̂₀.
public func imageOfVelocityBackward<Scalar: Real>(
  _ dImage: Tensor<Scalar>, signals: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    dImage.rank == 2 && signals.shape == [dImage.rows],
    "imageOfVelocityBackward: dImage \(dImage.shape) must be [m, n], signals \(signals.shape) [m]")
  requireSignals(signals, "imageOfVelocityBackward")
  // forward: x̂₀ = √ᾱ·x_t - √(1 - ᾱ)·v
  return dImage.scaledRows(signals.storage.map { -(1 - $0).squareRoot() })
}

private func requireSignals<Scalar>(_ signals: Tensor<Scalar>, _ owner: String) {
  for (row, signal) in signals.storage.enumerated() {
    require(
      0 <= signal && signal <= 1,
      "\(owner): ᾱ of row \(row) is \(signal); it is the image's share, from 0 to 1")
  }
}
