// The textbook's convolution and its three gradients, as loops that can be read: what chapters,
// exercises and the fast layer are compared with.
//
// All four walk over the same terms, y[n, o, i, j] += x[n, c, …]·w[o, …], and differ only in which
// of the three factors they sum into. Images are [m, channels, height, width].

public import Core

/// The convolution of images with filters, plus a bias:
/// y[n, o, i, j] = b[o] + Σ x[n, c, i·s + u·d - p, j·s + v·d - p]·w[o, c, u, v].
///
/// The kernel is not flipped: strictly, this is a cross-correlation, as everywhere in the field.
///
/// - Parameters:
///   - x: Images, `[m, channels, height, width]`; zero outside.
///   - weight: Filters, `[out, channels/groups, kh, kw]`.
///   - bias: One number for each output channel, `[out]`.
///   - geometry: Stride, padding, dilation and groups.
/// - Returns: Images, `[m, out, height', width']`.
/// - Complexity: out·height'·width'·m·(channels/groups)·kh·kw multiply-adds.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func conv2dReference<Scalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>,
  _ geometry: ConvolutionGeometry = ConvolutionGeometry()
) -> Tensor<Scalar> {
  var y = Tensor<Scalar>(shape: outputShape(x.shape, weight.shape, bias.shape, geometry))
  for n in 0..<y.shape[0] {
    for o in 0..<y.shape[1] {
      for i in 0..<y.shape[2] {
        for j in 0..<y.shape[3] { y[n, o, i, j] = bias[o] }
      }
    }
  }
  forEachTerm(x.shape, weight.shape, y.shape, geometry) { input, filter, output in
    y.storage[output] += x.storage[input] * weight.storage[filter]
  }
  return y
}

/// The gradient of a convolution's input: each output's gradient goes back through the filter to
/// every pixel that the output saw.
///
/// - Parameters:
///   - dY: The gradient of the outputs, `[m, out, height', width']`.
///   - inputShape: The shape of the input, `[m, channels, height, width]`.
///   - weight: Filters, `[out, channels/groups, kh, kw]`.
///   - geometry: Stride, padding, dilation and groups.
/// - Returns: The gradient, in the input's shape; what falls on the padding is left out.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func conv2dReferenceBackwardInput<Scalar>(
  _ dY: Tensor<Scalar>, inputShape: [Int], weight: Tensor<Scalar>,
  _ geometry: ConvolutionGeometry = ConvolutionGeometry()
) -> Tensor<Scalar> {
  requireGradient(dY.shape, inputShape, weight.shape, geometry)
  var dX = Tensor<Scalar>(shape: inputShape)
  forEachTerm(inputShape, weight.shape, dY.shape, geometry) { input, filter, output in
    // forward: y[output] += x[input] * w[filter]
    dX.storage[input] += dY.storage[output] * weight.storage[filter]
  }
  return dX
}

/// The gradient of a convolution's filters: the input, correlated with the outputs' gradient.
///
/// - Parameters:
///   - dY: The gradient of the outputs, `[m, out, height', width']`.
///   - x: The input, `[m, channels, height, width]`.
///   - weightShape: The shape of the filters, `[out, channels/groups, kh, kw]`.
///   - geometry: Stride, padding, dilation and groups.
/// - Returns: The gradient, in the filters' shape, summed over the batch and all positions.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func conv2dReferenceBackwardWeight<Scalar>(
  _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, weightShape: [Int],
  _ geometry: ConvolutionGeometry = ConvolutionGeometry()
) -> Tensor<Scalar> {
  requireGradient(dY.shape, x.shape, weightShape, geometry)
  var dW = Tensor<Scalar>(shape: weightShape)
  forEachTerm(x.shape, weightShape, dY.shape, geometry) { input, filter, output in
    // forward: y[output] += x[input] * w[filter]
    dW.storage[filter] += dY.storage[output] * x.storage[input]
  }
  return dW
}

/// The gradient of a convolution's bias, `[out]`: the sum over the batch and all positions.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func conv2dReferenceBackwardBias<Scalar>(_ dY: Tensor<Scalar>) -> Tensor<Scalar> {
  require(
    dY.rank == 4, "conv2dReferenceBackwardBias: dY is \(dY.shape); it must be [m, out, h, w]")
  var db = Tensor<Scalar>(shape: [dY.shape[1]])
  for n in 0..<dY.shape[0] {
    for o in 0..<dY.shape[1] {
      for i in 0..<dY.shape[2] {
        // forward: y[n, o, i, j] = b[o] + …
        for j in 0..<dY.shape[3] { db[o] += dY[n, o, i, j] }
      }
    }
  }
  return db
}

/// Calls `body` with the places of x, w and y in every product that a convolution sums.
@inline(__always)
private func forEachTerm(
  _ x: [Int], _ w: [Int], _ y: [Int], _ geometry: ConvolutionGeometry,
  _ body: (_ input: Int, _ filter: Int, _ output: Int) -> Void
) {
  let (outputs, channels) = (w[0] / geometry.groups, w[1])
  let (stride, padding, dilation) = (geometry.stride, geometry.padding, geometry.dilation)
  for n in 0..<y[0] {
    for o in 0..<y[1] {
      for i in 0..<y[2] {
        for j in 0..<y[3] {
          for c in 0..<channels {
            for u in 0..<w[2] {
              for v in 0..<w[3] {
                let (row, column) = (
                  i * stride + u * dilation - padding, j * stride + v * dilation - padding
                )
                // The padding is zero and adds nothing.
                guard 0 <= row, row < x[2], 0 <= column, column < x[3] else { continue }
                let channel = o / outputs * channels + c
                body(
                  ((n * x[1] + channel) * x[2] + row) * x[3] + column,
                  ((o * channels + c) * w[2] + u) * w[3] + v,
                  ((n * y[1] + o) * y[2] + i) * y[3] + j)
              }
            }
          }
        }
      }
    }
  }
}

/// The shape of a convolution's output, once all sizes are known to fit.
private func outputShape(
  _ x: [Int], _ weight: [Int], _ bias: [Int], _ geometry: ConvolutionGeometry
) -> [Int] {
  require(
    x.count == 4, "convolution: the input is \(x); it must be [m, channels, height, width]")
  geometry.validate(channels: x[1], weight: weight, bias: bias)
  return [
    x[0], weight[0], geometry.outputSize(x[2], kernel: weight[2]),
    geometry.outputSize(x[3], kernel: weight[3]),
  ]
}

private func requireGradient(
  _ dY: [Int], _ x: [Int], _ weight: [Int], _ geometry: ConvolutionGeometry
) {
  let expected = outputShape(x, weight, weight.first.map { [$0] } ?? [], geometry)
  require(
    dY == expected, "convolution backward: dY is \(dY), should be \(expected), the output's shape")
}
