public import Core
import ImageKernels
import Kernels

/// A convolution, y = w ⋆ x + b: the same small dense layer at every position of an image.
///
/// Inside a convolutional network samples are innermost, `[channels, height, width, m]`; ``ImagesIn``
/// and ``Flatten`` stand at its borders. What it computes is `conv2dReference`.
public struct Conv2d<Scalar: Real>: Layer, Sendable {
  /// `weight` is w, `[out, in/groups, kh, kw]`; `bias` is b, `[out]`.
  public var parameters: WeightAndBias<Scalar>
  /// Stride, padding, dilation and groups.
  public let geometry: ConvolutionGeometry

  /// The layer's input with its padding, `[in, height + 2p, width + 2p, m]`.
  public struct Cache: Sendable {
    public let padded: Tensor<Scalar>

    public init(padded: Tensor<Scalar>) { self.padded = padded }
  }

  public init(
    weight: Tensor<Scalar>, bias: Tensor<Scalar>,
    _ geometry: ConvolutionGeometry = ConvolutionGeometry()
  ) {
    require(
      weight.rank == 4, "Conv2d: the filters are \(weight.shape); they must be [out, in, kh, kw]")
    geometry.validate(
      channels: weight.shape[1] * geometry.groups, weight: weight.shape, bias: bias.shape)
    parameters = WeightAndBias(weight: weight, bias: bias)
    self.geometry = geometry
  }

  /// A layer with random square filters and biases of zero.
  ///
  /// - Parameters:
  ///   - channels: Channels of the input.
  ///   - outputs: Channels of the output.
  ///   - kernel: The height and width of the filters.
  ///   - geometry: Stride, padding, dilation and groups.
  ///   - initializer: How the weights begin; an output sums (in/groups)·kernel² inputs.
  ///   - generator: The source of randomness.
  public init(
    _ channels: Int, _ outputs: Int, kernel: Int,
    _ geometry: ConvolutionGeometry = ConvolutionGeometry(), _ initializer: Initializer = .he,
    using generator: inout some RandomNumberGenerator
  ) {
    let groups = geometry.groups
    requireSize(channels, "Conv2d: a number of input channels")
    requireSize(outputs, "Conv2d: a number of output channels")
    requireSize(kernel, "Conv2d: a kernel")
    require(
      channels % groups == 0 && outputs % groups == 0,
      "Conv2d: \(groups) groups do not divide \(channels) input and \(outputs) output channels; take "
        + "a number that divides both, or 1")
    let shape = [outputs, channels / groups, kernel, kernel]
    requireRoom(
      elementCount(shape, "Conv2d"), bytesEach: MemoryLayout<Scalar>.stride,
      "Conv2d with filters \(shape)")
    let area = kernel * kernel
    self.init(
      weight: initializer(
        shape, fanIn: channels / groups * area, fanOut: outputs / groups * area, using: &generator),
      bias: Tensor(shape: [outputs]), geometry)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let weight = parameters.weight
    requireParameters()
    let channels = weight.shape[1] * geometry.groups
    require(
      x.rank == 4 && x.shape[0] == channels,
      "Conv2d: the input is \(x.shape); with filters \(weight.shape) in \(geometry.groups) group(s) "
        + "it must be [\(channels), height, width, m]; ImagesIn brings images into this order")
    let padded = x.padded(by: geometry.padding)
    let shape = shape(of: padded)
    let y = convolution(padded.storage, weight.storage, parameters.bias.storage, shape)
    return (Tensor(y, shape: outputShape(shape)), Cache(padded: padded))
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: WeightAndBias<Scalar>) {
    // forward: y = w ⋆ padded(x) + b
    let gradient = gradient(dY, cache)
    let (padded, padding) = (cache.padded.shape, geometry.padding)
    let dX = convolutionInputGradient(
      dY.storage, parameters.weight.storage, shape(of: cache.padded), without: padding)
    let (height, width) = (padded[1] - 2 * padding, padded[2] - 2 * padding)
    return (Tensor(dX, shape: [padded[0], height, width, padded[3]]), gradient)
  }

  public func gradient(_ dY: Tensor<Scalar>, _ cache: Cache) -> WeightAndBias<Scalar> {
    requireParameters()
    let channels = parameters.weight.shape[1] * geometry.groups
    require(
      cache.padded.rank == 4 && cache.padded.shape[0] == channels
        && cache.padded.shape[1...2].allSatisfy { $0 >= 2 * geometry.padding },
      "Conv2d backward: the cache holds \(cache.padded.shape), should hold the padded input, "
        + "[\(channels), height + \(2 * geometry.padding), width + \(2 * geometry.padding), m]; give it "
        + "the cache of its own forward pass")
    let shape = shape(of: cache.padded)
    require(
      dY.shape == outputShape(shape),
      "Conv2d backward: dY is \(dY.shape), should be \(outputShape(shape)), the output's shape")
    // forward: y = w ⋆ padded(x) + b
    let dW = convolutionWeightGradient(dY.storage, cache.padded.storage, shape)
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

  /// Stops with a sentence unless filters and bias, which anyone may set, fit each other.
  private func requireParameters() {
    let weight = parameters.weight.shape
    require(
      weight.count == 4, "Conv2d: the filters are \(weight); they must be [out, in, kh, kw]")
    geometry.validate(
      channels: elementCount([weight[1], geometry.groups], "Conv2d: the input channels"),
      weight: weight, bias: parameters.bias.shape)
  }

  /// The sizes, as the kernels want them; the input is padded already.
  private func shape(of padded: Tensor<Scalar>) -> ConvolutionShape {
    let (weight, size) = (parameters.weight.shape, padded.shape)
    let inside = 2 * geometry.padding
    return ConvolutionShape(
      channels: size[0], outputs: weight[0], height: size[1], width: size[2],
      outputHeight: geometry.outputSize(size[1] - inside, kernel: weight[2]),
      outputWidth: geometry.outputSize(size[2] - inside, kernel: weight[3]),
      kernelHeight: weight[2], kernelWidth: weight[3], stride: geometry.stride,
      dilation: geometry.dilation, groups: geometry.groups, samples: size[3])
  }

  private func outputShape(_ shape: ConvolutionShape) -> [Int] {
    [shape.outputs, shape.outputHeight, shape.outputWidth, shape.samples]
  }
}

extension Tensor {
  /// Images `[channels, height, width, m]` with zeros on each side.
  fileprivate func padded(by padding: Int) -> Tensor {
    guard padding > 0 else { return self }
    let (height, width) = (shape[1], shape[2])
    return Tensor(
      ImageKernels.padded(
        storage, channels: shape[0], height: height, width: width, samples: shape[3], by: padding),
      shape: [shape[0], height + 2 * padding, width + 2 * padding, shape[3]])
  }
}
