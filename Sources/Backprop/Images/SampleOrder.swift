package import Core

/// Images as exercises have them: `[channels, height, width, m]` → `[m, channels, height, width]`.
package func samplesFirst<Scalar>(_ images: Tensor<Scalar>) -> Tensor<Scalar> {
  ImagesIn<Scalar>().backward(images, ()).dInput
}

/// Images as layers have them: `[m, channels, height, width]` → `[channels, height, width, m]`.
package func samplesLast<Scalar>(_ images: Tensor<Scalar>) -> Tensor<Scalar> {
  ImagesIn<Scalar>()(images)
}
