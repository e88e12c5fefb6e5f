// Pooling over windows, for images with samples innermost: [channels, height, width, samples].
// A window that hangs over the border is cut off there, and every inner loop runs over samples.

/// The sizes of a pooling.
public struct PoolingShape: Sendable, Equatable {
  public let channels, height, width, samples: Int
  public let outputHeight, outputWidth: Int
  public let window, stride, padding: Int

  public init(
    channels: Int, height: Int, width: Int, samples: Int, outputHeight: Int, outputWidth: Int,
    window: Int, stride: Int, padding: Int
  ) {
    (self.channels, self.height, self.width) = (channels, height, width)
    (self.samples, self.outputHeight, self.outputWidth) = (samples, outputHeight, outputWidth)
    (self.window, self.stride, self.padding) = (window, stride, padding)
  }

  var inputCount: Int { channels * height * width * samples }
  var outputCount: Int { channels * outputHeight * outputWidth * samples }

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

@inline(__always)
private func load<V: SIMD>(_ source: UnsafePointer<V.Scalar>, as type: V.Type) -> V {
  UnsafeRawPointer(source).loadUnaligned(as: type)
}

@inline(__always)
private func store<V: SIMD>(_ v: V, _ target: UnsafeMutablePointer<V.Scalar>) {
  UnsafeMutableRawPointer(target).storeBytes(of: v, as: V.self)
}

/// The largest number of each window; NaN where one is in it.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maximumPooling<Scalar: Real>(_ x: [Scalar], _ shape: PoolingShape) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.outputCount) { y, filled in
    filled = shape.outputCount
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      let (samples, width, lanes) = (shape.samples, shape.width, Scalar.Wide.scalarCount)
      forEachWindow(shape) { c, output, rows, columns in
        let plane = x + c &* shape.height &* width &* samples
        var i = 0
        while i &+ lanes <= samples {
          var best = Scalar.Wide(repeating: -.infinity)
          for row in rows {
            for column in columns {
              let v = load(plane + ((row &* width &+ column) &* samples &+ i), as: Scalar.Wide.self)
              best.replace(with: v, where: (v .> best) .| (v .!= v))
            }
          }
          store(best, y + (output &+ i))
          i &+= lanes
        }
        while i < samples {
          var best = -Scalar.infinity
          for row in rows {
            for column in columns {
              let v = plane[(row &* width &+ column) &* samples &+ i]
              best = v > best || v != v ? v : best
            }
          }
          y[output &+ i] = best
          i &+= 1
        }
      }
    }
  }
}

/// The gradient of `maximumPooling`: to the first place of each window where its largest number is.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maximumPoolingGradient<Scalar: Real>(
  _ dY: [Scalar], _ x: [Scalar], _ y: [Scalar], _ shape: PoolingShape
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    dX.initialize(repeating: 0)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        dY.withUnsafeBufferPointer { dY in
          guard let x = x.baseAddress, let y = y.baseAddress, let dY = dY.baseAddress,
            let dX = dX.baseAddress
          else { return }
          let (samples, width, lanes) = (shape.samples, shape.width, Scalar.Wide.scalarCount)
          let zero = Scalar.Wide(repeating: 0)
          forEachWindow(shape) { c, output, rows, columns in
            let plane = c &* shape.height &* width &* samples
            var i = 0
            while i &+ lanes <= samples {
              let best = load(y + (output &+ i), as: Scalar.Wide.self)
              var upstream = load(dY + (output &+ i), as: Scalar.Wide.self)
              for row in rows {
                for column in columns {
                  let place = plane &+ (row &* width &+ column) &* samples &+ i
                  let hit = load(x + place, as: Scalar.Wide.self) .== best
                  let old = load(UnsafePointer(dX + place), as: Scalar.Wide.self)
                  store(old + zero.replacing(with: upstream, where: hit), dX + place)
                  upstream.replace(with: 0, where: hit)
                }
              }
              i &+= lanes
            }
            while i < samples {
              var upstream = dY[output &+ i]
              for row in rows {
                for column in columns {
                  let place = plane &+ (row &* width &+ column) &* samples &+ i
                  if x[place] == y[output &+ i] {
                    dX[place] += upstream
                    upstream = 0
                  }
                }
              }
              i &+= 1
            }
          }
        }
      }
    }
  }
}

/// The mean of each window; zeros of the padding count.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func averagePooling<Scalar: Real>(_ x: [Scalar], _ shape: PoolingShape) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.outputCount) { y, filled in
    filled = shape.outputCount
    y.initialize(repeating: 0)
    x.withUnsafeBufferPointer { x in
      guard let x = x.baseAddress, let y = y.baseAddress else { return }
      let (samples, width) = (shape.samples, shape.width)
      let share = 1 / Scalar(shape.window * shape.window)
      forEachWindow(shape) { c, output, rows, columns in
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
public func averagePoolingGradient<Scalar: Real>(
  _ dY: [Scalar], _ shape: PoolingShape
) -> [Scalar] {
  [Scalar](unsafeUninitializedCapacity: shape.inputCount) { dX, filled in
    filled = shape.inputCount
    dX.initialize(repeating: 0)
    dY.withUnsafeBufferPointer { dY in
      guard let dY = dY.baseAddress, let dX = dX.baseAddress else { return }
      let (samples, width) = (shape.samples, shape.width)
      let share = 1 / Scalar(shape.window * shape.window)
      forEachWindow(shape) { c, output, rows, columns in
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
public func positionMeans<Scalar: Real>(
  _ x: [Scalar], channels: Int, positions: Int, samples: Int
) -> [Scalar] {
  var means = [Scalar](repeating: 0, count: channels * samples)
  means.withUnsafeMutableBufferPointer { means in
    x.withUnsafeBufferPointer { x in
      for c in 0..<channels {
        for p in 0..<positions {
          let start = (c &* positions &+ p) &* samples
          for i in 0..<samples { means[c &* samples &+ i] += x[start &+ i] }
        }
      }
    }
    for i in means.indices { means[i] /= Scalar(positions) }
  }
  return means
}

/// The gradient of `positionMeans`: an equal share to every position.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func positionMeansGradient<Scalar: Real>(
  _ dY: [Scalar], channels: Int, positions: Int, samples: Int
) -> [Scalar] {
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
