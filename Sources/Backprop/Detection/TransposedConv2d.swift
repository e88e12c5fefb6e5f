public import Core
import ImageKernels
import Kernels

/// A transposed convolution: every input puts its own multiple of the kernel down on a larger image, and
/// where these overlap they add.
///
/// y[o, i·s + a - p, j·s + b - p] += x[c, i, j]·w[c, o, a, b], plus a bias for each o. So an image of h
/// rows becomes one of (h - 1)·s - 2p + kh.
///
/// A convolution gathers a patch into one number, and its backward pass scatters that number's gradient
/// over the patch. This layer is that backward pass, run forwards: its forward is a convolution's
/// gradient of the input, and its gradient of the input an ordinary convolution. Samples are innermost,
/// `[channels, height, width, m]`; what it computes is `transposedConv2dReference`.
///
/// Source: Dumoulin, Visin, "A guide to convolution arithmetic for deep learning", 2016, section 4;
/// Long, Shelhamer, Darrell, "Fully convolutional networks", CVPR 2015, section 3.3.
public struct TransposedConv2d<Scalar: Real>: Layer, Sendable {
  /// `weight` is w, `[in, out, kh, kw]`, in first: the reverse of a convolution's; `bias` is b, `[out]`.
  public var parameters: WeightAndBias<Scalar>
  /// How far apart the kernels of neighbouring inputs are put down.
  public let stride: Int
  /// How many rows and columns of the result are cut off on each side.
  public let padding: Int

  /// The layer's input, `[in, h, w, m]`.
  public struct Cache: Sendable {
    public let x: Tensor<Scalar>

    public init(x: Tensor<Scalar>) { self.x = x }
  }

  public init(weight: Tensor<Scalar>, bias: Tensor<Scalar>, stride: Int = 1, padding: Int = 0) {
    requireSize(stride, "TransposedConv2d: a stride")
    requireSize(padding, atLeast: 0, "TransposedConv2d: a padding")
    parameters = WeightAndBias(weight: weight, bias: bias)
    (self.stride, self.padding) = (stride, padding)
    requireParameters()
  }

