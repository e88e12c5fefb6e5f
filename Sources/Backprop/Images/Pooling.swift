// Pooling: one number for each window of a channel. Samples are innermost, [channels, h, w, m].

public import Core
import ImageKernels
import Kernels

/// Square windows that move over an image.
public struct PoolingGeometry: Sendable, Equatable {
  /// The height and width of a window.
  public let window: Int
  /// How far the window moves; windows overlap where it is less than their size.
  public let stride: Int
  /// How far windows may reach over the border, half their size at most.
  public let padding: Int

  /// - Parameters:
  ///   - window: The height and width of a window.
  ///   - stride: How far it moves; its own size if none is given.
  ///   - padding: How far it may reach over the border.
  public init(window: Int, stride: Int? = nil, padding: Int = 0) {
    let stride = stride ?? window
    requireSize(window, "pooling: a window")
    require(stride >= 1, "pooling: a stride of \(stride) does not move; it must be 1 or more")
    requireSize(stride, "pooling: a stride")
    require(
      0 <= padding && padding <= window / 2,
      "pooling: a padding of \(padding); for a window of \(window) it must be 0 to \(window / 2), "
        + "else a window could lie outside the image")
    (self.window, self.stride, self.padding) = (window, stride, padding)
  }

  /// The size of the output along an axis of n pixels: ⌊(n + 2p - k)/s⌋ + 1.
  public func outputSize(_ n: Int) -> Int {
    require(
      1 <= n && n <= Int.max - 2 * padding,
      "pooling: an image of \(n) pixels; it must have 1 or more, and fewer than can be counted")
    require(
      window <= n + 2 * padding,
      "pooling: a window of \(window) does not fit into \(n + 2 * padding) pixels; use a smaller one"
    )
    return (n + 2 * padding - window) / stride + 1
  }

  /// The sizes, as the kernels want them.
  func shape(_ name: String, _ x: [Int]) -> PoolingShape {
    require(
      x.count == 4, "\(name): the input is \(x); it must be [channels, height, width, m]")
    return PoolingShape(
      channels: x[0], height: x[1], width: x[2], samples: x[3], outputHeight: outputSize(x[1]),
      outputWidth: outputSize(x[2]), window: window, stride: stride, padding: padding)
  }

  /// The same sizes for backward, where the gradient must have the output's shape.
  func shape(_ name: String, _ x: [Int], gradient dY: [Int]) -> PoolingShape {
    let shape = shape(name, x)
    require(
      dY == shape.output,
      "\(name) backward: dY is \(dY), should be \(shape.output), the output's shape")
    return shape
  }
}

extension PoolingShape {
  fileprivate var input: [Int] { [channels, height, width, samples] }
  fileprivate var output: [Int] { [channels, outputHeight, outputWidth, samples] }
}

/// The largest number of each window.
///
/// Its gradient goes to the place of that number, to the first in row-major order where several are
/// equally large; where windows overlap, what each sends adds up. Padding is never the largest.
public struct MaxPool2d<Scalar: Real>: Layer, Sendable {
  public let geometry: PoolingGeometry

  /// Where in its window each output was found, which is all that backward needs.
  public struct Cache: Sendable {
    /// The shape of the layer's input.
    public let shape: [Int]
    /// How the windows of the places lay.
    public let geometry: PoolingGeometry
    let places: [UInt32]
  }

  /// - Parameters:
  ///   - window: The height and width of a window.
  ///   - stride: How far it moves; its own size if none is given.
  ///   - padding: How far it may reach over the border.
  public init(_ window: Int, stride: Int? = nil, padding: Int = 0) {
    geometry = PoolingGeometry(window: window, stride: stride, padding: padding)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let shape = geometry.shape("MaxPool2d", x.shape)
    let (y, places) = maximumPooling(x.storage, shape)
    return (
      Tensor(y, shape: shape.output), Cache(shape: x.shape, geometry: geometry, places: places)
    )
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    require(
      cache.geometry == geometry,
      "MaxPool2d backward: a cache of windows of \(cache.geometry.window), "
        + "\(cache.geometry.stride) apart, \(cache.geometry.padding) over the border, in a layer of "
        + "\(geometry.window), \(geometry.stride) and \(geometry.padding); give it the cache of its own "
        + "forward pass")
    let shape = geometry.shape("MaxPool2d", cache.shape, gradient: dY.shape)
    // forward: y = max over the window of x
    let dX = maximumPoolingGradient(dY.storage, places: cache.places, shape)
    return (Tensor(dX, shape: shape.input), NoParameters())
  }
}

/// The mean of each window, whose gradient is shared out equally.
///
/// Zeros of the padding count, and pull the mean at the border down; with `countsPadding: false` it is
/// the mean of the pixels inside alone: y = (Σ over the pixels inside)/(how many they are).
public struct AveragePool2d<Scalar: Real>: Layer, Sendable {
  public let geometry: PoolingGeometry
  /// Whether the divisor is k² everywhere, or at the border the number of pixels inside.
  public let countsPadding: Bool

  /// The shape of the layer's input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 4, "AveragePool2d.Cache")
      self.shape = shape
    }
  }

  /// - Parameters:
  ///   - window: The height and width of a window.
  ///   - stride: How far it moves; its own size if none is given.
  ///   - padding: How far it may reach over the border.
  ///   - countsPadding: Whether the zeros there count.
  public init(_ window: Int, stride: Int? = nil, padding: Int = 0, countsPadding: Bool = true) {
    geometry = PoolingGeometry(window: window, stride: stride, padding: padding)
    self.countsPadding = countsPadding
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let shape = geometry.shape("AveragePool2d", x.shape)
    let y = averagePooling(x.storage, shape, countsPadding: countsPadding)
    return (Tensor(y, shape: shape.output), Cache(shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let shape = geometry.shape("AveragePool2d", cache.shape, gradient: dY.shape)
    // forward: y = (Σ over the window of x)/k², or by the number of pixels inside
    let dX = averagePoolingGradient(dY.storage, shape, countsPadding: countsPadding)
    return (Tensor(dX, shape: shape.input), NoParameters())
  }
}

/// The mean of each channel over all positions: `[channels, height, width, m]` → `[m, channels]`.
///
/// Source: Lin, Chen, Yan, "Network In Network", ICLR 2014, section 3.2.
public struct GlobalAveragePool<Scalar: Real>: Layer, Sendable {
  /// The shape of the layer's input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 4, "GlobalAveragePool.Cache")
      self.shape = shape
    }
  }

  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 4 && x.shape[1] * x.shape[2] > 0,
      "GlobalAveragePool: the input is \(x.shape); it must be [channels, height, width, m], with a "
        + "pixel at least")
    let means = positionMeans(
      x.storage, channels: x.shape[0], positions: x.shape[1] * x.shape[2], samples: x.shape[3])
    let y = Tensor(means, shape: [x.shape[0], x.shape[3]]).transposed  // [m, channels]
    return (y, Cache(shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let shape = cache.shape
    require(
      shape[1] * shape[2] > 0,
      "GlobalAveragePool backward: the input's shape is \(shape); it must have a pixel at least")
    require(
      dY.shape == [shape[3], shape[0]],
      "GlobalAveragePool backward: dY is \(dY.shape), should be [\(shape[3]), \(shape[0])]")
    // forward: y[n, c] = (Σ over positions of x[c, h, w, n])/(height·width)
    let dX = positionMeansGradient(
      dY.transposed.storage, channels: shape[0], positions: shape[1] * shape[2], samples: shape[3])
    return (Tensor(dX, shape: shape), NoParameters())
  }
}
