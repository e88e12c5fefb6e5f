public import Checking
public import Core
public import Detection
import Images

// What a network of the chapter runs on with answers: losses in the library's form, whose gradient is an
// answer's, and layers whose backward is one. Samples are innermost in layers; the answers get images as
// the exercises have them.

/// The focal loss of a network's scores, whose gradient comes from an answer to 9.1.
public func adaptedFocalLoss(
  logits: Matrix, targets: Matrix, alpha: Double, gamma: Double,
  gradient: (FocalLossQuestion) throws -> Matrix
) -> Loss<Double> {
  let question = FocalLossQuestion(
    logits: logits, targets: targets, alpha: alpha, gamma: gamma)
  let dz = answer("9.1") { try gradient(question) }
  requireShapes("9.1", ("dLogits", dz, logits))
  let loss = focalLoss(logits: logits, targets: targets, alpha: alpha, gamma: gamma).loss
  return (loss, dz)
}

/// The gradient of the numbers that boxes are made of, from an answer to 9.2.
public func adaptedBoxDecodeBackward(
  _ dCorners: Matrix, offsets: Matrix, cells: Matrix, stride: Double, prior: Double,
  gradient: (BoxDecodeQuestion) throws -> Matrix
) -> Matrix {
  let question = BoxDecodeQuestion(
    dCorners: dCorners, offsets: offsets, cells: cells, stride: stride, prior: prior)
  let dOffsets = answer("9.2") { try gradient(question) }
  requireShapes("9.2", ("dOffsets", dOffsets, offsets))
  return dOffsets
}

/// The generalized IoU loss of boxes, whose gradient comes from an answer to 9.3; no boxes have no loss.
public func adaptedGIoULoss(
  prediction: Matrix, target: Matrix, gradient: (BoxPairsQuestion) throws -> Matrix
) -> Loss<Double> {
  guard prediction.rows > 0 else { return giouLoss(prediction: prediction, target: target) }
  let dp = answer("9.3") {
    try gradient(BoxPairsQuestion(prediction: prediction, target: target))
  }
  requireShapes("9.3", ("dp", dp, prediction))
  return (giouLoss(prediction: prediction, target: target).loss, dp)
}

/// The soft Dice loss of probabilities `[m, n, h, w]`, whose gradient comes from an answer to 9.6.
public func adaptedSoftDice(
  probabilities: Matrix, targets: Matrix, epsilon: Double,
  gradient: (SoftDiceQuestion) throws -> Matrix
) -> Loss<Double> {
  let question = SoftDiceQuestion(
    probabilities: probabilities, targets: targets, epsilon: epsilon)
  let dp = answer("9.6") { try gradient(question) }
  requireShapes("9.6", ("dp", dp, probabilities))
  let loss = softDice(probabilities: probabilities, targets: targets, epsilon: epsilon).loss
  return (loss, dp)
}

/// The gradient of feature maps `[m, channels, height, width]` that regions were pooled from, from an
/// answer to 9.7.
public func adaptedRegionMaxPoolBackward(
  _ dy: Matrix, x: Matrix, regions: [Region], gradient: (RegionPoolQuestion) throws -> Matrix
) -> Matrix {
  let dx = answer("9.7") { try gradient(RegionPoolQuestion(x: x, dy: dy, regions: regions)) }
  requireShapes("9.7", ("dx", dx, x))
  return dx
}

extension Adapted where Base == TransposedConv2d<Double> {
  /// A transposed convolution whose gradients come from an answer to 9.4.
  public init(
    _ layer: TransposedConv2d<Double>,
    gradients: @escaping (TransposedConvolutionQuestion) throws -> TransposedConvolutionGradients
  ) {
    self.init(
      layer,
      backward: { layer, dY, x, _ in
        let question = TransposedConvolutionQuestion(
          x: samplesFirst(x), weight: layer.parameters.weight, bias: layer.parameters.bias,
          dy: samplesFirst(dY), stride: layer.stride, padding: layer.padding)
        let (dx, dW, db) = answer("9.4") { try gradients(question) }
        requireShapes(
          "9.4", ("dx", dx, question.x), ("dW", dW, question.weight), ("db", db, question.bias))
        return (samplesLast(dx), WeightAndBias(weight: dW, bias: db))
      })
  }
}

extension Adapted {
  /// A way down and up again beside its input, whose last step, upsampling and concatenation, takes its
  /// gradients from an answer to 9.5; the layers below may be any.
  public init<Body: TensorLayer<Double>>(
    _ skip: SkipConcatenation<Then<Body, UpsampleNearest<Double>>>,
    gradients: @escaping (UpsampleConcatQuestion) throws -> UpsampleConcatGradients
  ) where Base == SkipConcatenation<Then<Body, UpsampleNearest<Double>>> {
    require(skip.body.second.factor == 2, "9.5: the exercise makes images twice as large")
    self.init(
      skip,
      backward: { skip, dY, x, cache in
        let question = UpsampleConcatQuestion(
          dy: samplesFirst(dY), channels: dY.shape[0] - x.shape[0])
        let (du, dSkip) = answer("9.5") { try gradients(question) }
        requireShapes("9.5", ("du", du, question.u), ("dSkip", dSkip, question.skip))
        let (dBelow, gradient) = skip.body.first.backward(samplesLast(du), cache.body.first)
        return (dBelow + samplesLast(dSkip), Pair(gradient, NoParameters()))
      })
  }
}
