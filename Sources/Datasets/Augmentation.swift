public import Core
import Kernels

// More training images out of those that there are: a shifted 7 is still a 7.

/// Moves each image by a random whole number of pixels, up to `most` in each direction.
///
/// What leaves on one side is gone, and what comes in on the other is background, 0. Each shift is
/// drawn evenly from -most…most, first down, then to the right.
///
/// - Parameters:
///   - images: One image a row, as `ImageData.inputs` gives them, `[m, height·width]`.
///   - height: The height of every image.
///   - width: The width of every image.
///   - most: The longest shift, in pixels.
///   - generator: The source of randomness.
/// - Returns: The moved images, same shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func randomlyShifted<Scalar: Real>(
  _ images: Tensor<Scalar>, height: Int, width: Int, upTo most: Int,
  using generator: inout SplitMix64
) -> Tensor<Scalar> {
  let size = countOfElements([height, width])
  require(
    images.rank == 2 && images.shape[1] == size,
    "randomlyShifted: \(images.shape) are not images of \(height) × \(width), one a row")
  require(
    0 <= most && most <= 1 << 30,
    "randomlyShifted: a shift of up to \(most) pixels; take 0 at least, 2³⁰ at most")
  let source = images.scalars
  var moved = [Scalar](repeating: 0, count: source.count)
  for image in 0..<images.shape[0] {
    let down = generator.integer(below: 2 * most + 1) - most
    let right = generator.integer(below: 2 * most + 1) - most
    let start = image * height * width
    for y in max(0, down)..<max(0, down, min(height, height + down)) {
      for x in max(0, right)..<max(0, right, min(width, width + right)) {
        moved[start + y * width + x] = source[start + (y - down) * width + x - right]
      }
    }
  }
  return Tensor(moved, shape: images.shape)
}
