import Core
import Images
import Training

/// A network of equal blocks for grey images: a convolution and pooling in front, which halve height
/// and width; behind, the mean of each channel and a dense layer.
typealias BlockNetwork<Block: Layer> = Then<
  Then<Stem<Block.Scalar>, Stack<Block>>, Head<Block.Scalar>
> where Block: TensorLayer<Block.Scalar>
typealias Stem<Scalar: Real> = Then<
  Then<Then<ImagesIn<Scalar>, Conv2d<Scalar>>, MaxPool2d<Scalar>>, Activation<Scalar>
>
typealias Head<Scalar: Real> = Then<GlobalAveragePool<Scalar>, Dense<Scalar>>

/// F without batch normalization: conv, relu, conv.
///
/// With it, F is the library's `BasicBody`.
typealias BareBody<Scalar: Real> = Then<Then<Conv2d<Scalar>, Activation<Scalar>>, Conv2d<Scalar>>

/// y = relu(F(x)).
typealias PlainBlock<Body: Layer> = Then<Body, Activation<Body.Scalar>>
where Body: TensorLayer<Body.Scalar>
/// y = relu(F(x) + x).
typealias ResidualBlock<Body: Layer> = Then<Residual<Body>, Activation<Body.Scalar>>
where Body: TensorLayer<Body.Scalar>

/// Blocks with batch norm throughout, without shortcuts.
typealias PlainNetwork = BlockNetwork<PlainBlock<BasicBody<Float>>>
/// The same with shortcuts.
typealias ResidualNetwork = BlockNetwork<ResidualBlock<BasicBody<Float>>>

func plain<Body: Layer>(_ body: Body) -> PlainBlock<Body>
where Body: TensorLayer<Body.Scalar> { body.then(.relu) }

func residual<Body: Layer>(_ body: Body) -> ResidualBlock<Body>
where Body: TensorLayer<Body.Scalar> { Residual(body).then(.relu) }

func normalizedBody<Scalar: Real>(
  _ channels: Int, using generator: inout SplitMix64
) -> BasicBody<Scalar> {
  basicBody(channels, channels, stride: 1, using: &generator)
}

func bareBody<Scalar: Real>(
  _ channels: Int, _ initializer: Initializer, using generator: inout SplitMix64
) -> BareBody<Scalar> {
  func convolution() -> Conv2d<Scalar> {
    Conv2d(
      channels, channels, kernel: 3, ConvolutionGeometry(padding: 1), initializer,
      using: &generator)
  }
  return convolution().then(.relu).then(convolution())
}

/// A network of `depth` blocks, 2·depth + 2 layers with weights.
///
/// One seed gives the same weights with shortcuts and without.
func blockNetwork<Block: Layer>(
  depth: Int, channels: Int, seed: UInt64,
  block: (_ channels: Int, _ generator: inout SplitMix64) -> Block
) -> BlockNetwork<Block> where Block: TensorLayer<Block.Scalar> {
  var generator = SplitMix64(seed: seed)
  let stem = ImagesIn<Block.Scalar>()
    .then(Conv2d(1, channels, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator))
    .then(MaxPool2d(2)).then(Activation.relu)
  let stack = Stack(depth: depth) { _ in block(channels, &generator) }
  let head = GlobalAveragePool<Block.Scalar>()
    .then(Dense(channels, 10, .glorot, using: &generator))
  return stem.then(stack).then(head)
}
