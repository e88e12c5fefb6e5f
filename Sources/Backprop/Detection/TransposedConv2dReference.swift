// The textbook's transposed convolution and its gradients, as loops that can be read: what the chapter,
// its exercise and the fast layer are compared with. All walk over the same terms,
// y[n, o, i·s + a - p, j·s + b - p] += x[n, c, i, j]·w[c, o, a, b], and differ only in which of the three
// factors they sum into. Images are [m, channels, height, width].

public import Core
import Kernels

/// A transposed convolution plus a bias: `[m, in, h, w]` → `[m, out, (h-1)s-2p+kh, (w-1)s-2p+kw]`.
///
/// - Parameters:
///   - x: Images, `[m, in, h, w]`.
///   - weight: Filters, `[in, out, kh, kw]`.
///   - bias: One number for each output channel, `[out]`.
///   - stride: s, how far apart the kernels are put down.
///   - padding: p, the rows and columns that are cut off on each side.
/// - Returns: Images; what falls outside of them is dropped.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func transposedConv2dReference<Scalar>(
  _ x: Tensor<Scalar>, weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int = 1,
  padding: Int = 0
) -> Tensor<Scalar> {
  let shape = outputShape(x.shape, weight.shape, bias.shape, stride, padding)
  var y = Tensor<Scalar>(shape: shape)
  for n in 0..<shape[0] {
    for o in 0..<shape[1] {
      for i in 0..<shape[2] {
        for j in 0..<shape[3] { y[n, o, i, j] = bias[o] }
      }
    }
  }
  forEachTerm(x.shape, weight.shape, shape, stride, padding) { input, filter, output in
    y.storage[output] += x.storage[input] * weight.storage[filter]
  }
  return y
}

/// The three gradients of `transposedConv2dReference`.
///
/// - Parameters:
///   - dY: ∂loss/∂y, `[m, out, H, W]`.
///   - x: The input, `[m, in, h, w]`.
///   - weight: Filters, `[in, out, kh, kw]`.
///   - stride: s.
///   - padding: p; outside of dY its gradient counts 0.
/// - Returns: ∂loss/∂x in x's shape, ∂loss/∂w in w's, and ∂loss/∂b, `[out]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func transposedConv2dReferenceBackward<Scalar>(
  _ dY: Tensor<Scalar>, _ x: Tensor<Scalar>, weight: Tensor<Scalar>, stride: Int = 1,
  padding: Int = 0
) -> (dX: Tensor<Scalar>, dW: Tensor<Scalar>, db: Tensor<Scalar>) {
  let expected = outputShape(x.shape, weight.shape, nil, stride, padding)
  require(
    dY.shape == expected,
    "transposed convolution backward: dY is \(dY.shape), should be \(expected), the output's shape")
  var (dX, dW) = (Tensor<Scalar>(shape: x.shape), Tensor<Scalar>(shape: weight.shape))
  forEachTerm(x.shape, weight.shape, dY.shape, stride, padding) { input, filter, output in
    // forward: y[output] += x[input] * w[filter]
    dX.storage[input] += dY.storage[output] * weight.storage[filter]
    dW.storage[filter] += dY.storage[output] * x.storage[input]
  }
  var db = Tensor<Scalar>(shape: [weight.shape[1]])
  for n in 0..<dY.shape[0] {
    for o in 0..<dY.shape[1] {
      for i in 0..<dY.shape[2] {
        // forward: y[n, o, i, j] = b[o] + …
        for j in 0..<dY.shape[3] { db[o] += dY[n, o, i, j] }
      }
    }
  }
  return (dX, dW, db)
}

/// Calls `body` with the places of x, w and y in every product that is summed.
@inline(__always)
private func forEachTerm(
  _ x: [Int], _ w: [Int], _ y: [Int], _ stride: Int, _ padding: Int,
  _ body: (_ input: Int, _ filter: Int, _ output: Int) -> Void
) {
  for n in 0..<x[0] {
    for c in 0..<x[1] {
      for i in 0..<x[2] {
        for j in 0..<x[3] {
          for o in 0..<w[1] {
            for a in 0..<w[2] {
              for b in 0..<w[3] {
                let (row, column) = (i * stride + a - padding, j * stride + b - padding)
                // What falls outside is cut off.
                guard 0 <= row, row < y[2], 0 <= column, column < y[3] else { continue }
                body(
                  ((n * x[1] + c) * x[2] + i) * x[3] + j, ((c * w[1] + o) * w[2] + a) * w[3] + b,
                  ((n * y[1] + o) * y[2] + row) * y[3] + column)
              }
            }
          }
        }
      }
    }
  }
}

/// The shape of the output, once all sizes are known to fit; no bias is checked where it is nil.
private func outputShape(
  _ x: [Int], _ weight: [Int], _ bias: [Int]?, _ stride: Int, _ padding: Int
) -> [Int] {
  let owner = "transposed convolution"
  requireSize(stride, "\(owner): a stride")
  requireSize(padding, atLeast: 0, "\(owner): a padding")
  require(
    x.count == 4 && weight.count == 4 && x[1] == weight[0],
    "\(owner): the input is \(x) and the filters \(weight); they must be [m, in, h, w] and "
      + "[in, out, kh, kw]")
  require(
    bias == nil || bias == [weight[1]],
    "\(owner): the bias is \(bias ?? []); with filters \(weight) it must be [\(weight[1])]")
  return [
    x[0], weight[1],
    transposedSize(x[2], kernel: weight[2], stride: stride, padding: padding, owner),
    transposedSize(x[3], kernel: weight[3], stride: stride, padding: padding, owner),
  ]
}
