package import Core

/// Images as exercises have them: `[channels, height, width, m]` → `[m, channels, height, width]`.
package func samplesFirst(_ images: Tensor<Double>) -> Tensor<Double> {
  ImagesIn<Double>().backward(images, ()).dInput
}

/// Images as layers have them: `[m, channels, height, width]` → `[channels, height, width, m]`.
package func samplesLast(_ images: Tensor<Double>) -> Tensor<Double> { ImagesIn<Double>()(images) }
