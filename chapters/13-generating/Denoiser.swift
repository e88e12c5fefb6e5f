import Core
import Detection
import Generating
import Images
import Training

/// A network that looks at images in noise, and what it is to be told beside them.
protocol Denoiser {
  associatedtype Network: Layer
  where
    Network.Scalar == Float, Network.Input == Tensor<Float>, Network.Output == Tensor<Float>,
    Network.InputGradient == Tensor<Float>

  var network: Network { get set }

  /// What the network takes: images x_t, `[m, pixels]`, the step t of each, and which digit is asked for; -1
  /// for none.
  func input(_ noisy: Tensor<Float>, at places: [Int], labels: [Int]) -> Tensor<Float>
}

/// Labels as rows with a one, and rows of zeros where nothing is asked for.
private func wishes(_ labels: [Int]) -> Tensor<Float> {
  var rows = Tensor<Float>(shape: [labels.count, 10])
  for (row, label) in labels.enumerated() where label >= 0 { rows[row, label] = 1 }
  return rows
}

/// Dense layers with residual blocks, for rows of pixels.
struct DenseDenoiser: Denoiser {
  typealias Block = Residual<Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>>
  typealias Body = Then<
    Then<Then<Dense<Float>, Activation<Float>>, Stack<Block>>, Activation<Float>
  >
  var network: Then<Body, Dense<Float>>

  init(pixels: Int, width: Int, depth: Int, using generator: inout SplitMix64) {
    let blocks = Stack(depth: depth) { _ in
      Residual(
        Dense<Float>(width, width, using: &generator).then(Activation.relu)
          .then(Dense(width, width, .normal(0.01), using: &generator)))
    }
    network = Dense<Float>(pixels + 32 + 10, width, using: &generator).then(Activation.relu)
      .then(blocks).then(Activation.relu)
      .then(Dense(width, pixels, .normal(0.01), using: &generator))
  }

  func input(_ noisy: Tensor<Float>, at places: [Int], labels: [Int]) -> Tensor<Float> {
    noisy.beside(timeEmbedding(places, width: 32)).beside(wishes(labels))
  }
}

/// A small U-Net for images of 14×14: chapter 9's parts, with what it is told as planes of one number.
struct UNetDenoiser: Denoiser {
  typealias Block = Then<Then<Conv2d<Float>, BatchNorm<Float>>, Activation<Float>>
  typealias Deep = Then<Then<Then<MaxPool2d<Float>, Block>, Block>, UpsampleNearest<Float>>
  typealias Body = Then<
    Then<Then<ImagesIn<Float>, Block>, SkipConcatenation<Deep>>, Block
  >
  var network: Then<Then<Body, Conv2d<Float>>, Flatten<Float>>
  static let told = 8 + 10

  init(channels: Int, using generator: inout SplitMix64) {
    func block(_ inputs: Int, _ outputs: Int) -> Block {
      Conv2d<Float>(
        inputs, outputs, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator
      ).then(BatchNorm(outputs)).then(.relu)
    }
    let (c, d) = (channels, 2 * channels)
    let deep: Deep = MaxPool2d<Float>(2).then(block(c, d)).then(block(d, d)).then(
      UpsampleNearest(2))
    network = ImagesIn<Float>().then(block(1 + Self.told, c)).then(SkipConcatenation(deep))
      .then(block(d + c, c))
      .then(Conv2d<Float>(c, 1, kernel: 1, using: &generator)).then(Flatten())
  }

  func input(_ noisy: Tensor<Float>, at places: [Int], labels: [Int]) -> Tensor<Float> {
    let told: Tensor<Float> = timeEmbedding(places, width: 8).beside(wishes(labels))
    let (m, pixels, k) = (noisy.rows, noisy.columns, told.columns)
    var all = [Float]()
    all.reserveCapacity(m * pixels * (1 + k))
    for i in 0..<m {
      all += noisy.scalars[i * pixels..<(i + 1) * pixels]
      for j in 0..<k { all += repeatElement(told.scalars[i * k + j], count: pixels) }
    }
    return Tensor(all, shape: [m, 1 + k, 14, 14])
  }
}
