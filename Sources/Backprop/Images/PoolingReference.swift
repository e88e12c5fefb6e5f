// The textbook's pooling, as loops that can be read. Images are [m, channels, height, width].

public import Core

/// The largest number of each window of each channel: `[m, c, h, w]` → `[m, c, h', w']`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maxPool2dReference<Scalar>(
  _ x: Tensor<Scalar>, _ geometry: PoolingGeometry
) -> Tensor<Scalar> {
  var y = Tensor<Scalar>(repeating: -.infinity, shape: pooled(x.shape, geometry))
  forEachPlace(x.shape, y.shape, geometry) { input, output in
    let value = x.storage[input]
    if value > y.storage[output] || value.isNaN { y.storage[output] = value }
  }
  return y
}

/// The gradient of `maxPool2dReference`: the first place in row-major order that holds the window's
/// largest number, or a NaN, takes it all.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maxPool2dReferenceBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, _ geometry: PoolingGeometry
) -> Tensor<Scalar> {
  let y = maxPool2dReference(x, geometry)
  require(
    dY.shape == y.shape,
    "max pooling backward: dY is \(dY.shape), should be \(y.shape), the output's shape")
  var dX = Tensor<Scalar>(shape: x.shape)
  var given = [Bool](repeating: false, count: y.count)
  forEachPlace(x.shape, y.shape, geometry) { input, output in
    // forward: y = max over the window of x
    let value = x.storage[input]
    if !given[output], value == y.storage[output] || value.isNaN {
      dX.storage[input] += dY.storage[output]
      given[output] = true
    }
  }
  return dX
}

/// The mean of each window of each channel, zeros of the padding included or not.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func averagePool2dReference<Scalar>(
  _ x: Tensor<Scalar>, _ geometry: PoolingGeometry, countsPadding: Bool = true
) -> Tensor<Scalar> {
  var y = Tensor<Scalar>(shape: pooled(x.shape, geometry))
  let areas: Tensor<Scalar> = areas(x.shape, y.shape, geometry, countsPadding: countsPadding)
  forEachPlace(x.shape, y.shape, geometry) { input, output in
    y.storage[output] += x.storage[input] / areas.storage[output]
  }
  return y
}

/// The gradient of `averagePool2dReference`: every place of a window takes an equal share.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func averagePool2dReferenceBackward<Scalar>(
  _ dY: Tensor<Scalar>, inputShape: [Int], _ geometry: PoolingGeometry, countsPadding: Bool = true
) -> Tensor<Scalar> {
  let expected = pooled(inputShape, geometry)
  require(
    dY.shape == expected,
    "average pooling backward: dY is \(dY.shape), should be \(expected), the output's shape")
  var dX = Tensor<Scalar>(shape: inputShape)
  let areas: Tensor<Scalar> = areas(inputShape, dY.shape, geometry, countsPadding: countsPadding)
  forEachPlace(inputShape, dY.shape, geometry) { input, output in
    // forward: y[output] += x[input] / area
    dX.storage[input] += dY.storage[output] / areas.storage[output]
  }
  return dX
}

/// How many places each window has: k², or those inside the image.
private func areas<Scalar>(
  _ x: [Int], _ y: [Int], _ geometry: PoolingGeometry, countsPadding: Bool
) -> Tensor<Scalar> {
  if countsPadding {
    return Tensor(repeating: Scalar(geometry.window * geometry.window), shape: y)
  }
  var areas = Tensor<Scalar>(shape: y)
  forEachPlace(x, y, geometry) { _, output in areas.storage[output] += 1 }
  return areas
}

private func pooled(_ x: [Int], _ geometry: PoolingGeometry) -> [Int] {
  require(x.count == 4, "pooling: the input is \(x); it must be [m, channels, height, width]")
  return [x[0], x[1], geometry.outputSize(x[2]), geometry.outputSize(x[3])]
}

/// Calls `body` with each output's place, and the places of its window in row-major order.
@inline(__always)
private func forEachPlace(
  _ x: [Int], _ y: [Int], _ geometry: PoolingGeometry, _ body: (_ input: Int, _ output: Int) -> Void
) {
  for n in 0..<y[0] {
    for c in 0..<y[1] {
      for i in 0..<y[2] {
        for j in 0..<y[3] {
          for u in 0..<geometry.window {
            for v in 0..<geometry.window {
              let row = i * geometry.stride + u - geometry.padding
              let column = j * geometry.stride + v - geometry.padding
              guard 0 <= row, row < x[2], 0 <= column, column < x[3] else { continue }
              body(
                ((n * x[1] + c) * x[2] + row) * x[3] + column,
                ((n * y[1] + c) * y[2] + i) * y[3] + j)
            }
          }
        }
      }
    }
  }
}