  /// A layer with random square filters and biases of zero.
  ///
  /// - Parameters:
  ///   - channels: Channels of the input.
  ///   - outputs: Channels of the output.
  ///   - kernel: The height and width of the filters.
  ///   - stride: How far apart the kernels are put down.
  ///   - padding: How much of the result is cut off on each side.
  ///   - initializer: How the weights begin; an output sums channels·(kernel/stride)² inputs.
  ///   - generator: The source of randomness.
  public init(
    _ channels: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0,
    _ initializer: Initializer = .he, using generator: inout some RandomNumberGenerator
  ) {
    requireSize(channels, "TransposedConv2d: a number of input channels")
    requireSize(outputs, "TransposedConv2d: a number of output channels")
    requireSize(kernel, "TransposedConv2d: a kernel")
    requireSize(stride, "TransposedConv2d: a stride")
    let shape = [channels, outputs, kernel, kernel]
    requireRoom(
      elementCount(shape, "TransposedConv2d"), bytesEach: MemoryLayout<Scalar>.stride,
      "TransposedConv2d with filters \(shape)")
    let area = kernel * kernel
    self.init(
      weight: initializer(
        shape, fanIn: max(1, channels * area / (stride * stride)), fanOut: outputs * area,
        using: &generator),
      bias: Tensor(shape: [outputs]), stride: stride, padding: padding)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let shape = shape(x.shape, "TransposedConv2d")
    // What a convolution does to ∂loss/∂y to get the ∂loss/∂x of its padded input.
    var y = Tensor(
      convolutionInputGradient(
        x.storage, parameters.weight.storage, shape, without: padding),
      shape: outputShape(shape))  // [out, height, width, m]
    let (plane, bias) = (y.count / max(1, shape.channels), parameters.bias.storage)
    for o in 0..<shape.channels {
      let b = bias[o]
      for i in o * plane..<(o + 1) * plane { y.storage[i] += b }
    }
    return (y, Cache(x: x))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    let (shape, dPadded) = padded(dY, cache)
    // forward: y[i·s + a - p] += x[i]·w[a]
    // so:      dx[i] = Σ dy[i·s + a - p]·w[a], an ordinary convolution of dy
    let dX = convolution(
      dPadded, parameters.weight.storage, [Scalar](repeating: 0, count: shape.outputs), shape)
    return (Tensor(dX, shape: cache.x.shape), gradient(dY, dPadded, cache, shape))  // [in, h, w, m]
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> WeightAndBias<Scalar> {
    let (shape, dPadded) = padded(dY, cache)
    return gradient(dY, dPadded, cache, shape)
  }

  private func gradient(
    _ dY: Tensor<Scalar>, _ dPadded: [Scalar], _ cache: Cache, _ shape: ConvolutionShape
  ) -> WeightAndBias<Scalar> {
    // forward: y[i·s + a - p] += x[i]·w[a]
    // so:      dw[a] = Σ x[i]·dy[i·s + a - p], a convolution's, with x and dy exchanged
    let dW = convolutionWeightGradient(cache.x.storage, dPadded, shape)
    // forward: y[o] += b[o]
    let db = channelSums(dY.shape[0], dY.shape[1...].reduce(1, *), dY.storage)
    return WeightAndBias(
      weight: Tensor(dW, shape: parameters.weight.shape), bias: Tensor(db))  // w's shape, [out]
  }

  public mutating func visit(
    _ other: WeightAndBias<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  // MARK: Sizes

  /// Stops with a sentence unless filters and bias, which anyone may set, fit each other.
  private func requireParameters() {
    let (weight, bias) = (parameters.weight.shape, parameters.bias.shape)
    require(
      weight.count == 4 && weight[2] >= 1 && weight[3] >= 1 && bias == [weight[1]],
      "TransposedConv2d: the filters are \(weight) and the bias \(bias); they must be "
        + "[in, out, kh, kw] and [out]")
  }

  /// The convolution that this layer is the backward pass of: its outputs are this layer's input.
  private func shape(_ x: [Int], _ owner: String) -> ConvolutionShape {
    requireParameters()
    let weight = parameters.weight.shape
    require(
      x.count == 4 && x[0] == weight[0] && x[1] >= 1 && x[2] >= 1,
      "\(owner): the input is \(x); with filters \(weight) it must be [\(weight[0]), height, width, m], "
        + "with a pixel at least; ImagesIn brings images into this order")
    let height = transposedSize(x[1], kernel: weight[2], stride: stride, padding: padding, owner)
    let width = transposedSize(x[2], kernel: weight[3], stride: stride, padding: padding, owner)
    return ConvolutionShape(
      channels: weight[1], outputs: weight[0], height: height + 2 * padding,
      width: width + 2 * padding, outputHeight: x[1], outputWidth: x[2], kernelHeight: weight[2],
      kernelWidth: weight[3], stride: stride, dilation: 1, groups: 1, samples: x[3])
  }

  /// The result's, without its borders.
  private func outputShape(_ shape: ConvolutionShape) -> [Int] {
    [shape.channels, shape.height - 2 * padding, shape.width - 2 * padding, shape.samples]
  }

  /// ∂loss/∂y with zeros where the result was cut: nothing outside has a gradient.
  private func padded(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (shape: ConvolutionShape, dPadded: [Scalar]) {
    let shape = shape(cache.x.shape, "TransposedConv2d backward")
    let expected = outputShape(shape)
    require(
      dY.shape == expected,
      "TransposedConv2d backward: dY is \(dY.shape), should be \(expected), the output's shape")
    guard padding > 0 else { return (shape, dY.storage) }
    let dPadded = ImageKernels.padded(
      dY.storage, channels: shape.channels, height: expected[1], width: expected[2],
      samples: shape.samples, by: padding)
    return (shape, dPadded)
  }
}

/// The size of a transposed convolution's output along an axis of n pixels: (n - 1)·s - 2p + k.
func transposedSize(_ n: Int, kernel k: Int, stride: Int, padding: Int, _ owner: String) -> Int {
  requireSize(n, "\(owner): an image")
  requireSize(k, "\(owner): a kernel")
  let size = (n - 1) * stride - 2 * padding + k
  require(
    size >= 1,
    "\(owner): \(n) pixels with a kernel of \(k) and a stride of \(stride) give \(size + 2 * padding), and a "
      + "padding of \(padding) cuts off \(2 * padding) of them; use less padding")
  return size
}
