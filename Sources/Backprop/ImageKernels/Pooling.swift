// Pooling over windows, for images with samples innermost: [channels, height, width, samples].
// A window that hangs over the border is cut off there, and every inner loop runs over samples.

package import Kernels

/// The sizes of a pooling.
package struct PoolingShape: Sendable, Equatable {
  package let channels, height, width, samples: Int
  package let outputHeight, outputWidth: Int
  package let window, stride, padding: Int

  package init(
    channels: Int, height: Int, width: Int, samples: Int, outputHeight: Int, outputWidth: Int,
    window: Int, stride: Int, padding: Int
  ) {
    let most = 1 << 30
    require(
      1 <= window && window <= most && 1 <= stride && stride <= most && 0 <= padding
        && 2 * padding <= window,
      "PoolingShape: windows of \(window), \(stride) apart, \(padding) over the border; both must be 1 "
        + "or more, the last at most half a window")
    for (output, image) in [(outputHeight, height), (outputWidth, width)] {
      require(
        0 <= output && output <= most
          && (output == 0 || (output - 1) * stride - padding < image),
        "PoolingShape: \(output) windows, \(stride) apart, do not all see an image of \(image)")
    }
    _ = elementCount([channels, height, width, samples], "PoolingShape")
    _ = elementCount([channels, outputHeight, outputWidth, samples], "PoolingShape")
    (self.channels, self.height, self.width) = (channels, height, width)
    (self.samples, self.outputHeight, self.outputWidth) = (samples, outputHeight, outputWidth)
    (self.window, self.stride, self.padding) = (window, stride, padding)
  }

  var inputCount: Int { channels * height * width * samples }
  var outputCount: Int { channels * outputHeight * outputWidth * samples }

  /// Stops with a sentence unless arrays have as many numbers as the input and the output; nil for one
  /// that is not there.
  func requireArrays(input: Int?, outputs: [Int], bytesEach: Int, _ owner: StaticString) {
    require(
      (input == nil || input == inputCount) && outputs.allSatisfy { $0 == outputCount },
      "\(owner): \(input.map { "\($0) numbers" } ?? "nothing") and \(outputs) are not the input and the "
        + "output of a pooling of \(inputCount) to \(outputCount); give as many")
    requireRoom(max(inputCount, outputCount), bytesEach: bytesEach, "\(owner)")
  }

  /// The part of a window that is inside the image, along an axis of some size.
  @inline(__always)
  func inside(_ position: Int, _ size: Int) -> Range<Int> {
    let start = position &* stride &- padding
    return max(start, 0)..<min(start &+ window, size)
  }
}

/// Calls `body` with each place of the output, and the rows and columns of its window.
@inline(__always)
private func forEachWindow(
  _ shape: PoolingShape,
  _ body: (_ channel: Int, _ output: Int, _ rows: Range<Int>, _ columns: Range<Int>) -> Void
) {
  parallel(shape.channels, grain: 1, worth: shape.inputCount > 50_000) { channels in
    for c in channels {
      for y in 0..<shape.outputHeight {
        let rows = shape.inside(y, shape.height)
        for x in 0..<shape.outputWidth {
          let output = ((c &* shape.outputHeight &+ y) &* shape.outputWidth &+ x) &* shape.samples
          body(c, output, rows, shape.inside(x, shape.width))
        }
      }
    }
  }
}

/// The largest number of each window, NaN where one is in it, and where it was: the first such place, counted
/// from 0 row by row in the part of the window that is inside the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func maximumPooling<Scalar: Real>(
  _ x: [Scalar], _ shape: PoolingShape
) -> (y: [Scalar], places: [UInt32]) {
  shape.requireArrays(
    input: x.count, outputs: [], bytesEach: MemoryLayout<Scalar>.stride, "maximumPooling")
  let most = min(shape.window, shape.height) * min(shape.window, shape.width)
  require(
    most <= UInt32.max,
    "maximumPooling: a window sees \(most) numbers; it must be fewer than 2³², to tell them apart")
  if shape.isTwoByTwo { return twoByTwoPooling(x, shape) }
  var result: (y: [Scalar], places: [UInt32]) = (
    unfilled(shape.outputCount), unfilled(shape.outputCount)
  )
  x.withUnsafeBufferPointer { x in
    result.y.withUnsafeMutableBufferPointer { y in
      result.places.withUnsafeMutableBufferPointer { places in
        guard let x = x.baseAddress, let y = y.baseAddress, let places = places.baseAddress else {
          return
        }
        let (samples, width) = (shape.samples, shape.width)
        forEachWindow(shape) { c, output, rows, columns in
          let (best, place) = (y + output, places + output)
          var here: UInt32 = 0
          for row in rows {
            for column in columns {
              let source = x + ((c &* shape.height &+ row) &* width &+ column) &* samples
              for i in 0..<samples {
                let (old, new) = (best[i], source[i])
                let isTaken = here == 0 || isBetter(new, than: old)
                best[i] = isTaken ? new : old
                place[i] = isTaken ? here : place[i]
              }
              here &+= 1
            }
          }
        }
      }
    }
  }
  return result
}

