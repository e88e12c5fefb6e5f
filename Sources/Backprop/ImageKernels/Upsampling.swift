// Every pixel k×k times, and back: [channels, height, width, samples]. Rows of the smaller images are shared
// out among the threads.

package import Kernels

/// The images k times as high and as wide, y[i, j] = x[⌊i/k⌋, ⌊j/k⌋].
///
/// - Parameters:
///   - x: The images, `[rows, width, samples]`.
///   - rows: The rows of all channels.
///   - width: The pixels of a row.
///   - samples: The numbers of a pixel.
///   - factor: k.
/// - Returns: The larger images, `[k·rows, k·width, samples]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func upsampled<Scalar: Real>(
  _ x: [Scalar], rows: Int, width: Int, samples: Int, by factor: Int
) -> [Scalar] {
  let (small, large) = (width * samples, factor * width * samples)
  requireMatrix(x.count, rows, small, "upsampled")
  let count = elementCount([rows, factor, large], "upsampled")
  requireRoom(count, bytesEach: MemoryLayout<Scalar>.stride, "upsampled")
  return [Scalar](unsafeUninitializedCapacity: count) { y, filled in
    filled = count
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      parallel(rows, grain: 1, worth: count > 40_000) { range in
        for i in range {
          let first = y + i &* factor &* large
          for j in 0..<width {
            for copy in 0..<factor {
              (first + (j &* factor &+ copy) &* samples)
                .initialize(from: x + (i &* small &+ j &* samples), count: samples)
            }
          }
          for copy in 1..<factor {
            (first + copy &* large).initialize(from: first, count: large)
          }
        }
      }
    }
  }
}

/// The gradient of the smaller images: each pixel's is the sum of its k² copies'.
///
/// - Parameters:
///   - dY: The gradient of the larger, `[k·rows, k·width, samples]`.
///   - rows: The rows of all channels of the smaller.
///   - width: The pixels of a row of the smaller.
///   - samples: The numbers of a pixel.
///   - factor: k.
/// - Returns: The gradient of the smaller, `[rows, width, samples]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func upsampledGradient<Scalar: Real>(
  _ dY: [Scalar], rows: Int, width: Int, samples: Int, by factor: Int
) -> [Scalar] {
  let (small, large) = (width * samples, factor * width * samples)
  requireMatrix(dY.count, rows * factor, large, "upsampledGradient")
  return [Scalar](unsafeUninitializedCapacity: rows * small) { dX, filled in
    filled = rows * small
    dY.withUnsafeBufferPointer { dY in
      guard let dY = dY.baseAddress, let dX = dX.baseAddress else { return }
      parallel(rows, grain: 1, worth: rows &* factor &* large > 40_000) { range in
        for i in range {
          let row = dX + i &* small
          row.initialize(repeating: 0, count: small)
          for copy in 0..<factor {
            // forward: y[large] = x[small]
            addPixels(dY + (i &* factor &+ copy) &* large, width, samples, factor, to: row)
          }
        }
      }
    }
  }
}

/// Adds the pixels of a row of the larger images to those of the smaller.
@inline(__always)
private func addPixels<Scalar: Real>(
  _ large: UnsafePointer<Scalar>, _ width: Int, _ samples: Int, _ factor: Int,
  to small: UnsafeMutablePointer<Scalar>
) {
  for j in 0..<width {
    let target = small + j &* samples
    for copy in 0..<factor {
      let source = large + (j &* factor &+ copy) &* samples
      for n in 0..<samples { target[n] += source[n] }
    }
  }
}
