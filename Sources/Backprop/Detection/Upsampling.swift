// From few pixels to more, beside what the way down has kept: the right half of a U-Net.

public import Core
import ImageKernels
import Kernels

/// Every pixel k×k times: `[channels, h, w, m]` → `[channels, k·h, k·w, m]`, y[i, j] = x[⌊i/k⌋, ⌊j/k⌋].
///
/// A pixel that is used k² times gets the sum of k² gradients.
public struct UpsampleNearest<Scalar: Real>: Layer, Sendable {
  /// k.
  public let factor: Int

  /// The shape of the layer's input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 4, "UpsampleNearest.Cache")
      self.shape = shape
    }
  }

  public init(_ factor: Int = 2) {
    requireSize(factor, "UpsampleNearest: a factor")
    self.factor = factor
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 4,
      "UpsampleNearest: the input is \(x.shape); it must be [channels, height, width, m]"
    )
    let shape = enlarged(x.shape)
    let y = upsampled(
      x.storage, rows: x.shape[0] * x.shape[1], width: x.shape[2], samples: x.shape[3], by: factor)
    return (Tensor(y, shape: shape), Cache(shape: x.shape))
  }

  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let expected = enlarged(cache.shape)
    require(
      dY.shape == expected,
      "UpsampleNearest backward: dY is \(dY.shape), should be \(expected), the output's shape")
    let x = cache.shape
    // forward: y[i, j] = x[⌊i/k⌋, ⌊j/k⌋]
    // so:      dx[i, j] = the sum of dy over its k² copies
    let dX = upsampledGradient(
      dY.storage, rows: x[0] * x[1], width: x[2], samples: x[3], by: factor)
    return (Tensor(dX, shape: x), NoParameters())
  }

  private func enlarged(_ x: [Int]) -> [Int] {
    requireSize(x[1], atLeast: 0, "UpsampleNearest: a height")
    requireSize(x[2], atLeast: 0, "UpsampleNearest: a width")
    return [x[0], factor * x[1], factor * x[2], x[3]]
  }
}

/// A way down and up again, and beside it the input as it was: y = [F(x), x], put behind each other as
/// channels.
///
/// x goes two ways, so its gradients add: what comes back through F, and the last channels of dy. F must
/// keep height and width, as pooling followed by a transposed convolution does.
///
/// Source: Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015, section 2.
public struct SkipConcatenation<Body: Layer>: Layer where Body: TensorLayer<Body.Scalar> {
  public typealias Scalar = Body.Scalar
  /// F's cache, and the shape of the input.
  public typealias Cache = (body: Body.Cache, shape: [Int])

  /// F.
  public var body: Body

  public init(_ body: Body) { self.body = body }

  public var parameters: Body.Parameters { body.parameters }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let (deep, cache) = body.forward(x, in: &context)
    require(
      x.rank == 4 && deep.rank == 4 && deep.shape[1...] == x.shape[1...],
      "SkipConcatenation: the body makes \(deep.shape) of \(x.shape); both must be "
        + "[channels, height, width, m] with the same height, width and m; an odd size, halved and "
        + "doubled, is one short: take sizes that can be halved as often as the body does")
    let y = joined(deep.storage[...], x.storage[...])
    return (Tensor(y, shape: [deep.shape[0] + x.shape[0]] + deep.shape[1...]), (cache, x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: Body.Parameters) {
    // forward: y = [F(x), x]
    // so:      dx = (dx through F) + (the last channels of dy)
    let (dDeep, dSkip) = split(dY, cache)
    let (dX, gradient) = body.backward(dDeep, cache.body)
    return (dX + dSkip, gradient)
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> Body.Parameters {
    body.gradient(split(dY, cache).dDeep, cache.body)
  }

  /// The two parts of ∂loss/∂y: F's channels, and those of x.
  private func split(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dDeep: Tensor<Scalar>, dSkip: Tensor<Scalar>) {
    let x = cache.shape
    require(
      dY.rank == 4 && x.count == 4 && dY.shape[0] >= x[0] && dY.shape[1...] == x[1...],
      "SkipConcatenation backward: dY is \(dY.shape), should be the output's shape, whose last "
        + "channels are the input's, \(x)")
    let deep = dY.shape[0] - x[0]
    let place = deep * x[1...].reduce(1, *)
    return (
      Tensor(joined(dY.storage[..<place]), shape: [deep] + x[1...]),
      Tensor(joined(dY.storage[place...]), shape: x)
    )
  }

  public mutating func visit(
    _ other: Body.Parameters,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    self.body.visit(other, body)
  }

  public mutating func observe(_ cache: Cache) { body.observe(cache.body) }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    self.body.visitState(body)
  }
}

extension SkipConcatenation: Sendable where Body: Sendable {}

/// The positions of feature maps as the rows of a matrix: `[channels, height, width, m]` →
/// `[height·width·m, channels]`.
///
/// Each cell of a detector and each pixel of a mask is then a row of its own, in the order row, column,
/// sample, and losses of rows are losses of cells.
public struct PositionsAsRows<Scalar: Real>: Layer, Sendable {
  /// The shape of the layer's input.
  public struct Cache: Sendable {
    public let shape: [Int]

    public init(shape: [Int]) {
      requireShape(shape, rank: 4, "PositionsAsRows.Cache")
      self.shape = shape
    }
  }

  public init() {}

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    require(
      x.rank == 4,
      "PositionsAsRows: the input is \(x.shape); it must be [channels, height, width, m]"
    )
    let channels = x.reshaped([x.shape[0], x.shape[1...].reduce(1, *)])
    let y = channels.transposed  // [height·width·m, channels]
    return (y, Cache(shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: NoParameters<Scalar>) {
    let expected = [cache.shape[1...].reduce(1, *), cache.shape[0]]
    require(
      dY.shape == expected,
      "PositionsAsRows backward: dY is \(dY.shape), should be \(expected), the output's shape")
    // forward: y[(i, j, n), c] = x[c, i, j, n]
    return (dY.transposed.reshaped(cache.shape), NoParameters())
  }
}
