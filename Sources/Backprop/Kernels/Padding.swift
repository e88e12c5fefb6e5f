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
public func cropped<Scalar: Real>(
  _ x: [Scalar], channels: Int, height: Int, width: Int, samples: Int, by padding: Int
) -> [Scalar] {
  let (row, wide) = (width &* samples, (width &+ 2 &* padding) &* samples)
  let tall = height &+ 2 &* padding
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
