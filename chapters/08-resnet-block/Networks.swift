import Backprop
import Course
import Datasets

/// A network of blocks: a convolution and pooling in front, 28×28 → 14×14, the mean of each channel
/// and a dense layer behind.
typealias BlockNetwork<Block: Layer<Float>> = Then<Then<Stem, Stack<Block>>, Head>

typealias Stem = Then<
  Then<Then<ImagesIn<Float>, Conv2d<Float>>, MaxPool2d<Float>>, Activation<Float>
>
typealias Head = Then<GlobalAveragePool<Float>, Dense<Float>>

/// F with batch normalization: norm·conv·relu·norm·conv.
typealias NormalizedBody = BasicBody<Float>
/// F without it: conv·relu·conv.
typealias BareBody = Then<Then<Conv2d<Float>, Activation<Float>>, Conv2d<Float>>

typealias PlainBlock<Body: Layer<Float>> = Then<Body, Activation<Float>>
typealias ResidualBlock<Body: Layer<Float>> = Then<Residual<Body>, Activation<Float>>

func plain<Body: Layer<Float>>(_ body: Body) -> PlainBlock<Body> { body.then(.relu) }
func residual<Body: Layer<Float>>(_ body: Body) -> ResidualBlock<Body> {
  Residual(body).then(.relu)
}

func normalizedBody(_ channels: Int, using generator: inout SplitMix64) -> NormalizedBody {
  basicBody(channels, channels, stride: 1, using: &generator)
}

func bareBody(_ channels: Int, using generator: inout SplitMix64) -> BareBody {
  let geometry = ConvolutionGeometry(padding: 1)
  return Conv2d(channels, channels, kernel: 3, geometry, using: &generator).then(.relu)
    .then(Conv2d(channels, channels, kernel: 3, geometry, using: &generator))
}

/// A network of `depth` equal blocks; the same seed gives the same weights with and without
/// shortcuts.
func blockNetwork<Block: Layer<Float>>(
  depth: Int, channels: Int, seed: UInt64,
  block: (_ channels: Int, _ generator: inout SplitMix64) -> Block
) -> BlockNetwork<Block> {
  var generator = SplitMix64(seed: seed)
  let geometry = ConvolutionGeometry(padding: 1)
  let stem = ImagesIn<Float>()
    .then(Conv2d(1, channels, kernel: 3, geometry, using: &generator))
    .then(MaxPool2d(2)).then(Activation.relu)
  let stack = Stack(depth: depth) { _ in block(channels, &generator) }
  let head = GlobalAveragePool<Float>().then(Dense(channels, 10, .glorot, using: &generator))
  return stem.then(stack).then(head)
}
