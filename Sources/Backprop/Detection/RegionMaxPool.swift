public import Core
import Kernels

/// A part of one image's feature map: whole cells, columns x₁ ..< x₂ and rows y₁ ..< y₂.
public struct Region: Sendable, Equatable {
  /// Which image of the batch.
  public var image: Int
  public var x1: Int, y1: Int, x2: Int, y2: Int

  public init(image: Int, x1: Int, y1: Int, x2: Int, y2: Int) {
    (self.image, self.x1, self.y1, self.x2, self.y2) = (image, x1, y1, x2, y2)
  }
}

/// Regions of any size as images of one size: each is divided into P×P bins, and of each bin the largest
/// number is kept.
///
/// Bin i of a region of H rows has the rows y₁ + ⌊i·H/P⌋ ..< y₁ + ⌈(i + 1)·H/P⌉, and likewise its columns.
/// No bin is empty; neighbouring bins share cells where P does not divide H.
///
/// Source: Girshick, "Fast R-CNN", ICCV 2015, section 2.1.
///
/// - Parameters:
///   - x: Feature maps, `[m, channels, height, width]`.
///   - regions: r of them, each within its image and with a cell at least.
///   - bins: P.
/// - Returns: y, `[r, channels, P, P]`, and for backward the place in x of each largest number: the first
///   in row-major order where several are equally large.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func regionMaxPool<Scalar>(
  _ x: Tensor<Scalar>, regions: [Region], bins: Int
) -> (output: Tensor<Scalar>, places: [Int]) {
  requireRegions(x.shape, regions, bins)
  let (channels, height, width) = (x.shape[1], x.shape[2], x.shape[3])
  var y = Tensor<Scalar>(shape: [regions.count, channels, bins, bins])
  var places = [Int](repeating: 0, count: y.count)
  var output = 0
  for region in regions {
    for c in 0..<channels {
      let plane = (region.image * channels + c) * height * width
      for i in 0..<bins {
        let rows = bin(i, of: bins, from: region.y1, to: region.y2)
        for j in 0..<bins {
          let columns = bin(j, of: bins, from: region.x1, to: region.x2)
          var best = plane + rows.lowerBound * width + columns.lowerBound
          for row in rows {
            for column in columns {
              let place = plane + row * width + column
              // A NaN is the largest, the first of several too.
              if x.storage[best].isNaN { break }
              if x.storage[place] > x.storage[best] || x.storage[place].isNaN { best = place }
            }
          }
          (y.storage[output], places[output]) = (x.storage[best], best)
          output += 1
        }
      }
    }
  }
  return (y, places)
}

/// The gradient of `regionMaxPool`: that of each bin goes to the cell whose number it kept.
///
/// Where bins or regions overlap, one cell may be kept several times, and what they send adds.
///
/// Source: Girshick, "Fast R-CNN", ICCV 2015, equation 4.
///
/// - Parameters:
///   - dY: ∂loss/∂y, `[r, channels, P, P]`.
///   - x: Feature maps, `[m, channels, height, width]`.
///   - regions: r of them.
/// - Returns: ∂loss/∂x, in x's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func regionMaxPoolBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, regions: [Region]
) -> Tensor<Scalar> {
  require(
    dY.rank == 4 && dY.shape[2] == dY.shape[3],
    "regionMaxPool backward: dY is \(dY.shape); it must be [regions, channels, bins, bins]")
  let (_, places) = regionMaxPool(x, regions: regions, bins: dY.shape[2])
  return regionMaxPoolBackward(dY, places: places, inputShape: x.shape)
}

/// The same with the places that the forward pass has found.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func regionMaxPoolBackward<Scalar>(
  _ dY: Tensor<Scalar>, places: [Int], inputShape: [Int]
) -> Tensor<Scalar> {
  require(
    dY.count == places.count,
    "regionMaxPool backward: dY is \(dY.shape), with \(places.count) places; it must have as many numbers"
  )
  var dX = Tensor<Scalar>(shape: inputShape)
  for (output, place) in places.enumerated() {
    require(
      0 <= place && place < dX.count,
      "regionMaxPool backward: place \(place) is outside an input of shape \(inputShape)")
    // forward: y[output] = x[place], the largest of its bin
    dX.storage[place] += dY.storage[output]
  }
  return dX
}

/// The cells of bin i of so many: first + ⌊i·n/P⌋ ..< first + ⌈(i + 1)·n/P⌉, of n = end - first cells.
@inline(__always)
private func bin(_ i: Int, of count: Int, from first: Int, to end: Int) -> Range<Int> {
  let n = end - first
  return first + i * n / count..<first + ((i + 1) * n + count - 1) / count
}

private func requireRegions(_ x: [Int], _ regions: [Region], _ bins: Int) {
  require(
    x.count == 4, "regionMaxPool: the input is \(x); it must be [m, channels, height, width]")
  requireSize(bins, "regionMaxPool: a number of bins")
  for region in regions {
    require(
      0 <= region.image && region.image < x[0] && 0 <= region.x1 && region.x1 < region.x2
        && region.x2 <= x[3] && 0 <= region.y1 && region.y1 < region.y2 && region.y2 <= x[2],
      "regionMaxPool: image \(region.image), columns \(region.x1)..<\(region.x2), rows "
        + "\(region.y1)..<\(region.y2) is no region of \(x[0]) image(s) of \(x[2])×\(x[3]) cells; it must "
        + "lie within, with a cell at least")
  }
}
