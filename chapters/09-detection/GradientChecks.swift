import Core
import Detection
import Problems09
import Running

/// The gradients of this chapter, against central differences.
func checkGradients(_ functions: FunctionsInUse, on screen: Screen) throws {
  screen.section("Are the gradients right?")
  var generator = SplitMix64(seed: 9)
  func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
  func bits(_ shape: [Int]) -> Matrix { draw(shape).map { $0 > 0.3 ? 1 : 0 } }
  var table = Table("gradient", "of", "shape", "length", "largest error")
  func row(_ name: String, _ of: String, _ gradient: Matrix, _ numeric: Matrix) {
    let error =
      gradient.shape == numeric.shape
      ? significant((gradient - numeric).map { abs($0) }.max(), 1) : "wrong shape"
    table.add(name, of, "\(gradient.shape)", fixed(gradient.norm(), 4), error)
  }

  let focal = FocalLossQuestion(
    logits: draw([4, 6]), targets: bits([4, 6]), alpha: 0.25, gamma: 2)
  row(
    "9.1 dz", "focal loss", try functions.focalLoss(focal),
    numericalGradient(
      of: { focalLoss(logits: $0, targets: focal.targets, alpha: 0.25, gamma: 2).loss },
      at: focal.logits))

  let cells = Matrix(rows: [[0, 3], [2, 6], [5, 1]])
  let decode = BoxDecodeQuestion(
    dCorners: draw([3, 4]), offsets: draw([3, 4]), cells: cells, stride: 8, prior: 16)
  row(
    "9.2 dt", "boxes of numbers", try functions.boxDecode(decode),
    numericalGradient(
      of: { (decode.dCorners * boxDecode($0, cells: cells, stride: 8, prior: 16)).sum() },
      at: decode.offsets))

  let boxes = Matrix(rows: [[1, 1, 5, 6], [3, 2, 4, 5], [0, 0, 2, 2]])
  let pairs = BoxPairsQuestion(
    prediction: boxes, target: Matrix(rows: [[2, 0, 7, 5], [1, 1, 6, 7], [3, 4, 6, 6]]))
  row(
    "9.3 dp", "GIoU loss", try functions.giouLoss(pairs),
    numericalGradient(
      of: { giouLoss(prediction: $0, target: pairs.target).loss }, at: pairs.prediction))

  let transposed = TransposedConvolutionQuestion(
    x: draw([2, 3, 3, 2]), weight: draw([3, 2, 3, 3]), bias: draw([2]), dy: draw([2, 2, 5, 3]),
    stride: 2, padding: 1)
  let gradients = try functions.transposedConvolution(transposed)
  row(
    "9.4 dx", "transposed convolution", gradients.dx,
    numericalGradient(
      of: {
        (transposed.dy
          * transposedConv2dReference(
            $0, weight: transposed.weight, bias: transposed.bias, stride: 2, padding: 1)).sum()
      }, at: transposed.x))
  row(
    "9.4 dW", "", gradients.dW,
    numericalGradient(
      of: {
        (transposed.dy
          * transposedConv2dReference(
            transposed.x, weight: $0, bias: transposed.bias, stride: 2, padding: 1)).sum()
      }, at: transposed.weight))

  let up = UpsampleConcatQuestion(dy: draw([2, 5, 4, 6]), channels: 3)
  row(
    "9.5 du", "upsampling, concatenation", try functions.upsampleConcat(up).du,
    numericalGradient(
      of: { (up.dy * upsampleConcatReference($0, skip: up.skip)).sum() }, at: up.u))

  let dice = SoftDiceQuestion(
    probabilities: draw([2, 3, 3, 4]).map { 1 / (1 + Double.exp(-$0)) },
    targets: bits([2, 3, 3, 4]),
    epsilon: 1)
  row(
    "9.6 dp", "soft Dice loss", try functions.softDice(dice),
    numericalGradient(
      of: { softDice(probabilities: $0, targets: dice.targets, epsilon: 1).loss },
      at: dice.probabilities))
  screen.table(table)
}
