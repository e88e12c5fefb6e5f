import Backprop
import Testing

private let golden = GoldenFile("detection")

@Test(arguments: ["focal", "focalHalf", "focalEmpty"])
func `focal loss and its gradient are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (alpha, gamma): (Scalar, Scalar) =
      name == "focalHalf" ? (Scalar(0.6), Scalar(0.5)) : (Scalar(0.25), 2)
    let (loss, dZ) = focalLoss(
      logits: try golden("\(name).z", as: type), targets: try golden("\(name).t"), alpha: alpha,
      gamma: gamma)
    try golden.expect(Tensor([loss]), "\(name).loss")
    try golden.expect(dZ, "\(name).dz")
  }
  try inBoth { try check($0) }
}

@Test func `boxes of four numbers and their gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (t, cells) = (try golden("decode.t", as: type), try golden("decode.cells", as: type))
    try golden.expect(boxDecode(t, cells: cells, stride: 8, prior: 16), "decode.y")
    let dT = boxDecodeBackward(
      try golden("decode.dy"), t, cells: cells, stride: 8, prior: 16)
    try golden.expect(dT, "decode.dt")
  }
  try inBoth { try check($0) }
}

@Test(arguments: ["smoothL1", "iou", "giou"])
func `a loss of boxes and its gradient are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (p, t) = (try golden("\(name).p", as: type), try golden("\(name).t", as: type))
    let (loss, dP) =
      switch name {
      case "smoothL1": smoothL1(prediction: p, target: t, beta: Scalar(0.7))
      case "iou": iouLoss(prediction: p, target: t)
      default: giouLoss(prediction: p, target: t)
      }
    try golden.expect(Tensor([loss]), "\(name).loss")
    try golden.expect(dP, "\(name).dp")
    if name == "iou" { try golden.expect(intersectionOverUnion(p, t), "iou.ratio") }
  }
  try inBoth { try check($0) }
}

@Test func `soft Dice and its gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (loss, dP) = softDice(
      probabilities: try golden("dice.p", as: type), targets: try golden("dice.t"))
    try golden.expect(Tensor([loss]), "dice.loss")
    try golden.expect(dP, "dice.dp")
  }
  try inBoth { try check($0) }
}

@Test(arguments: [("transposed", 2, 1), ("doubled", 2, 0), ("overlapping", 1, 0)])
func `a transposed convolution and its gradients are the independent ones`(
  name: String, stride: Int, padding: Int
) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (w, b) = (try golden("\(name).p0", as: type), try golden("\(name).p1", as: type))
    let layer = TransposedConv2d(weight: w, bias: b, stride: stride, padding: padding)
    try golden.compare(layer, name, images: true)
    // And the textbook's loops.
    let (x, dY): (Tensor<Scalar>, Tensor<Scalar>) = (
      try golden("\(name).x"), try golden("\(name).dy")
    )
    let y = transposedConv2dReference(
      x, weight: w, bias: b, stride: stride, padding: padding)
    try golden.expect(y, "\(name).y")
    let (dX, dW, db) = transposedConv2dReferenceBackward(
      dY, x, weight: w, stride: stride, padding: padding)
    try golden.expect(dX, "\(name).dx")
    try golden.expect(dW, "\(name).d0")
    try golden.expect(db, "\(name).d1")
  }
  try inBoth { try check($0) }
}

@Test func `what enlarges, keeps beside and makes rows is the independent one`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    try golden.compare(UpsampleNearest<Scalar>(2), "enlarged", images: true)
    let body = Conv2d<Scalar>(
      weight: try golden("beside.p0"), bias: try golden("beside.p1"))
    try golden.compare(SkipConcatenation(body), "beside", images: true)
    // The rows of one place stand sample after sample, so only the input has to be turned.
    let rows = ImagesIn<Scalar>().then(PositionsAsRows())
    try golden.compare(rows, "pixels")
    let y = upsampleConcatReference(
      try golden("step.u", as: type), skip: try golden("step.skip"))
    try golden.expect(y, "step.y")
    let (dU, dSkip) = upsampleConcatReferenceBackward(
      try golden("step.dy", as: type), channels: 3)
    try golden.expect(dU, "step.du")
    try golden.expect(dSkip, "step.dskip")
  }
  try inBoth { try check($0) }
}

@Test func `region pooling and its gradient are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let regions = try golden.rowsOfIntegers("regions.regions").map {
      Region(image: $0[0], x1: $0[1], y1: $0[2], x2: $0[3], y2: $0[4])
    }
    let x: Tensor<Scalar> = try golden("regions.x")
    let (y, places) = regionMaxPool(x, regions: regions, bins: 2)
    try golden.expect(y, "regions.y")
    let dY: Tensor<Scalar> = try golden("regions.dy")
    try golden.expect(regionMaxPoolBackward(dY, x, regions: regions), "regions.dx")
    let dX = regionMaxPoolBackward(dY, places: places, inputShape: x.shape)
    try golden.expect(dX, "regions.dx")
  }
  try inBoth { try check($0) }
}
