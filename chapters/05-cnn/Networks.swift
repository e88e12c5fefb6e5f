import Checking
import Core
import Images
import Problems01
import Problems02
import Problems04
import Problems05

/// A convolution and the pooling after it, without their numbers.
struct Stage {
  let convolution: ConvolutionGeometry
  let pooling: PoolingGeometry

  init(
    _ convolution: ConvolutionGeometry = ConvolutionGeometry(), pool window: Int,
    stride: Int? = nil
  ) {
    self.convolution = convolution
    pooling = PoolingGeometry(window: window, stride: stride)
  }
}

/// A network for images of 28×28 pixels, with what its pictures need to know of it.
protocol ImageNetwork {
  associatedtype Scalar: Real
  associatedtype Network: TensorLayer<Scalar>

  var name: String { get }
  /// How the two convolutions move, and the windows that are pooled after each.
  var first: Stage { get }
  var second: Stage { get }
  /// The network as a list, for counting.
  var layers: LayerList { get }
  /// The highest learning rate, at the beginning.
  var learningRate: Scalar { get }
  func network(using generator: inout SplitMix64) -> Network
  /// Softmax cross-entropy: the loss, and ∂loss/∂logits.
  func loss(_ logits: Tensor<Scalar>, _ labels: [Int]) -> Loss<Scalar>
}

extension ImageNetwork {
  func loss(_ logits: Tensor<Scalar>, _ labels: [Int]) -> Loss<Scalar> {
    softmaxCrossEntropy(logits: logits, labels: labels)
  }
}

/// The library's LeNet-5, in Float.
struct LeNet: ImageNetwork {
  let name = "LeNet-5"
  let first = Stage(ConvolutionGeometry(padding: 2), pool: 2)
  let second = Stage(pool: 2)
  let layers = LayerList.leNet5
  let learningRate: Float = 0.002

  func network(using generator: inout SplitMix64) -> some TensorLayer<Float> {
    leNet5(Float.self, using: &generator)
  }
}

/// LeNet-5 with the mean of each window where it has the largest number, as in 1998.
struct AveragingLeNet: ImageNetwork {
  let name = "average pooling"
  let first = LeNet().first
  let second = LeNet().second
  let layers = LayerList.leNet5
  let learningRate: Float = 0.002

  func network(using generator: inout SplitMix64) -> some TensorLayer<Float> {
    ImagesIn<Float>()
      .then(Conv2d(1, 6, kernel: 5, ConvolutionGeometry(padding: 2), using: &generator))
      .then(Activation.relu).then(AveragePool2d(2))
      .then(Conv2d(6, 16, kernel: 5, using: &generator))
      .then(Activation.relu).then(AveragePool2d(2))
      .then(denseHead(using: &generator))
  }
}

/// LeNet-5 with its second convolution in two steps: 5×5 within each channel, then 1×1 across.
struct SeparableLeNet: ImageNetwork {
  let name = "separable"
  let first = LeNet().first
  let second = LeNet().second
  let layers = LayerList(
    "separable", input: [1, 28, 28],
    [
      .convolution(outputs: 6, kernel: 5, ConvolutionGeometry(padding: 2)),
      .pool(window: 2, stride: 2),
      .convolution(outputs: 6, kernel: 5, ConvolutionGeometry(groups: 6)),
      .convolution(outputs: 16, kernel: 1), .pool(window: 2, stride: 2),
      .dense(outputs: 120), .dense(outputs: 84), .dense(outputs: 10),
    ])
  let learningRate: Float = 0.002

  func network(using generator: inout SplitMix64) -> some TensorLayer<Float> {
    ImagesIn<Float>()
      .then(Conv2d(1, 6, kernel: 5, ConvolutionGeometry(padding: 2), using: &generator))
      .then(MaxPool2d(2)).then(Activation.relu)
      .then(Conv2d(6, 6, kernel: 5, ConvolutionGeometry(groups: 6), using: &generator))
      .then(Conv2d(6, 16, kernel: 1, using: &generator))
      .then(MaxPool2d(2)).then(Activation.relu)
      .then(denseHead(using: &generator))
  }
}

/// The three dense layers at the end of LeNet-5.
private func denseHead(using generator: inout SplitMix64) -> some TensorLayer<Float> {
  Flatten<Float>()
    .then(Dense(400, 120, .he, using: &generator)).then(Activation.relu)
    .then(Dense(120, 84, .he, using: &generator)).then(Activation.relu)
    .then(Dense(84, 10, .glorot, using: &generator))
}

/// A small network in Double with gradients from the functions of the exercises.
///
/// Its first convolution has stride and padding, and its second pooling windows that overlap, so
/// that all of each function is at work.
struct SmallNetwork<Pool: TensorLayer<Double>>: ImageNetwork {
  let name = "the small network"
  let first = Stage(ConvolutionGeometry(stride: 2, padding: 2), pool: 2)
  let second = Stage(ConvolutionGeometry(padding: 1), pool: 3, stride: 2)
  let layers = LayerList(
    "small", input: [1, 28, 28],
    [
      .convolution(outputs: 4, kernel: 5, ConvolutionGeometry(stride: 2, padding: 2)),
      .pool(window: 2, stride: 2),
      .convolution(outputs: 8, kernel: 3, ConvolutionGeometry(padding: 1)),
      .pool(window: 3, stride: 2), .dense(outputs: 10),
    ])
  let learningRate = 0.01

  private let functions: FunctionsInUse
  private let pooling: (PoolingGeometry) -> Pool

  func network(using generator: inout SplitMix64) -> some TensorLayer<Double> {
    let relu = Adapted(Activation.relu, gradient: functions.relu)
    let features = ImagesIn<Double>()
      .then(adapted(Conv2d(1, 4, kernel: 5, first.convolution, using: &generator)))
      .then(pooling(first.pooling)).then(relu)
      .then(adapted(Conv2d(4, 8, kernel: 3, second.convolution, using: &generator)))
      .then(pooling(second.pooling)).then(relu)
    let dense = Adapted(Dense(72, 10, .glorot, using: &generator), gradients: functions.dense)
    return features.then(Flatten()).then(dense)
  }

  func loss(_ logits: Matrix, _ labels: [Int]) -> Loss<Double> {
    adaptedCrossEntropy(logits: logits, labels: labels, gradient: functions.crossEntropy)
  }

  private func adapted(_ convolution: Conv2d<Double>) -> Adapted<Conv2d<Double>> {
    Adapted(
      convolution, bias: functions.convolutionBias, weights: functions.convolutionWeights,
      input: functions.convolutionInput)
  }
}

extension SmallNetwork where Pool == Adapted<MaxPool2d<Double>> {
  /// With the largest number of each window.
  init(_ functions: FunctionsInUse) {
    self.init(functions: functions) {
      Adapted(MaxPool2d($0.window, stride: $0.stride), gradient: functions.maxPool)
    }
  }
}

extension SmallNetwork where Pool == Adapted<AveragePool2d<Double>> {
  /// With the mean of each window.
  init(averaging functions: FunctionsInUse) {
    self.init(functions: functions) {
      Adapted(AveragePool2d($0.window, stride: $0.stride), gradient: functions.averagePool)
    }
  }
}
