// Zeros around images, and their removal: [channels, height, width, samples].

/// The images with `padding` rows and columns of zeros on each side.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func padded<Scalar: Real>(
  _ x: [Scalar], channels: Int, height: Int, width: Int, samples: Int, by padding: Int
) -> [Scalar] {
  let (row, wide) = (width &* samples, (width &+ 2 &* padding) &* samples)
  let tall = height &+ 2 &* padding
  return [Scalar](unsafeUninitializedCapacity: channels * tall * wide) { result, filled in
    filled = channels &* tall &* wide
    result.initialize(repeating: 0)
    x.withUnsafeBufferPointer { x in
      guard let target = result.baseAddress, let x = x.baseAddress else { return }
      for c in 0..<channels {
        for y in 0..<height {
          let start = (c &* tall &+ y &+ padding) &* wide &+ padding &* samples
          (target + start).update(from: x + (c &* height &+ y) &* row, count: row)
        }
      }
    }
  }
}

/// The images without `padding` rows and columns on each side; `height` and `width` are those inside.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func cropped<Scalar: Real>(
  _ x: [Scalar], channels: Int, height: Int, width: Int, samples: Int, by padding: Int
) -> [Scalar] {
  let (row, wide) = (width &* samples, (width &+ 2 &* padding) &* samples)
  let tall = height &+ 2 &* padding
  return [Scalar](unsafeUninitializedCapacity: channels * height * row) { result, filled in
    filled = channels &* height &* row
    x.withUnsafeBufferPointer { x in
      guard let target = result.baseAddress, let x = x.baseAddress else { return }
      for c in 0..<channels {
        for y in 0..<height {
          let start = (c &* tall &+ y &+ padding) &* wide &+ padding &* samples
          (target + (c &* height &+ y) &* row).initialize(from: x + start, count: row)
        }
      }
    }
  }
}
