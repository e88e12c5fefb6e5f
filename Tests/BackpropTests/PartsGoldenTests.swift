import Backprop
import Testing

private let golden = GoldenFile("parts")

/// Runs the same comparison in Double and in Float.
private func inBoth(_ check: (any Real.Type) throws -> Void) rethrows {
  try check(Double.self)
  try check(Float.self)
}

/// Gives a layer the file's parameters, and compares its output and all its gradients.
private func compare<Network: Layer>(
  _ network: Network, _ name: String, images: Bool = false
) throws where Network: TensorLayer<Network.Scalar> {
  typealias Scalar = Network.Scalar
  func inside(_ x: Tensor<Scalar>) -> Tensor<Scalar> { images ? samplesLast(x) : x }
  func outside(_ x: Tensor<Scalar>) -> Tensor<Scalar> { images ? samplesFirst(x) : x }
  var network = network
  let values: [Tensor<Scalar>] = try network.parameters.named.indices.map {
    try golden("\(name).p\($0)")
  }
  var index = 0
  network.visit(network.parameters) { _, parameter, _ in
    parameter = values[index]
    index += 1
  }
  var context = Context.training(seed: 0)
  let (y, cache) = network.forward(inside(try golden("\(name).x")), in: &context)
  try golden.expect(outside(y), "\(name).y")
  let (dX, gradient) = network.backward(inside(try golden("\(name).dy")), cache)
  try golden.expect(outside(dX), "\(name).dx")
  // The gradient of a bias in front of a normalization is 0, a sum of terms as large as these:
  let size = gradient.named.flatMap(\.value.scalars).reduce(0) { max($0, abs(Double($1))) }
  for (index, (_, value)) in gradient.named.enumerated() {
    try golden.expect(value, "\(name).d\(index)", size: images ? size : nil)
  }
}

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
    try compare(LastStep<Scalar>(), "lastStep")
    try compare(ImagesIn<Scalar>().then(Flatten()), "flatten")
  }
  try inBoth { try check($0) }
}

@Test func `a stack, plain and residual, and its gradients are the independent ones`() throws {
  func check<Scalar: Real>(_ type: Scalar.Type) throws {
    func part() -> Then<Dense<Scalar>, Activation<Scalar>> { dense(4, 4).then(.tanh) }
    try compare(Stack(depth: 3) { _ in part() }, "stack")
    try compare(Stack(depth: 3) { _ in Residual(part()) }, "residualStack")
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
    try compare(block, "projectedBottleneck", images: true)
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
