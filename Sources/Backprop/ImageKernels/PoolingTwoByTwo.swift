// Max pooling in windows of 2 × 2 that lie side by side, as most networks have it. Every number is in
// one window, so the four of a window are compared in registers, and each gradient is written once.

import Kernels

extension PoolingShape {
  /// Whether windows of 2 × 2 cover the image, and no number is in two of them.
  var isTwoByTwo: Bool {
    window == 2 && stride == 2 && padding == 0 && height % 2 == 0 && width % 2 == 0
  }
}

/// Calls `body` with the first number of each window: its place in the input and in the output.
@inline(__always)
private func forEachPair(_ shape: PoolingShape, _ body: (_ input: Int, _ output: Int) -> Void) {
  let (samples, columns) = (shape.samples, shape.outputWidth)
  let rows = shape.channels &* shape.outputHeight
  parallel(rows, grain: 1, worth: shape.inputCount > 50_000) { range in
    for row in range {
      for column in 0..<columns {
        body(
          (row &* 2 &* shape.width &+ column &* 2) &* samples, (row &* columns &+ column) &* samples
        )
      }
    }
  }
}

/// The better of two numbers, each with its place: the larger, or the first NaN.
@inline(__always)
private func better<Scalar: Real>(
  _ old: (value: Scalar, place: UInt32), _ new: Scalar, _ place: UInt32
) -> (value: Scalar, place: UInt32) {
  let isTaken = isBetter(new, than: old.value)
  return (isTaken ? new : old.value, isTaken ? place : old.place)
}

/// `maximumPooling` where windows of 2 × 2 cover the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func twoByTwoPooling<Scalar: Real>(
  _ x: [Scalar], _ shape: PoolingShape
) -> (y: [Scalar], places: [UInt32]) {
  var result: (y: [Scalar], places: [UInt32]) = (
    unfilled(shape.outputCount), unfilled(shape.outputCount)
  )
  x.withUnsafeBufferPointer { x in
    result.y.withUnsafeMutableBufferPointer { y in
      result.places.withUnsafeMutableBufferPointer { places in
        guard let x = x.baseAddress, let y = y.baseAddress, let places = places.baseAddress else {
          return
        }
        let (samples, below) = (shape.samples, shape.width &* shape.samples)
        forEachPair(shape) { input, output in
          let (upper, lower) = (x + input, x + (input &+ below))
          let (target, place) = (y + output, places + output)
          for i in 0..<samples {
            var best = better((upper[i], 0), upper[i &+ samples], 1)
            best = better(best, lower[i], 2)
            (target[i], place[i]) = better(best, lower[i &+ samples], 3)
          }
        }
      }
    }
  }
  return result
}

/// `maximumPoolingGradient` where windows of 2 × 2 cover the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func twoByTwoPoolingGradient<Scalar: Real>(
  _ dY: [Scalar], _ places: [UInt32], _ shape: PoolingShape
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    dY.withUnsafeBufferPointer { dY in
      places.withUnsafeBufferPointer { places in
        guard let dX = dX.baseAddress, let dY = dY.baseAddress, let places = places.baseAddress
        else { return }
        let (samples, below) = (shape.samples, shape.width &* shape.samples)
        forEachPair(shape) { input, output in
          let (d, place) = (dY + output, places + output)
          let (upper, lower) = (dX + input, dX + (input &+ below))
          for i in 0..<samples {
            let (all, largest) = (d[i], place[i])
            upper[i] = largest == 0 ? all : 0
            upper[i &+ samples] = largest == 1 ? all : 0
            lower[i] = largest == 2 ? all : 0
            lower[i &+ samples] = largest == 3 ? all : 0
          }
        }
      }
    }
  }
}
