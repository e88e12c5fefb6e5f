import Backprop

/// A transposed convolution of 2 channels into 3.
private func layer(stride: Int = 2, padding: Int = 0) -> TransposedConv2d<Double> {
  TransposedConv2d(
    weight: zeros(2, 3, 2, 2), bias: zeros(3), stride: stride, padding: padding)
}

private func boxes(_ rows: [Double]...) -> Tensor<Double> { Tensor(rows: rows) }

extension WrongCall {
  static let detection: [WrongCall] = transposed + upsampling + regions + lossesOfBoxes

  private static let transposed: [WrongCall] = [
    WrongCall("TransposedConv2d: a stride of 0") { _ = layer(stride: 0) },
    WrongCall("TransposedConv2d: a padding of -1") { _ = layer(padding: -1) },
    WrongCall("the filters are [2, 3, 2, 2] and the bias [2]") {
      _ = TransposedConv2d(weight: zeros(2, 3, 2, 2), bias: zeros(2))
    },
    WrongCall("the filters are [3, 8] and the bias [3]") {
      var layer = layer()
      layer.parameters = WeightAndBias(weight: zeros(3, 8), bias: zeros(3))
      _ = layer(zeros(2, 5, 5, 1))
    },
    WrongCall("with filters [2, 3, 2, 2] it must be [2, height, width, m]") {
      _ = layer()(zeros(1, 2, 5, 5))
    },
    WrongCall("with a pixel at least") { _ = layer()(zeros(2, 0, 5, 1)) },
    WrongCall("use less padding") { _ = layer(stride: 1, padding: 2)(zeros(2, 2, 2, 1)) },
    WrongCall("dY is [3, 4, 4, 1], should be [3, 6, 6, 1]") {
      let layer = layer()
      _ = layer.backward(zeros(3, 4, 4, 1), cache(of: layer, zeros(2, 3, 3, 1)))
    },
    WrongCall("2³⁰ at most") {
      var generator = SplitMix64(seed: 1)
      _ = TransposedConv2d<Double>(1, 1, kernel: 1 << 40, using: &generator)
    },
    WrongCall("they must be [m, in, h, w] and [in, out, kh, kw]") {
      _ = transposedConv2dReference(zeros(1, 3, 2, 2), weight: zeros(2, 3, 2, 2), bias: zeros(3))
    },
    WrongCall("the bias is [2]; with filters [2, 3, 2, 2] it must be [3]") {
      _ = transposedConv2dReference(zeros(1, 2, 2, 2), weight: zeros(2, 3, 2, 2), bias: zeros(2))
    },
    WrongCall("should be [1, 3, 3, 3], the output's shape") {
      _ = transposedConv2dReferenceBackward(
        zeros(1, 3, 4, 4), zeros(1, 2, 2, 2), weight: zeros(2, 3, 2, 2))
    },
  ]

  private static let upsampling: [WrongCall] = [
    WrongCall("UpsampleNearest: a factor of 0") { _ = UpsampleNearest<Double>(0) },
    WrongCall("UpsampleNearest: the input is [2, 3]") {
      _ = UpsampleNearest<Double>()(zeros(2, 3))
    },
    WrongCall("UpsampleNearest backward: dY is [1, 2, 2, 1], should be [1, 4, 4, 1]") {
      _ = UpsampleNearest<Double>().backward(
        zeros(1, 2, 2, 1), UpsampleNearest.Cache(shape: [1, 2, 2, 1]))
    },
    WrongCall("with the same height, width and m") {
      _ = SkipConcatenation(MaxPool2d<Double>(2))(zeros(1, 4, 4, 1))
    },
    WrongCall("an odd size, halved and doubled, is one short") {
      let body = MaxPool2d<Double>(2).then(UpsampleNearest())
      _ = SkipConcatenation(body)(zeros(1, 89, 88, 1))
    },
    WrongCall("SkipConcatenation backward: dY is [1, 2, 2, 1]") {
      let skip = SkipConcatenation(Activation<Double>.relu)
      _ = skip.backward(zeros(1, 2, 2, 1), cache(of: skip, zeros(2, 2, 2, 1)))
    },
    WrongCall("PositionsAsRows: the input is [3]") { _ = PositionsAsRows<Double>()(zeros(3)) },
    WrongCall("PositionsAsRows backward: dY is [2, 4], should be [4, 2]") {
      _ = PositionsAsRows<Double>().backward(
        zeros(2, 4), PositionsAsRows.Cache(shape: [2, 2, 2, 1]))
    },
    WrongCall("u is [1, 2, 2, 2] and skip [1, 1, 4, 5]") {
      _ = upsampleConcatReference(zeros(1, 2, 2, 2), skip: zeros(1, 1, 4, 5))
    },
    WrongCall("dY is [1, 3, 4, 4] and c is 4") {
      _ = upsampleConcatReferenceBackward(zeros(1, 3, 4, 4), channels: 4)
    },
    WrongCall("dY must be [m, c + k, 2h, 2w]") {
      _ = upsampleConcatReferenceBackward(zeros(1, 3, 3, 4), channels: 1)
    },
    WrongCall("dY must be [m, c + k, 2h, 2w]") {
      _ = upsampleConcatReferenceBackward(zeros(1, 3, 4, 3), channels: 1)
    },
  ]

