import Backprop
import Testing

private let golden = GoldenFile("parts")

private func dense<Scalar: Real>(_ inputs: Int, _ outputs: Int) -> Dense<Scalar> {
  Dense(weight: Tensor(shape: [inputs, outputs]), bias: Tensor(shape: [outputs]))
}

@Test(arguments: ["l2", "l1"])
func `a penalty and its gradient are the independent ones`(name: String) throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let w: Tensor<Scalar> = try golden("\(name).w")
    let strength = Scalar(0.3)
    let (loss, dW) =
      name == "l2" ? l2Penalty(w, strength: strength) : l1Penalty(w, strength: strength)
    try golden.expect(Tensor([loss]), "\(name).loss")
    try golden.expect(dW, "\(name).dw")
  }
  try inBoth { try check($0) }
}

@Test func `dropout's gradient through a given mask is the independent one`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let (layer, mask) = (Dropout<Scalar>(rate: Scalar(0.3)), try golden("dropout.mask", as: type))
    try golden.expect(try golden("dropout.x") * mask, "dropout.y")
    let dX = layer.backward(try golden("dropout.dy"), .init(scaledMask: mask)).dInput
    try golden.expect(dX, "dropout.dx")
  }
  try inBoth { try check($0) }
}

@Test func `the last step, and flattened images, are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    try golden.compare(LastStep<Scalar>(), "lastStep")
    try golden.compare(ImagesIn<Scalar>().then(Flatten()), "flatten")
  }
  try inBoth { try check($0) }
}

@Test func `a stack, plain and residual, and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    func part() -> Then<Dense<Scalar>, Activation<Scalar>> { dense(4, 4).then(.tanh) }
    try golden.compare(Stack(depth: 3) { _ in part() }, "stack")
    try golden.compare(Stack(depth: 3) { _ in Residual(part()) }, "residualStack")
  }
  try inBoth { try check($0) }
}

@Test func `a bottleneck with a projection and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    var generator = SplitMix64(seed: 1)
    let block:
      Then<
        Projected<BottleneckBody<Scalar>, NormalizedConvolution<Scalar>>, Activation<Scalar>
      > = projectedBottleneckBlock(4, width: 2, 6, stride: 2, using: &generator)
    try golden.compare(block, "projectedBottleneck", images: true)
  }
  try inBoth { try check($0) }
}

@Test func `clipped gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let gradient = WeightAndBias<Scalar>(weight: try golden("clip.w"), bias: try golden("clip.b"))
    var clipped = gradient
    try golden.expect(Tensor([clipped.clip(byGlobalNorm: Scalar(1.5))]), "clip.norm")
    try golden.expect(clipped.weight, "clip.wByNorm")
    try golden.expect(clipped.bias, "clip.bByNorm")
    clipped = gradient
    clipped.clip(byValue: Scalar(0.7))
    try golden.expect(clipped.weight, "clip.wByValue")
    try golden.expect(clipped.bias, "clip.bByValue")
  }
  try inBoth { try check($0) }
}

@Test func `a gradient put together from two batches is the independent one of both`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    let layer = Dense<Scalar>(
      weight: try golden("accumulated.w"), bias: try golden("accumulated.b"))
    let x: Tensor<Scalar> = try golden("accumulated.x")
    let labels = try golden("accumulated.t", as: Double.self).scalars.map { Int($0) }
    func gradient(_ places: Range<Int>) -> WeightAndBias<Scalar> {
      let x = x.rows(places)
      let loss = softmaxCrossEntropy(logits: layer(x), labels: Array(labels[places]))
      return layer.gradient(loss.gradient, .init(x: x))
    }
    var sum = AccumulatedGradient(gradient(0..<3), samples: 3)
    sum.add(gradient(3..<7), samples: 4)
    try golden.expect(sum.mean.weight, "accumulated.dW")
    try golden.expect(sum.mean.bias, "accumulated.db")
  }
  try inBoth { try check($0) }
}

@Test func `Newton's step is the independent one, damped and not`() throws {
  let x: Tensor<Double> = try golden("newton.x")
  let (g, h): (Tensor<Double>, Tensor<Double>) = (
    try golden("newton.gradient"), try golden("newton.hessian")
  )
  try golden.expect(try newtonStep(from: x, gradient: g, hessian: h), "newton.next")
  try golden.expect(
    try newtonStep(from: x, gradient: g, hessian: h, damping: 0.5), "newton.damped")

  // The function of the script, and its gradient by hand.
  func slopes(_ x: Tensor<Double>) -> Tensor<Double> {
    let inner = 2 * (x[0] * x[1] - x[2])
    let parabolas = x * x * x + 2 * x
    return parabolas
      + Tensor([inner * x[1], inner * x[0], -inner, 0.3 * Double.exp(0.3 * x[3])])
  }
  try golden.expect(slopes(x), "newton.gradient")
  // Differences of a gradient have ten digits.
  try golden.expect(hessian(ofGradient: slopes, at: x), "newton.hessian", within: 1e-9)
}
