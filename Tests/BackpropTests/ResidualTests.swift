import Backprop
import Testing

private let golden = GoldenFile("normalization")

private func dense(_ inputs: Int, _ outputs: Int, seed: UInt64) -> Dense<Double> {
  Dense(weight: random([inputs, outputs], seed: seed), bias: random([outputs], seed: seed + 50))
}

@Suite struct ResidualTests {
  @Test func `a residual block's gradients are the slopes of its output`() {
    let block = Residual(
      dense(3, 5, seed: 1).then(Activation.tanh).then(dense(5, 3, seed: 2)))
    #expect(disagreements(of: block, at: random([4, 3], seed: 3), seed: 4) == [])
  }

  @Test func `a projected block's gradients are the slopes of its output, on both ways`() {
    let block = Projected(
      dense(3, 5, seed: 11).then(Activation.tanh).then(dense(5, 4, seed: 12)),
      shortcut: dense(3, 4, seed: 13))
    #expect(disagreements(of: block, at: random([5, 3], seed: 14), seed: 15) == [])
  }

  @Test func `a body of zeros is the identity, forward and backward`() {
    let block = Residual(Dense<Double>(weight: Tensor(shape: [3, 3]), bias: Tensor(shape: [3])))
    let (x, dY) = (random([4, 3], seed: 21), random([4, 3], seed: 22))
    var context = Context.inference
    let (y, cache) = block.forward(x, in: &context)
    #expect(y == x && block.backward(dY, cache).dInput == dY)
  }

  @Test func `blocks for images have the slopes of their output`() {
    var g = SplitMix64(seed: 31)
    let x = random([2, 4, 3, 3], seed: 32)
    let training = Context.training(seed: 0)
    #expect(disagreements(of: basicBlock(2, using: &g), at: x, in: training, seed: 33) == [])
    #expect(
      disagreements(
        of: projectedBasicBlock(2, 3, stride: 2, using: &g), at: x, in: training, seed: 34) == [])
    #expect(
      disagreements(of: bottleneckBlock(2, width: 1, using: &g), at: x, in: training, seed: 35)
        == [])
    #expect(
      disagreements(
        of: projectedBottleneckBlock(2, width: 1, 4, stride: 2, using: &g), at: x, in: training,
        seed: 36) == [])
    #expect(
      disagreements(of: preActivationBlock(2, using: &g), at: x, in: training, seed: 37) == [])
  }

  /// Gives a block the file's parameters, and compares output and all gradients.
  private func compare<Block: Layer>(_ block: Block, _ name: String) throws
  where Block: TensorLayer<Block.Scalar> {
    typealias Scalar = Block.Scalar
    var block = block
    let count = block.parameters.named.count
    let values: [Tensor<Scalar>] = try (0..<count).map { try golden("\(name).p\($0)") }
    var index = 0
    block.visit(block.parameters) { _, parameter, _ in
      parameter = values[index]
      index += 1
    }
    var context = Context.training(seed: 0)
    let (y, cache) = block.forward(samplesLast(try golden("\(name).x")), in: &context)
    try golden.expect(samplesFirst(y), "\(name).y")
    let (dX, gradient) = block.backward(samplesLast(try golden("\(name).dy")), cache)
    try golden.expect(samplesFirst(dX), "\(name).dx")
    // The gradient of a bias in front of a normalization is 0, a sum of terms as large as these:
    let size = gradient.named.flatMap(\.value.scalars).reduce(1) { max($0, abs(Double($1))) }
    for (index, (_, value)) in gradient.named.enumerated() {
      try golden.expect(value, "\(name).d\(index)", size: size)
    }
  }

  @Test func `blocks for images and their gradients are the independent ones`() throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      var g = SplitMix64(seed: 41)
      let basic: Then<Residual<BasicBody<Scalar>>, Activation<Scalar>> = basicBlock(3, using: &g)
      try compare(basic, "basic")
      let projected:
        Then<
          Projected<BasicBody<Scalar>, NormalizedConvolution<Scalar>>, Activation<Scalar>
        > = projectedBasicBlock(3, 4, stride: 2, using: &g)
      try compare(projected, "projected")
      let bottleneck: Then<Residual<BottleneckBody<Scalar>>, Activation<Scalar>> =
        bottleneckBlock(8, width: 2, using: &g)
      try compare(bottleneck, "bottleneck")
      let preActivation: Residual<PreActivationBody<Scalar>> = preActivationBlock(3, using: &g)
      try compare(preActivation, "preActivation")
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func `running averages are found and moved in both branches of a block`() {
    var g = SplitMix64(seed: 51)
    var block = ImagesIn<Double>().then(projectedBasicBlock(1, 2, stride: 2, using: &g))
      .then(GlobalAveragePool())
    let before = block.state
    #expect(before.count == 6)
    var (context, sgd) = (Context.training(seed: 0), SGD<Double>(learningRate: 0.01))
    _ = block.trainingStep(
      random([3, 1, 4, 4], seed: 52), labels: [0, 1, 0], with: &sgd, in: &context)
    for (a, b) in zip(before, block.state) { #expect(a.name == b.name && a.value != b.value) }
  }

  @Test func `a body that changes the shape is refused, and Projected is named`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var generator = SplitMix64(seed: 1)
      _ = Residual(Dense<Double>(3, 4, using: &generator))(Tensor(shape: [2, 3]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("the body makes [2, 4] of [2, 3], which cannot be added; use Projected"))
  }
}
