import Checking
import Core
import Images
import Problems01
import Problems02
import Problems04
import Problems05
import Problems07
import Problems08
import Training

/// A residual network in Double whose every gradient, and every step, is an answer to an exercise.
struct FinaleNetwork {
  /// F: conv, norm, relu, conv, norm.
  typealias Body = Then<
    Then<NormalizedConvolution, Adapted<Activation<Double>>>, NormalizedConvolution
  >

  typealias NormalizedConvolution = Then<Adapted<Conv2d<Double>>, Adapted<BatchNorm<Double>>>

  /// Equal blocks behind a convolution and pooling.
  typealias Deep<Block: TensorLayer<Double>> = Then<Then<DeepStem, Stack<Block>>, DeepHead>
  typealias DeepStem = Then<
    Then<Then<ImagesIn<Double>, Adapted<Conv2d<Double>>>, Adapted<MaxPool2d<Double>>>,
    Adapted<Activation<Double>>
  >
  typealias DeepHead = Then<Adapted<GlobalAveragePool<Double>>, Adapted<Dense<Double>>>

  let functions: FunctionsInUse
  private let relu: Adapted<Activation<Double>>
  private let pooling: Adapted<MaxPool2d<Double>>

  init(_ functions: FunctionsInUse) {
    self.functions = functions
    relu = Adapted(.relu, gradient: functions.relu)
    pooling = Adapted(MaxPool2d(2), gradient: functions.maxPool)
  }

  /// What each layer is, and the exercises that its backward is made of.
  static let parts = [
    ("convolution 3×3, 1 → 8 channels, 28×28", "5.1 5.2"),
    ("max pooling to 14×14, ReLU", "5.4 1.3"),
    ("residual block, 8 channels, ReLU", "8.1 5.2 5.3 7.3 1.3"),
    ("block with projection, 8 → 16, to 7×7, ReLU", "8.2 5.2 5.3 7.3 1.3"),
    ("basic block as a whole, 16 channels", "8.4 5.2 5.3 7.3"),
    ("global average pooling", "8.3"),
    ("dense layer, 16 → 10", "4.1"),
    ("softmax cross-entropy", "2.3"),
    ("Adam's step", "6.4"),
  ]

  /// A convolution and pooling, three blocks of three kinds, global average pooling, a dense layer.
  func network(using generator: inout SplitMix64) -> some TensorLayer<Double> {
    let stem = ImagesIn<Double>()
      .then(adapted(1, 8, stride: 1, using: &generator))
      .then(pooling).then(relu)
    let residual = residual(body(8, 8, using: &generator))
    let projection = Adapted(
      Conv2d(8, 16, kernel: 1, ConvolutionGeometry(stride: 2), using: &generator),
      gradients: functions.projection)
    let projected = Projected(body(8, 16, stride: 2, using: &generator), shortcut: projection)
    let whole = AdaptedBasicBlock(
      basicBody(16, 16, stride: 1, using: &generator), steps: functions.blockSteps,
      gradients: functions.basicBlock)
    return stem.then(residual).then(projected).then(relu).then(whole)
      .then(head(16, using: &generator))
  }

  /// Equal blocks of 4 channels at 7×7, with shortcuts or without, for measuring gradients.
  func stack<Block: TensorLayer<Double>>(
    depth: Int, using generator: inout SplitMix64, block: (Body) -> Block
  ) -> Deep<Block> {
    let stem = ImagesIn<Double>()
      .then(adapted(1, 4, stride: 2, using: &generator))
      .then(pooling).then(relu)
    let blocks = Stack(depth: depth) { _ in block(body(4, 4, using: &generator)) }
    return stem.then(blocks).then(head(4, using: &generator))
  }

  /// y = relu(F(x)).
  func plain(_ body: Body) -> Then<Body, Adapted<Activation<Double>>> { body.then(relu) }

  /// y = relu(F(x) + x).
  func residual(_ body: Body) -> Then<Adapted<Residual<Body>>, Adapted<Activation<Double>>> {
    Adapted(Residual(body), gradient: functions.residual).then(relu)
  }

  /// The loss, and ∂loss/∂logits.
  func loss(_ logits: Matrix, _ labels: [Int]) -> Loss<Double> {
    adaptedCrossEntropy(logits: logits, labels: labels, gradient: functions.crossEntropy)
  }

  private func adapted(
    _ channels: Int, _ outputs: Int, stride: Int, using generator: inout SplitMix64
  ) -> Adapted<Conv2d<Double>> {
    let geometry = ConvolutionGeometry(stride: stride, padding: 1)
    return Adapted(
      Conv2d(channels, outputs, kernel: 3, geometry, using: &generator),
      bias: functions.convolutionBias, weights: functions.convolutionWeights,
      input: functions.convolutionInput)
  }

  private func body(
    _ channels: Int, _ outputs: Int, stride: Int = 1, using generator: inout SplitMix64
  ) -> Body {
    let first = adapted(channels, outputs, stride: stride, using: &generator)
      .then(Adapted(BatchNorm(outputs), gradients: functions.batchNorm))
    let second = adapted(outputs, outputs, stride: 1, using: &generator)
      .then(Adapted(BatchNorm(outputs), gradients: functions.batchNorm))
    return first.then(relu).then(second)
  }

  private func head(
    _ channels: Int, using generator: inout SplitMix64
  ) -> DeepHead {
    Adapted(GlobalAveragePool(), gradient: functions.globalAveragePool)
      .then(
        Adapted(Dense(channels, 10, .glorot, using: &generator), gradients: functions.dense))
  }
}
