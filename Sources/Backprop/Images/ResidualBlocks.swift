// The blocks of residual networks for images, put together from layers. Inside a network samples are
// innermost, [channels, height, width, m].
//
// Identity blocks of one size have one type, so that a `Stack` can hold them; where the size changes,
// a block with a projection stands between two stacks.

public import Core
public import Training

/// Two 3×3 convolutions and an identity: relu(F(x) + x), F = norm·conv·relu·norm·conv.
///
/// Source: He, Zhang, Ren, Sun, CVPR 2016, figure 2.
///
/// - Parameters:
///   - channels: Channels of the input, and of the output.
///   - generator: The source of randomness.
/// - Returns: The block.
public func basicBlock<Scalar: Real>(
  _ channels: Int, using generator: inout some RandomNumberGenerator
) -> Then<Residual<BasicBody<Scalar>>, Activation<Scalar>> {
  Residual(basicBody(channels, channels, stride: 1, using: &generator)).then(Activation.relu)
}

/// Two 3×3 convolutions, and a 1×1 convolution with normalization for their shortcut.
///
/// Source: He, Zhang, Ren, Sun, CVPR 2016, section 3.3, option B.
///
/// - Parameters:
///   - channels: Channels of the input.
///   - outputs: Channels of the output.
///   - stride: Of the first convolution and of the shortcut; 2 halves height and width.
///   - generator: The source of randomness.
/// - Returns: The block.
public func projectedBasicBlock<Scalar: Real>(
  _ channels: Int, _ outputs: Int, stride: Int,
  using generator: inout some RandomNumberGenerator
) -> Then<Projected<BasicBody<Scalar>, NormalizedConvolution<Scalar>>, Activation<Scalar>> {
  Projected(
    basicBody(channels, outputs, stride: stride, using: &generator),
    shortcut: normalizedConvolution(
      channels, outputs, kernel: 1, stride: stride, using: &generator)
  ).then(Activation.relu)
}

/// 1×1 to fewer channels, 3×3 among them, 1×1 back, and an identity.
///
/// Source: He, Zhang, Ren, Sun, CVPR 2016, figure 5.
///
/// - Parameters:
///   - channels: Channels of the input and of the output.
///   - width: Channels in between, a quarter of them as a rule.
///   - generator: The source of randomness.
/// - Returns: The block.
public func bottleneckBlock<Scalar: Real>(
  _ channels: Int, width: Int, using generator: inout some RandomNumberGenerator
) -> Then<Residual<BottleneckBody<Scalar>>, Activation<Scalar>> {
  Residual(bottleneckBody(channels, width, channels, stride: 1, using: &generator)).then(
    Activation.relu)
}

/// A bottleneck with a 1×1 convolution and normalization for its shortcut.
///
/// The stride is that of the 3×3 convolution, as is usual today; the paper has it at the first 1×1.
///
/// - Parameters:
///   - channels: Channels of the input.
///   - width: Channels in between.
///   - outputs: Channels of the output.
///   - stride: Of the 3×3 convolution and of the shortcut; 2 halves height and width.
///   - generator: The source of randomness.
/// - Returns: The block.
public func projectedBottleneckBlock<Scalar: Real>(
  _ channels: Int, width: Int, _ outputs: Int, stride: Int,
  using generator: inout some RandomNumberGenerator
) -> Then<Projected<BottleneckBody<Scalar>, NormalizedConvolution<Scalar>>, Activation<Scalar>> {
  Projected(
    bottleneckBody(channels, width, outputs, stride: stride, using: &generator),
    shortcut: normalizedConvolution(
      channels, outputs, kernel: 1, stride: stride, using: &generator)
  ).then(Activation.relu)
}

/// Normalization and ReLU before each convolution, nothing after the sum: the road of the gradient
/// is the identity from the last block to the first.
///
/// Source: He, Zhang, Ren, Sun, "Identity Mappings in Deep Residual Networks", ECCV 2016, figure 4e.
///
/// - Parameters:
///   - channels: Channels of the input and of the output.
///   - generator: The source of randomness.
/// - Returns: The block.
public func preActivationBlock<Scalar: Real>(
  _ channels: Int, using generator: inout some RandomNumberGenerator
) -> Residual<PreActivationBody<Scalar>> {
  Residual(
    preActivatedConvolution(channels, using: &generator)
      .then(preActivatedConvolution(channels, using: &generator)))
}

/// The body of a basic block alone: the same layers, without a shortcut.
public func basicBody<Scalar: Real>(
  _ channels: Int, _ outputs: Int, stride: Int,
  using generator: inout some RandomNumberGenerator
) -> BasicBody<Scalar> {
  normalizedConvolution(channels, outputs, kernel: 3, stride: stride, using: &generator)
    .then(Activation.relu)
    .then(normalizedConvolution(outputs, outputs, kernel: 3, stride: 1, using: &generator))
}

private func bottleneckBody<Scalar: Real>(
  _ channels: Int, _ width: Int, _ outputs: Int, stride: Int,
  using generator: inout some RandomNumberGenerator
) -> BottleneckBody<Scalar> {
  normalizedConvolution(channels, width, kernel: 1, stride: 1, using: &generator)
    .then(Activation.relu)
    .then(normalizedConvolution(width, width, kernel: 3, stride: stride, using: &generator))
    .then(Activation.relu)
    .then(normalizedConvolution(width, outputs, kernel: 1, stride: 1, using: &generator))
}

/// A convolution that keeps height and width where its stride is 1, and batch normalization.
public func normalizedConvolution<Scalar: Real>(
  _ channels: Int, _ outputs: Int, kernel: Int, stride: Int,
  using generator: inout some RandomNumberGenerator
) -> NormalizedConvolution<Scalar> {
  let geometry = ConvolutionGeometry(stride: stride, padding: kernel / 2)
  return Conv2d(channels, outputs, kernel: kernel, geometry, using: &generator)
    .then(BatchNorm(outputs))
}

private func preActivatedConvolution<Scalar: Real>(
  _ channels: Int, using generator: inout some RandomNumberGenerator
) -> PreActivatedConvolution<Scalar> {
  BatchNorm(channels).then(Activation.relu)
    .then(
      Conv2d(channels, channels, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator))
}

/// A convolution and batch normalization.
public typealias NormalizedConvolution<Scalar: Real> = Then<Conv2d<Scalar>, BatchNorm<Scalar>>

/// Batch normalization, ReLU and a convolution.
public typealias PreActivatedConvolution<Scalar: Real> = Then<
  Then<BatchNorm<Scalar>, Activation<Scalar>>, Conv2d<Scalar>
>

/// What is added to the input of a basic block.
public typealias BasicBody<Scalar: Real> = Then<
  Then<NormalizedConvolution<Scalar>, Activation<Scalar>>, NormalizedConvolution<Scalar>
>

/// What is added to the input of a bottleneck.
public typealias BottleneckBody<Scalar: Real> = Then<
  Then<BasicBody<Scalar>, Activation<Scalar>>, NormalizedConvolution<Scalar>
>

/// What is added to the input of a pre-activation block.
public typealias PreActivationBody<Scalar: Real> = Then<
  PreActivatedConvolution<Scalar>, PreActivatedConvolution<Scalar>
>
