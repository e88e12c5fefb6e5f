import Core
import Images
import Training

/// A convolution 3×3 that keeps height and width, batch norm, ReLU.
typealias Block = Then<Then<Conv2d<Float>, BatchNorm<Float>>, Activation<Float>>

func block(_ channels: Int, _ outputs: Int, using generator: inout SplitMix64) -> Block {
  Conv2d<Float>(
    channels, outputs, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator
  ).then(BatchNorm(outputs)).then(.relu)
}

/// The five blocks that detector and U-Net share, of 8, 16, 32, 64 and 64 channels; behind each of the
/// first three, pooling halves the image: 56, 28, 14, 7.
struct Encoder {
  var one: Block, two: Block, three: Block, four: Block, five: Block

  /// Blocks with random weights.
  init(using generator: inout SplitMix64) {
    one = block(1, 8, using: &generator)
    two = block(8, 16, using: &generator)
    three = block(16, 32, using: &generator)
    four = block(32, 64, using: &generator)
    five = block(64, 64, using: &generator)
  }

  /// The blocks of a detector, as far as it has been trained.
  init(of detector: Detector) {
    let trunk = detector.first.first
    let half = trunk.first.first.first.first.first
    one = half.first.first.second
    two = half.second
    three = trunk.first.first.first.second
    four = trunk.first.second
    five = trunk.second
  }

  /// All five, from images to feature maps of 64 channels at 7×7.
  var trunk: Trunk {
    let pool = MaxPool2d<Float>(2)
    let half = ImagesIn<Float>().then(one).then(pool).then(two)
    return half.then(pool).then(three).then(pool).then(four).then(five)
  }

  /// The first three, to 32 channels at 14×14.
  var features: Features {
    let pool = MaxPool2d<Float>(2)
    return ImagesIn<Float>().then(one).then(pool).then(two).then(pool).then(three)
  }
}

typealias Pool = MaxPool2d<Float>
typealias HalfWay = Then<Then<Then<ImagesIn<Float>, Block>, Pool>, Block>
typealias Features = Then<Then<HalfWay, Pool>, Block>
typealias Trunk = Then<Then<Then<Features, Pool>, Block>, Block>