/// The gradient of `maximumPooling`: to the place of each window that it gave.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func maximumPoolingGradient<Scalar: Real>(
  _ dY: [Scalar], places: [UInt32], _ shape: PoolingShape
) -> [Scalar] {
  shape.requireArrays(
    input: nil, outputs: [places.count, dY.count], bytesEach: MemoryLayout<Scalar>.stride,
    "maximumPoolingGradient")
  if shape.isTwoByTwo { return twoByTwoPoolingGradient(dY, places, shape) }
  return [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    dX.initialize(repeating: 0)
    dY.withUnsafeBufferPointer { dY in
      places.withUnsafeBufferPointer { places in
        guard let dX = dX.baseAddress, let dY = dY.baseAddress, let places = places.baseAddress
        else { return }
        let (samples, width) = (shape.samples, shape.width)
        forEachWindow(shape) { c, output, rows, columns in
          let (d, place) = (dY + output, places + output)
          var here: UInt32 = 0
          for row in rows {
            for column in columns {
              let target = dX + ((c &* shape.height &+ row) &* width &+ column) &* samples
              for i in 0..<samples {
                let (old, sum) = (target[i], target[i] + d[i])
                target[i] = place[i] == here ? sum : old
              }
              here &+= 1
            }
          }
        }
      }
    }
  }
}

/// The mean of each window, with the zeros of the padding or without.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func averagePooling<Scalar: Real>(
  _ x: [Scalar], _ shape: PoolingShape, countsPadding: Bool = true
) -> [Scalar] {
  shape.requireArrays(
    input: x.count, outputs: [], bytesEach: MemoryLayout<Scalar>.stride, "averagePooling")
  return [Scalar](unsafeUninitializedCapacity: shape.outputCount) { y, filled in
    filled = shape.outputCount
    y.initialize(repeating: 0)
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      let (samples, width) = (shape.samples, shape.width)
      let whole = shape.window * shape.window
      forEachWindow(shape) { c, output, rows, columns in
        let share = 1 / Scalar(countsPadding ? whole : rows.count &* columns.count)
        let target = y + output
        for row in rows {
          for column in columns {
            let source = x + ((c &* shape.height &+ row) &* width &+ column) &* samples
            for i in 0..<samples { target[i] += source[i] }
          }
        }
        for i in 0..<samples { target[i] *= share }
      }
    }
  }
}

/// The gradient of `averagePooling`: an equal share to every place of the window.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func averagePoolingGradient<Scalar: Real>(
  _ dY: [Scalar], _ shape: PoolingShape, countsPadding: Bool = true
) -> [Scalar] {
  shape.requireArrays(
    input: nil, outputs: [dY.count], bytesEach: MemoryLayout<Scalar>.stride,
    "averagePoolingGradient")
  return [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    dX.initialize(repeating: 0)
    dY.withUnsafeBufferPointer { dY in
      guard let dY = dY.baseAddress, let dX = dX.baseAddress else { return }
      let (samples, width) = (shape.samples, shape.width)
      let whole = shape.window * shape.window
      forEachWindow(shape) { c, output, rows, columns in
        let share = 1 / Scalar(countsPadding ? whole : rows.count &* columns.count)
        let source = dY + output
        for row in rows {
          for column in columns {
            let target = dX + ((c &* shape.height &+ row) &* width &+ column) &* samples
            for i in 0..<samples { target[i] += source[i] * share }
          }
        }
      }
    }
  }
}

/// The mean over all positions, `[channels, positions, samples]` → `[channels, samples]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func positionMeans<Scalar: Real>(
  _ x: [Scalar], channels: Int, positions: Int, samples: Int
) -> [Scalar] {
  let shape = [channels, positions, samples]
  require(
    elementCount(shape, "positionMeans") == x.count,
    "positionMeans: \(x.count) numbers are no images of \(shape); give as many as they hold")
  requireRoom(channels * samples, bytesEach: MemoryLayout<Scalar>.stride, "positionMeans")
  var means = [Scalar](repeating: 0, count: channels * samples)
  means.withUnsafeMutableBufferPointer { means in
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let means = means.baseAddress else { return }
      for c in 0..<channels {
        addColumns(
          positions, samples, x + c &* positions &* samples, to: means + c &* samples)
      }
    }
    for i in means.indices { means[i] /= Scalar(positions) }
  }
  return means
}

/// The gradient of `positionMeans`: an equal share to every position.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
package func positionMeansGradient<Scalar: Real>(
  _ dY: [Scalar], channels: Int, positions: Int, samples: Int
) -> [Scalar] {
  requireMatrix(dY.count, channels, samples, "positionMeansGradient")
  requireRoom(
    elementCount([channels, positions, samples], "positionMeansGradient"),
    bytesEach: MemoryLayout<Scalar>.stride, "positionMeansGradient")
  let share = 1 / Scalar(positions)
  return [Scalar](unsafeUninitializedCapacity: channels * positions * samples) { dX, filled in
    dY.withUnsafeBufferPointer { dY in
      for c in 0..<channels {
        for _ in 0..<positions {
          for i in 0..<samples {
            dX.initializeElement(at: filled &+ i, to: dY[c &* samples &+ i] * share)
          }
          filled &+= samples
        }
      }
    }
  }
}
