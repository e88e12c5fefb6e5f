import Backprop
import Testing

private let golden = GoldenFile("normalization")

private func random(_ shape: [Int], seed: UInt64) -> Tensor<Double> {
  var generator = SplitMix64(seed: seed)
  return Tensor(normal: 2, standardDeviation: 3, shape: shape, using: &generator)
}

private func batchNorm(_ channels: Int, seed: UInt64) -> BatchNorm<Double> {
  var layer = BatchNorm<Double>(channels)
  layer.parameters = ScaleAndShift(
    scale: random([channels], seed: seed), shift: random([channels], seed: seed + 1))
  layer.runningMean = random([channels], seed: seed + 2)
  layer.runningVariance = random([channels], seed: seed + 3).map { $0 * $0 + 0.1 }
  return layer
}

@Suite struct NormalizationTests {
  @Test(arguments: [[5, 3], [2, 1], [17, 4], [3, 3, 5, 2], [2, 1, 1, 7], [4, 3, 3, 1]])
  func `batch norm's gradients are the slopes of its output, in training and in use`(
    shape: [Int]
  ) {
    let layer = batchNorm(shape.count == 2 ? shape[1] : shape[0], seed: 1)
    let x = random(shape, seed: 5)
    #expect(disagreements(of: layer, at: x, in: .training(seed: 0), seed: 6) == [])
    #expect(disagreements(of: layer, at: x, in: .inference, seed: 7) == [])
  }

  @Test(arguments: [[5, 3], [1, 2], [3, 17], [2, 1]])
  func `layer norm's gradients are the slopes of its output`(shape: [Int]) {
    var layer = LayerNorm<Double>(shape[1])
    layer.parameters = ScaleAndShift(
      scale: random([shape[1]], seed: 8), shift: random([shape[1]], seed: 9))
    #expect(disagreements(of: layer, at: random(shape, seed: 10), seed: 11) == [])
  }

  @Test(arguments: ["features", "images", "oneImage"])
  func `batch norm, its gradients and its running averages are the independent ones`(
    name: String
  ) throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      func batch(_ name: String) throws -> Tensor<Scalar> {
        let tensor = try golden(name, as: type)
        return tensor.rank == 4 ? samplesLast(tensor) : tensor
      }
      func samples(_ x: Tensor<Scalar>) -> Tensor<Scalar> { x.rank == 4 ? samplesFirst(x) : x }
      var layer = BatchNorm<Scalar>(3)
      layer.parameters = ScaleAndShift(
        scale: try golden("\(name).scale"), shift: try golden("\(name).shift"))
      for number in 0..<4 {
        var context = number == 3 ? Context.inference : .training(seed: 0)
        let name = "\(name).\(number)"
        let (y, cache) = layer.forward(try batch("\(name).x"), in: &context)
        try golden.expect(samples(y), "\(name).y")
        let (dX, gradient) = layer.backward(try batch("\(name).dy"), cache)
        try golden.expect(samples(dX), "\(name).dx")
        try golden.expect(gradient.scale, "\(name).dScale")
        try golden.expect(gradient.shift, "\(name).dShift")
        layer.observe(cache)
        try golden.expect(layer.runningMean, "\(name).mean")
        try golden.expect(layer.runningVariance, "\(name).variance")
      }
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func `layer norm and its gradients are the independent ones`() throws {
    func check<Scalar: Real>(_ type: Scalar.Type) throws {
      var layer = LayerNorm<Scalar>(5)
      layer.parameters = ScaleAndShift(
        scale: try golden("rows.scale"), shift: try golden("rows.shift"))
      var context = Context.inference
      let (y, cache) = layer.forward(try golden("rows.x"), in: &context)
      try golden.expect(y, "rows.y")
      let (dX, gradient) = layer.backward(try golden("rows.dy"), cache)
      try golden.expect(dX, "rows.dx")
      try golden.expect(gradient.scale, "rows.dScale")
      try golden.expect(gradient.shift, "rows.dShift")
    }
    try check(Double.self)
    try check(Float.self)
  }

  @Test func `rows of any width come out with mean 0 and variance 1, on one thread and two`() {
    for width in [2, 3, 15, 16, 17, 1000, 30_001] {
      var generator = SplitMix64(seed: UInt64(width))
      let x = Tensor<Float>(
        normal: 100, standardDeviation: 2, shape: [3, width], using: &generator)
      let y = LayerNorm<Float>(width)(x)
      for i in 0..<3 {
        let row = y.rows([i])
        #expect(abs(row.mean()) <= 1e-4 && abs(row.squaredNorm() / Float(width) - 1) <= 1e-3)
      }
    }
  }

  @Test func `a step of training moves the running averages, a forward pass alone does not`() {
    var network = Dense<Double>(weight: random([3, 4], seed: 21), bias: Tensor(shape: [4]))
      .then(batchNorm(4, seed: 22)).then(Activation.relu)
      .then(Dense(weight: random([4, 2], seed: 26), bias: Tensor(shape: [2])))
    let before = network.state
    #expect(before.map(\.name).map { $0.hasSuffix("runningMean") } == [true, false])
    var (context, sgd) = (Context.training(seed: 0), SGD<Double>(learningRate: 0))
    let x = random([6, 3], seed: 27)
    _ = network.forward(x, in: &context)
    #expect(network.state.map(\.value) == before.map(\.value))
    _ = network.trainingStep(x, labels: [0, 1, 0, 1, 0, 1], with: &sgd, in: &context)
    #expect(network.state.map(\.value) != before.map(\.value))
    #expect(network.parameters.named.count == 6, "no optimizer sees the averages")
  }

  @Test func `running averages are saved with the parameters, and come back`() throws {
    let network = Dense<Double>(weight: random([3, 4], seed: 31), bias: Tensor(shape: [4]))
      .then(batchNorm(4, seed: 32))
    let checkpoint = network.checkpoint()
    #expect(
      checkpoint.tensors.map(\.name) == [
        "layer1.weight", "layer1.bias", "layer2.scale", "layer2.shift", "layer2.runningMean",
        "layer2.runningVariance",
      ])
    var other = Dense<Double>(weight: random([3, 4], seed: 41), bias: Tensor(shape: [4]))
      .then(batchNorm(4, seed: 42))
    try other.load(checkpoint)
    let x = random([5, 3], seed: 43)
    #expect(other(x) == network(x))
    #expect(other.second.runningVariance == network.second.runningVariance)
  }

  @Test func `the L2 penalty spares scales and shifts`() {
    let layer = batchNorm(3, seed: 51)
    var gradient = ScaleAndShift<Double>(identity: 3)
    gradient.addL2Penalty(0.5, of: layer.parameters)
    #expect(gradient.scale.scalars == [1, 1, 1] && gradient.shift.scalars == [0, 0, 0])
  }

  @Test func `one value a channel has no variance, and training on it is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var context = Context.training(seed: 0)
      _ = BatchNorm<Double>(3).forward(Tensor(shape: [1, 3]), in: &context)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("[1, 3] has 1 value(s) a channel"))
    #expect(text.contains("train on batches of 2 samples or more"))
    #expect(BatchNorm<Double>(3)(Tensor(repeating: 1, shape: [1, 3])).shape == [1, 3])
  }

  @Test func `the wrong number of channels is refused with both layouts`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = BatchNorm<Double>(3)(Tensor(shape: [4, 5]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(
      text.contains(
        "the input is [4, 5]; with 3 channels it must be [m, 3] or [3, height, width, m]"))
  }
}
