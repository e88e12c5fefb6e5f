// Zeros around images, and their removal: [channels, height, width, samples].

package import Kernels

/// The images with `padding` rows and columns of zeros on each side.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func padded<Scalar: Real>(
  _ x: [Scalar], channels: Int, height: Int, width: Int, samples: Int, by padding: Int
) -> [Scalar] {
  requireImages(x.count, channels, height, width, samples, by: padding, "padded")
  let (row, wide) = (width &* samples, (width &+ 2 &* padding) &* samples)
  let tall = height &+ 2 &* padding
  requireRoom(
    elementCount([channels, tall, width &+ 2 &* padding, samples], "padded"),
    bytesEach: MemoryLayout<Scalar>.stride, "padded")
  return [Scalar](unsafeUninitializedCapacity: channels * tall * wide) { result, filled in
    filled = channels &* tall &* wide
    x.withUnsafeBufferPointer { x in
      guard let result = result.baseAddress, let x = x.baseAddress else { return }
      let (above, beside) = (padding &* wide, padding &* samples)
      parallel(channels, grain: 1, worth: channels &* tall &* wide > 40_000) { range in
        for c in range {
          var target = result + c &* tall &* wide
          target.initialize(repeating: 0, count: above)
          target += above
          for y in 0..<height {
            target.initialize(repeating: 0, count: beside)
            (target + beside).initialize(from: x + (c &* height &+ y) &* row, count: row)
            (target + (beside &+ row)).initialize(repeating: 0, count: beside)
            target += wide
          }
          target.initialize(repeating: 0, count: above)
        }
      }
    }
  }
}

/// The images without `padding` rows and columns on each side; `height` and `width` are those inside.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func cropped<Scalar: Real>(
  _ x: [Scalar], channels: Int, height: Int, width: Int, samples: Int, by padding: Int
) -> [Scalar] {
  require(
    height >= 0 && width >= 0,
    "cropped: \(height) × \(width) pixels are left; pad before you crop, by as much")
  let (row, wide) = (width &* samples, (width &+ 2 &* padding) &* samples)
  let tall = height &+ 2 &* padding
  requireImages(x.count, channels, tall, width &+ 2 &* padding, samples, by: padding, "cropped")
  return [Scalar](unsafeUninitializedCapacity: channels * height * row) { result, filled in
    filled = channels &* height &* row
    x.withUnsafeBufferPointer { x in
      guard let target = result.baseAddress, let x = x.baseAddress else { return }
      parallel(channels, grain: 1, worth: channels &* height &* row > 40_000) { range in
        for c in range {
          for y in 0..<height {
            let start = (c &* tall &+ y &+ padding) &* wide &+ padding &* samples
            (target + (c &* height &+ y) &* row).initialize(from: x + start, count: row)
          }
        }
      }
    }
  }
}

/// Stops with a sentence unless so many numbers are images of these sizes, and the border has a size.
private func requireImages(
  _ count: Int, _ channels: Int, _ height: Int, _ width: Int, _ samples: Int, by padding: Int,
  _ owner: String
) {
  require(
    0 <= padding && padding <= 1 << 30,
    "\(owner): a border of \(padding); it must be 0 or more, 2³⁰ at most")
  let shape = [channels, height, width, samples]
  require(
    elementCount(shape, owner) == count,
    "\(owner): \(count) numbers are no images of \(shape); give as many as they hold")
}
