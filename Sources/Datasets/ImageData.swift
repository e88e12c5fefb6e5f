public import Core
import Kernels

/// Grey images with a class each, as MNIST's digits.
public struct ImageData: Equatable, Sendable {
  /// Brightness, 0 (background) to 255 (ink): image after image, row after row.
  public let pixels: [UInt8]
  /// The class of each image, as a place in `classes`.
  public let labels: [Int]
  /// The size of every image, in pixels.
  public let height: Int, width: Int
  /// The names of the classes.
  public let classes: [String]

  /// The number of images.
  public var count: Int { labels.count }

  /// Creates a set of images from their pixels and labels.
  public init(pixels: [UInt8], labels: [Int], height: Int, width: Int, classes: [String]) {
    require(
      height >= 1 && width >= 1 && pixels.count == countOfElements([labels.count, height, width]),
      "ImageData: \(pixels.count) pixels are not \(labels.count) images of \(height) × \(width)")
    require(
      labels.allSatisfy { classes.indices.contains($0) },
      "ImageData: every label must be from 0 to \(classes.count - 1), one of the classes")
    (self.pixels, self.labels, self.classes) = (pixels, labels, classes)
    (self.height, self.width) = (height, width)
  }

  /// The images for a dense network, one a row, scaled to 0…1: pixel / 255, [count, height·width].
  public func inputs<Scalar: Real>(as type: Scalar.Type = Float.self) -> Tensor<Scalar> {
    Tensor(scaled(), shape: [count, height * width])
  }

  /// The images for a convolutional network, of one channel each: [count, 1, height, width].
  public func images<Scalar: Real>(as type: Scalar.Type = Float.self) -> Tensor<Scalar> {
    Tensor(scaled(), shape: [count, 1, height, width])
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  private func scaled<Scalar: Real>() -> [Scalar] {
    [Scalar](unsafeUninitializedCapacity: pixels.count) { result, filled in
      pixels.withUnsafeBufferPointer { pixels in
        for i in pixels.indices { result.initializeElement(at: i, to: Scalar(pixels[i]) / 255) }
      }
      filled = pixels.count
    }
  }

  /// The first images, n of them, or all if there are not so many.
  public func first(_ n: Int) -> ImageData {
    require(n >= 0, "first: \(n) images are asked for; take 0 at least")
    let n = Swift.min(n, count)
    return ImageData(
      pixels: Array(pixels[..<(n * height * width)]), labels: Array(labels[..<n]),
      height: height, width: width, classes: classes)
  }

  /// The images at some places, in that order: a training set's share, a fold.
  public func samples(at places: [Int]) -> ImageData {
    let size = height * width
    var chosen: [UInt8] = []
    chosen.reserveCapacity(places.count * size)
    for place in places {
      require(
        0 <= place && place < count,
        "samples(at:): there is no image \(place), only \(count) from 0")
      chosen += pixels[place * size..<(place + 1) * size]
    }
    return ImageData(
      pixels: chosen, labels: places.map { labels[$0] },
      height: height, width: width, classes: classes)
  }
}
