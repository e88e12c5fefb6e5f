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

/// The larger of two numbers; NaN where one is in them.
@inline(__always)
private func larger<Scalar: Real>(_ a: Scalar, _ b: Scalar) -> Scalar { b > a || b != b ? b : a }

/// `maximumPooling` where windows of 2 × 2 cover the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func twoByTwoPooling<Scalar: Real>(_ x: [Scalar], _ shape: PoolingShape) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.outputCount) { y, filled in
    filled = shape.outputCount
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      let (samples, below) = (shape.samples, shape.width &* shape.samples)
      forEachPair(shape) { input, output in
        let (upper, lower, target) = (x + input, x + (input &+ below), y + output)
        for i in 0..<samples {
          let best = larger(upper[i], upper[i &+ samples])
          target[i] = larger(larger(best, lower[i]), lower[i &+ samples])
        }
      }
    }
  }
}

/// Whether a number of a window is what its pooling gave.
@inline(__always)
private func isLargest<Scalar: Real>(_ x: Scalar, _ largest: Scalar) -> Bool {
  x == largest || x != x
}

/// `maximumPoolingGradient` where windows of 2 × 2 cover the image.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func twoByTwoPoolingGradient<Scalar: Real>(
  _ dY: [Scalar], _ x: [Scalar], _ y: [Scalar], _ shape: PoolingShape
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        dY.withUnsafeBufferPointer { dY in
          guard let x = x.baseAddress, let y = y.baseAddress, let dY = dY.baseAddress,
            let dX = dX.baseAddress
          else { return }
          let (samples, below) = (shape.samples, shape.width &* shape.samples)
          forEachPair(shape) { input, output in
            let (best, d) = (y + output, dY + output)
            let (x1, x3) = (x + input, x + (input &+ below))
            let (d1, d3) = (dX + input, dX + (input &+ below))
            // What is left of dY after each place is 0 once the first place of the largest has it.
            for i in 0..<samples {
              let (largest, all) = (best[i], d[i])
              let first = isLargest(x1[i], largest) ? all : 0
              let rest1 = isLargest(x1[i], largest) ? 0 : all
              let second = isLargest(x1[i &+ samples], largest) ? rest1 : 0
              let rest2 = isLargest(x1[i &+ samples], largest) ? 0 : rest1
              let third = isLargest(x3[i], largest) ? rest2 : 0
              let rest3 = isLargest(x3[i], largest) ? 0 : rest2
              d1[i] = first
              d1[i &+ samples] = second
              d3[i] = third
              d3[i &+ samples] = isLargest(x3[i &+ samples], largest) ? rest3 : 0
            }
          }
        }
      }
    }
  }
}
