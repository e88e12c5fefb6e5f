import Checking
import Checkpoints
import Core
import Images
import Problems01
import Problems02
import Problems04
import Problems05
import Problems06
import Problems07
import Problems08
import Running
import Training

/// A residual network in Double whose every gradient, and every step, is an answer to an exercise.
struct FinaleNetwork {
  /// F: conv, norm, relu, conv, norm.
  typealias Body = Then<
    Then<Then<AdaptedConv2d, AdaptedBatchNorm>, AdaptedActivation>,
    Then<AdaptedConv2d, AdaptedBatchNorm>
  >

  /// Equal blocks behind a convolution and pooling.
  typealias Deep<Block: TensorLayer<Double>> = Then<Then<DeepStem, Stack<Block>>, DeepHead>
  typealias DeepStem = Then<
    Then<Then<ImagesIn<Double>, AdaptedConv2d>, AdaptedPooling>, AdaptedActivation
  >
  typealias DeepHead = Then<AdaptedGlobalAveragePool, AdaptedDense>

  let source: Source
  private let convolution: ConvolutionFunctions
  private let norm: (NormalizationQuestion) throws -> NormalizationGradients
  private let relu: AdaptedActivation
  private let crossEntropy: (ClassificationQuestion) throws -> Matrix

  init(_ source: Source) {
    self.source = source
    convolution = ConvolutionFunctions(source)
    norm = Chapter07Problems.batchNorm.function(from: source)
    relu = AdaptedActivation(.relu, gradient: Chapter01Problems.relu.function(from: source))
    crossEntropy = Chapter02Problems.softmaxCrossEntropy.function(from: source)
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
      .then(AdaptedPooling(.maximum, PoolingGeometry(window: 2), from: source)).then(relu)
    let residual = residual(body(8, 8, using: &generator))
    let projection = AdaptedProjection(
      Conv2d(8, 16, kernel: 1, ConvolutionGeometry(stride: 2), using: &generator),
      gradients: Chapter08Problems.projectionShortcut.function(from: source))
    let projected = Projected(body(8, 16, stride: 2, using: &generator), shortcut: projection)
    let whole = AdaptedBasicBlock(
      basicBody(16, 16, stride: 1, using: &generator), steps: BlockSteps(source),
      gradients: Chapter08Problems.basicBlock.function(from: source))
    return stem.then(residual).then(projected).then(relu).then(whole)
      .then(head(16, using: &generator))
  }

  /// Equal blocks of 4 channels at 7×7, with shortcuts or without, for measuring gradients.
  func stack<Block: TensorLayer<Double>>(
    depth: Int, using generator: inout SplitMix64, block: (Body) -> Block
  ) -> Deep<Block> {
    let stem = ImagesIn<Double>()
      .then(adapted(1, 4, stride: 2, using: &generator))
      .then(AdaptedPooling(.maximum, PoolingGeometry(window: 2), from: source)).then(relu)
    let blocks = Stack(depth: depth) { _ in block(body(4, 4, using: &generator)) }
    return stem.then(blocks).then(head(4, using: &generator))
  }

  /// y = relu(F(x)).
  func plain(_ body: Body) -> Then<Body, AdaptedActivation> { body.then(relu) }

  /// y = relu(F(x) + x).
  func residual(_ body: Body) -> Then<AdaptedResidual<Body>, AdaptedActivation> {
    AdaptedResidual(body, gradient: Chapter08Problems.residual.function(from: source)).then(relu)
  }

  /// The loss, and ∂loss/∂logits.
  func loss(_ logits: Matrix, _ labels: [Int]) -> Loss<Double> {
    let targets: Matrix = oneHot(labels, classes: logits.columns)
    let question = ClassificationQuestion(logits: logits, targets: targets)
    do {
      return (
        softmaxCrossEntropy(logits: logits, targets: targets).loss, try crossEntropy(question)
      )
    } catch {
      fatalError("2.3: the function threw an error: \(error)")
    }
  }

  private func adapted(
    _ channels: Int, _ outputs: Int, stride: Int, using generator: inout SplitMix64
  ) -> AdaptedConv2d {
    let geometry = ConvolutionGeometry(stride: stride, padding: 1)
    return AdaptedConv2d(
      Conv2d(channels, outputs, kernel: 3, geometry, using: &generator), convolution)
  }

  private func body(
    _ channels: Int, _ outputs: Int, stride: Int = 1, using generator: inout SplitMix64
  ) -> Body {
    let first = adapted(channels, outputs, stride: stride, using: &generator)
      .then(AdaptedBatchNorm(BatchNorm(outputs), gradients: norm))
    let second = adapted(outputs, outputs, stride: 1, using: &generator)
      .then(AdaptedBatchNorm(BatchNorm(outputs), gradients: norm))
    return first.then(relu).then(second)
  }

  private func head(
    _ channels: Int, using generator: inout SplitMix64
  ) -> DeepHead {
    AdaptedGlobalAveragePool(
      gradient: Chapter08Problems.globalAveragePool.function(from: source)
    ).then(
      AdaptedDense(
        Dense(channels, 10, .glorot, using: &generator),
        gradients: Chapter04Problems.dense.function(from: source)))
  }
}
