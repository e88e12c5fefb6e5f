public import Core
import Kernels

/// Images as sequences: each patch of p × p pixels becomes a vector, with a class token in front.
///
///     y₀ = class + P₀   yₛ = patchₛ·W + b + Pₛ
///
/// Images are `[m, c, h, w]`, the output `[m, 1 + patches, d]`. Patches go row by row; within one the
/// order is channel, row, column.
///
/// Source: Dosovitskiy et al., "An image is worth 16x16 words", 2021, equation 1.
public struct PatchEmbedding<Scalar: Real>: Layer, Sendable {
  public var parameters: PatchParameters<Scalar>
  /// p.
  public let size: Int

  /// The patches, `[m·patches, c·p·p]`, and the shape of the images.
  public struct Cache: Sendable {
    public let patches: Tensor<Scalar>
    public let shape: [Int]
  }

  public init(_ parameters: PatchParameters<Scalar>, size: Int) {
    requireSize(size, "PatchEmbedding: the side of a patch")
    (self.parameters, self.size) = (parameters, size)
    requireParameters()
  }

  /// A layer with random weights, for images of a shape `[c, h, w]`.
  public init(
    images shape: [Int], size: Int, width: Int, using generator: inout some RandomNumberGenerator
  ) {
    requireSize(width, "PatchEmbedding: a width")
    requirePatches(shape, size)
    let (inputs, count) = (shape[0] * size * size, shape[1] / size * (shape[2] / size))
    self.init(
      PatchParameters(
        projection: Dense<Scalar>(inputs, width, .glorot, using: &generator).parameters,
        classToken: Tensor(standardDeviation: 0.02, shape: [width], using: &generator),
        positions: Tensor(standardDeviation: 0.02, shape: [1 + count, width], using: &generator)),
      size: size)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    let (positions, width) = (parameters.positions, parameters.classToken.count)
    require(x.rank == 4, "PatchEmbedding: the images are \(x.shape); they must be [m, c, h, w]")
    requirePatches(Array(x.shape.dropFirst()), size)
    let patches = patchRows(x, size: size)
    let (m, count) = (x.shape[0], positions.rows - 1)
    require(
      patches.shape == [m * count, parameters.projection.weight.rows],
      "PatchEmbedding: images \(x.shape) have patches \(patches.shape); with W "
        + "\(parameters.projection.weight.shape) and positions \(positions.shape) they must be "
        + "[m·\(count), \(parameters.projection.weight.rows)]")
    let projected = matmul(patches, parameters.projection.weight) + parameters.projection.bias
    var y = Tensor<Scalar>(shape: [m, 1 + count, width])
    for sample in 0..<m {
      let start = sample * (1 + count) * width
      for j in 0..<width {
        y.storage[start + j] = parameters.classToken.storage[j] + positions.storage[j]
      }
      for j in 0..<count * width {
        y.storage[start + width + j] =
          projected.storage[sample * count * width + j] + positions.storage[width + j]
      }
    }
    return (y, Cache(patches: patches, shape: x.shape))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: PatchParameters<Scalar>) {
    let (dProjected, gradient) = gradients(dY, cache)
    // forward: projected = patches·W + b
    let dPatches = matmul(dProjected, transposed: parameters.projection.weight)
    return (imagesOfPatches(dPatches, shape: cache.shape, size: size), gradient)
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> PatchParameters<Scalar> {
    gradients(dY, cache).gradient
  }

  private func gradients(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dProjected: Tensor<Scalar>, gradient: PatchParameters<Scalar>) {
    requireParameters()
    let (m, places) = (cache.shape[0], parameters.positions.rows)
    let width = parameters.classToken.count
    require(
      dY.shape == [m, places, width],
      "PatchEmbedding backward: dY is \(dY.shape), should be [\(m), \(places), \(width)]")
    // forward: the same positions and the same class token in every sample
    let dPositions = dY.reshaped([m, places * width]).sum(axis: 0).reshaped([places, width])
    let dClass = dPositions.rows(0..<1).reshaped([width])
    // forward: projected = patches·W + b, in all places but the first
    let rows = dY.reshaped([m * places, width])
    let dProjected = rows.rows((0..<m * places).filter { $0 % places > 0 })  // [m·patches, d]
    let dW = matmul(transposed: cache.patches, dProjected)
    return (
      dProjected,
      PatchParameters(
        projection: WeightAndBias(weight: dW, bias: dProjected.sum(axis: 0)), classToken: dClass,
        positions: dPositions)
    )
  }

  public mutating func visit(
    _ other: PatchParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  private func requireParameters() {
    let (weight, width) = (parameters.projection.weight, parameters.classToken.count)
    require(
      weight.rank == 2 && weight.columns == width && parameters.projection.bias.shape == [width]
        && parameters.classToken.rank == 1 && parameters.positions.rank == 2
        && parameters.positions.columns == width && parameters.positions.rows >= 2,
      "PatchEmbedding: W \(weight.shape), b \(parameters.projection.bias.shape), class token "
        + "\(parameters.classToken.shape) and positions \(parameters.positions.shape) must be "
        + "[c·p·p, d], [d], [d] and [1 + patches, d]")
  }
}

/// The parameters of a patch embedding.
public struct PatchParameters<Scalar: Real>: ParameterSet {
  /// W, `[c·p·p, d]`, and b, `[d]`.
  public var projection: WeightAndBias<Scalar>
  /// What stands in front of the patches, `[d]`.
  public var classToken: Tensor<Scalar>
  /// One row for each place, `[1 + patches, d]`.
  public var positions: Tensor<Scalar>

  public init(
    projection: WeightAndBias<Scalar>, classToken: Tensor<Scalar>, positions: Tensor<Scalar>
  ) {
    (self.projection, self.classToken, self.positions) = (projection, classToken, positions)
  }

  public mutating func visit(
    _ other: PatchParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    projection.visit(other.projection) { body("projection.\($0)", &$1, $2) }
    body("classToken", &classToken, other.classToken)
    body("positions", &positions, other.positions)
  }
}

/// Images cut into patches: `[m, c, h, w]` → `[m·patches, c·p·p]`.
public func patchRows<Scalar>(_ images: Tensor<Scalar>, size p: Int) -> Tensor<Scalar> {
  require(images.rank == 4, "patchRows: the images are \(images.shape); they must be [m, c, h, w]")
  requirePatches(Array(images.shape.dropFirst()), p)
  let places = patchPlaces(images.shape, p)
  let width = images.shape[1] * p * p
  return Tensor(places.map { images.storage[$0] }, shape: [places.count / width, width])
}

/// What undoes `patchRows`: each pixel belongs to one patch.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func imagesOfPatches<Scalar>(
  _ rows: Tensor<Scalar>, shape: [Int], size p: Int
) -> Tensor<Scalar> {
  require(shape.count == 4, "imagesOfPatches: a shape of \(shape); it must be [m, c, h, w]")
  requirePatches(Array(shape.dropFirst()), p)
  var images = Tensor<Scalar>(shape: shape)
  require(
    rows.rank == 2 && rows.columns == shape[1] * p * p && rows.count == images.count,
    "imagesOfPatches: patches \(rows.shape) make no images \(shape)")
  for (place, pixel) in patchPlaces(shape, p).enumerated() {
    images.storage[pixel] = rows.storage[place]
  }
  return images
}

/// Where each number of the patches stands in the images.
private func patchPlaces(_ shape: [Int], _ p: Int) -> [Int] {
  let (m, c, h, w) = (shape[0], shape[1], shape[2], shape[3])
  var places = [Int]()
  places.reserveCapacity(m * c * h * w)
  for sample in 0..<m {
    for top in stride(from: 0, to: h, by: p) {
      for left in stride(from: 0, to: w, by: p) {
        for channel in 0..<c {
          for y in top..<top + p {
            let row = ((sample * c + channel) * h + y) * w
            for x in left..<left + p { places.append(row + x) }
          }
        }
      }
    }
  }
  return places
}

private func requirePatches(_ shape: [Int], _ p: Int) {
  require(
    shape.count == 3 && p >= 1 && shape.allSatisfy { $0 >= 1 } && shape[1] % p == 0
      && shape[2] % p == 0,
    "patches of \(p) × \(p) from images \(shape); the images must be [c, h, w], with h and w multiples "
      + "of \(p)")
}
