import Backprop
import Course
import Datasets
import Figures

/// A residual network in Double whose every backward is an answer to an exercise.
struct FinaleNetwork {
  let source: Source

  typealias Body = Then<Then<Then<Then<AdaptedConv2d, AdaptedBatchNorm>, AdaptedActivation>, AdaptedConv2d>, AdaptedBatchNorm>
  private let convolution: ConvolutionFunctions
  private let norm: (NormalizationQuestion) throws -> NormalizationGradients
  private let relu: AdaptedActivation

  init(_ source: Source) {
    self.source = source
    convolution = ConvolutionFunctions(source)
    norm = Chapter07Problems.batchNorm.function(from: source)
    relu = AdaptedActivation(.relu, gradient: Chapter01Problems.relu.function(from: source))
  }

  func body(_ channels: Int, _ outputs: Int, stride: Int, using generator: inout SplitMix64) -> Body {
    func normalized(_ inputs: Int, _ stride: Int) -> Then<AdaptedConv2d, AdaptedBatchNorm> {
      let geometry = ConvolutionGeometry(stride: stride, padding: 1)
      return AdaptedConv2d(
        Conv2d(inputs, outputs, kernel: 3, geometry, using: &generator), convolution
      ).then(AdaptedBatchNorm(BatchNorm(outputs), gradients: norm))
    }
    let first = normalized(channels, stride)
    let second = normalized(outputs, 1)
    return first.then(relu).then(second.first).then(second.second)
  }

  func network(using generator: inout SplitMix64) -> some Layer<Double> {
    let stem = ImagesIn<Double>()
      .then(
        AdaptedConv2d(
          Conv2d(1, 8, kernel: 3, ConvolutionGeometry(padding: 1), using: &generator), convolution)
      )
      .then(AdaptedPooling(.maximum, PoolingGeometry(window: 2), from: source)).then(relu)
    let identity = AdaptedResidual(
      body(8, 8, stride: 1, using: &generator),
      gradient: Chapter08Problems.residual.function(from: source))
    let projection = AdaptedProjection(
      Conv2d(8, 16, kernel: 1, ConvolutionGeometry(stride: 2), using: &generator),
      gradients: Chapter08Problems.projectionShortcut.function(from: source))
    let down = Projected(body(8, 16, stride: 2, using: &generator), shortcut: projection)
    let block = AdaptedBasicBlock(
      basicBody(16, 16, stride: 1, using: &generator), steps: BlockSteps(source),
      gradients: Chapter08Problems.basicBlock.function(from: source))
    let pool = AdaptedGlobalAveragePool(
      gradient: Chapter08Problems.globalAveragePool.function(from: source))
    let dense = AdaptedDense(
      Dense(16, 10, .glorot, using: &generator),
      gradients: Chapter04Problems.dense.function(from: source))
    return stem.then(identity).then(relu).then(down).then(relu).then(block).then(pool).then(dense)
  }

  func loss(_ logits: Matrix, _ labels: [Int]) -> Loss<Double> {
    let targets: Matrix = oneHot(labels, classes: logits.columns)
    let question = ClassificationQuestion(logits: logits, targets: targets)
    do {
      return (
        softmaxCrossEntropy(logits: logits, targets: targets).loss,
        try Chapter02Problems.softmaxCrossEntropy.function(from: source)(question)
      )
    } catch {
      fatalError("2.3: the function threw an error: \(error)")
    }
  }
}

func runFinale(_ source: Source, _ plan: Plan, _ options: ChapterOptions, on screen: Screen) throws {
  let finale = FinaleNetwork(source)
  var generator = SplitMix64(seed: plan.seed)
  var lesson = Lesson<Double>(train: plan.train, test: plan.test, rate: 0.01, seed: plan.seed)
  lesson.batch = plan.batch
  lesson.epochs = plan.epochs
  lesson.loss = finale.loss
  var adam = AdaptedOptimizer.adam(
    learningRate: 0.01, step: Chapter06Problems.adam.function(from: source))
  let run = lesson.run(finale.network(using: &generator), with: &adam, on: screen, prints: true)
  print(run.accuracy, run.seconds, run.network.parameters.count)
}
func compareTraining(_ source: Source, _ plan: Plan, on screen: Screen) throws {}
