public import Core
import Kernels

// The two borders of a convolutional network. Outside, a batch is [m, …], as everywhere; inside,
// samples are innermost, so that the loops of a convolution have nothing but whole rows of samples
// to work on. A transpose at each border is all that it costs.

/// Images into a convolutional network: `[m, channels, height, width]` → `[channels, height, width, m]`.
public struct ImagesIn<Scalar: Real>: Layer, Sendable {
  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Void) {
    require(
      x.rank == 4, "ImagesIn: the input is \(x.shape); it must be [m, channels, height, width]")
    let (m, image) = (x.shape[0], Array(x.shape[1...]))
    let rows = x.reshaped([m, image.reduce(1, *)])
    return (rows.transposed.reshaped(image + [m]), ())
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Void
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    require(
      dY.rank == 4, "ImagesIn backward: dY is \(dY.shape); it must be [channels, height, width, m]")
    let (image, m) = (Array(dY.shape[..<3]), dY.shape[3])
    // forward: y[c, h, w, n] = x[n, c, h, w]
    let dX = dY.reshaped([image.reduce(1, *), m]).transposed.reshaped([m] + image)
    return (dX, NoParameters())
  }
}

/// Feature maps out of a convolutional network, as the rows of a matrix:
/// `[channels, height, width, m]` → `[m, channels·height·width]`.
///
/// The features of a sample are in the order channel, row, column.
public struct Flatten<Scalar: Real>: Layer, Sendable {
  /// The shape of the input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 4, "Flatten.Cache")
      self.shape = shape
    }
  }

  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 4, "Flatten: the input is \(x.shape); it must be [channels, height, width, m]")
    let y = x.reshaped([x.shape[..<3].reduce(1, *), x.shape[3]]).transposed  // [m, features]
    return (y, Cache(shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let expected = [cache.shape[3], cache.shape[..<3].reduce(1, *)]
    require(
      dY.shape == expected,
      "Flatten backward: dY is \(dY.shape), should be \(expected), the output's shape")
    // forward: y[n, (c, h, w)] = x[c, h, w, n]
    return (dY.transposed.reshaped(cache.shape), NoParameters())
  }
}
