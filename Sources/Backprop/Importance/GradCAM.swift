public import Core

/// Grad-CAM: where in an image's feature maps the score comes from.
///
///     α_c = mean over positions of ∂score/∂A_c    map = max(0, Σ_c α_c·A_c)
///
/// Each channel gets one weight, the mean slope of its map; the sum of weighted maps is cut at 0, since what
/// speaks against the class is not asked. It may be 0 everywhere. The score is a logit.
///
/// Source: Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based
/// localization", 2017, equations 1 and 2.
///
/// - Parameters:
///   - activations: A, the output of a convolutional layer for one image, `[channels, height, width]`.
///   - gradient: ∂score/∂A, of the same shape.
/// - Returns: The map, `[height, width]`, at the size of A and not of the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func gradCAM<Scalar: Real>(
  activations: Tensor<Scalar>, gradient: Tensor<Scalar>
) -> Tensor<Scalar> {
  require(
    activations.rank == 3 && gradient.shape == activations.shape && activations.count > 0,
    "gradCAM: A is \(activations.shape), its gradient \(gradient.shape); both must be "
      + "[channels, height, width] of one image")
  let (channels, height, width) = (
    activations.shape[0], activations.shape[1], activations.shape[2]
  )
  let maps = activations.reshaped([channels, height * width])
  let alpha = gradient.reshaped([channels, height * width]).mean(axis: 1)  // [channels]
  let sum = matmul(alpha.reshaped([1, channels]), maps)  // [1, height·width]
  return sum.map { $0 < 0 ? 0 : $0 }.reshaped([height, width])
}