  /// Pooling of one region of one image of 3×4 cells.
  private static func pool(
    _ image: Int, _ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, bins: Int = 2
  ) {
    let region = Region(image: image, x1: x1, y1: y1, x2: x2, y2: y2)
    _ = regionMaxPool(zeros(1, 1, 3, 4), regions: [region], bins: bins)
  }

  private static let regions: [WrongCall] = [
    WrongCall("image 1, columns 0..<2, rows 0..<2 is no region of 1 image(s) of 3×4 cells") {
      pool(1, 0, 0, 2, 2)
    },
    WrongCall("with a cell at least") { pool(0, 2, 0, 2, 2) },
    WrongCall("must lie within") { pool(0, 0, 0, 5, 2) },
    WrongCall("must lie within") { pool(0, -1, 0, 2, 2) },
    WrongCall("must lie within") { pool(0, 0, 0, 2, 4) },
    WrongCall("must lie within") { pool(0, 0, -1, 2, 2) },
    WrongCall("a number of bins of 0") { pool(0, 0, 0, 2, 2, bins: 0) },
    WrongCall("regionMaxPool: the input is [3, 4]") {
      _ = regionMaxPool(zeros(3, 4), regions: [], bins: 2)
    },
    WrongCall("it must be [regions, channels, bins, bins]") {
      _ = regionMaxPoolBackward(zeros(0, 1, 2, 3), zeros(1, 1, 3, 3), regions: [])
    },
    WrongCall("it must have as many numbers") {
      _ = regionMaxPoolBackward(zeros(2), places: [0], inputShape: [2])
    },
    WrongCall("place 2 is outside") {
      _ = regionMaxPoolBackward(zeros(1), places: [2], inputShape: [2])
    },
  ]

  private static let lossesOfBoxes: [WrongCall] = [
    WrongCall("focalLoss: logits [2] and targets [2, 1]") {
      _ = focalLoss(logits: zeros(2), targets: zeros(2, 1))
    },
    WrongCall("focalLoss: a target is 0.5; it must be 0 or 1") {
      _ = focalLoss(logits: zeros(1), targets: Tensor([0.5]))
    },
    WrongCall("focalLoss: alpha is 1.5") {
      _ = focalLoss(logits: zeros(1), targets: zeros(1), alpha: 1.5)
    },
    WrongCall("focalLoss: gamma is nan") {
      _ = focalLoss(logits: zeros(1), targets: zeros(1), gamma: .nan)
    },
    WrongCall("t is [2, 4] and cells [2]") {
      _ = boxDecode(zeros(2, 4), cells: zeros(2), stride: 8, prior: 16)
    },
    WrongCall("the prior is 0.0") {
      _ = boxDecode(zeros(2, 4), cells: zeros(2, 2), stride: 8, prior: 0)
    },
    WrongCall("boxDecode backward: dCorners is [1, 4]") {
      _ = boxDecodeBackward(zeros(1, 4), zeros(2, 4), cells: zeros(2, 2), stride: 8, prior: 16)
    },
    WrongCall("giouLoss: predictions [1, 4] and targets [2, 4]") {
      _ = giouLoss(prediction: boxes([0, 0, 1, 1]), target: zeros(2, 4))
    },
    WrongCall("target 0 is [1.0, 0.0, 1.0, 2.0]; it must be [x1, y1, x2, y2] with x1 < x2") {
      _ = iouLoss(prediction: boxes([0, 0, 1, 1]), target: boxes([1, 0, 1, 2]))
    },
    WrongCall("corners and not centre and size") {
      _ = giouLoss(prediction: boxes([8, 8, 3, 4]), target: boxes([0, 0, 1, 1]))
    },
    WrongCall("target 0 is [nan") {
      _ = intersectionOverUnion(boxes([0, 0, 1, 1]), boxes([.nan, 0, 1, 2]))
    },
    WrongCall("smoothL1: predictions [4] and targets [4] must both be [boxes, 4]") {
      _ = smoothL1(prediction: zeros(4), target: zeros(4))
    },
    WrongCall("smoothL1: beta is 0.0") {
      _ = smoothL1(prediction: zeros(1, 4), target: zeros(1, 4), beta: 0)
    },
    WrongCall("softDice: probabilities [2, 3] and targets [3, 2]") {
      _ = softDice(probabilities: zeros(2, 3), targets: zeros(3, 2))
    },
    WrongCall("with a class at least") {
      _ = softDice(probabilities: zeros(2, 0), targets: zeros(2, 0))
    },
    WrongCall("softDice: epsilon is 0.0") {
      _ = softDice(probabilities: zeros(2, 3), targets: zeros(2, 3), epsilon: 0)
    },
  ]
}
