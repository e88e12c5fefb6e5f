import Backprop
import Testing

/// Sizes of a convolution that are awkward in one way or another.
struct ConvolutionCase: Sendable, CustomTestStringConvertible {
  var (samples, channels, outputs) = (3, 2, 3)
  var (height, width) = (7, 5)
  var (kernelHeight, kernelWidth) = (3, 3)
  var geometry = ConvolutionGeometry()

  var input: [Int] { [samples, channels, height, width] }
  var weight: [Int] { [outputs, channels / geometry.groups, kernelHeight, kernelWidth] }

  var testDescription: String {
    "\(input) ⋆ \(weight), stride \(geometry.stride), padding \(geometry.padding), "
      + "dilation \(geometry.dilation), groups \(geometry.groups)"
  }

  init(
    _ samples: Int, _ channels: Int, _ outputs: Int, _ image: (Int, Int), _ kernel: (Int, Int),
    stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) {
    (self.samples, self.channels, self.outputs) = (samples, channels, outputs)
    (height, width) = image
    (kernelHeight, kernelWidth) = kernel
    geometry = ConvolutionGeometry(
      stride: stride, padding: padding, dilation: dilation, groups: groups)
  }

  /// Large enough to be told apart from each other, small enough for two evaluations an element.
  static let small: [ConvolutionCase] = [
    ConvolutionCase(1, 1, 1, (3, 3), (3, 3)),
    ConvolutionCase(3, 2, 3, (5, 4), (3, 2)),
    ConvolutionCase(2, 2, 2, (5, 6), (3, 3), stride: 2, padding: 1),
    ConvolutionCase(2, 1, 2, (7, 5), (2, 3), stride: 3, padding: 2),
    ConvolutionCase(1, 2, 1, (6, 7), (3, 2), padding: 1, dilation: 2),
    ConvolutionCase(2, 4, 6, (4, 3), (2, 2), groups: 2),
    ConvolutionCase(2, 3, 6, (4, 5), (3, 3), stride: 2, padding: 1, groups: 3),
    ConvolutionCase(3, 3, 2, (3, 3), (1, 1)),
    ConvolutionCase(2, 2, 3, (2, 1), (4, 3), padding: 1),
  ]

  /// Every width of vector, every remainder of tiles, every geometry.
  static let awkward: [ConvolutionCase] =
    small + [
      ConvolutionCase(1, 3, 5, (9, 7), (3, 3), padding: 1),
      ConvolutionCase(17, 2, 7, (7, 9), (5, 3), stride: 2, padding: 2),
      ConvolutionCase(33, 3, 17, (5, 7), (3, 3), padding: 1, dilation: 2),
      ConvolutionCase(64, 1, 6, (13, 11), (5, 5), padding: 2),
      ConvolutionCase(64, 6, 16, (7, 7), (5, 5)),
      ConvolutionCase(65, 5, 5, (8, 5), (3, 3), stride: 3, padding: 1, groups: 5),
      ConvolutionCase(33, 8, 8, (6, 6), (3, 3), padding: 1, groups: 8),
      ConvolutionCase(17, 4, 12, (5, 5), (1, 1), stride: 2, groups: 2),
      ConvolutionCase(47, 5, 9, (4, 4), (1, 1)),
      ConvolutionCase(64, 2, 15, (6, 3), (6, 3)),
      ConvolutionCase(65, 3, 8, (5, 23), (3, 3), stride: 2, padding: 1),
      ConvolutionCase(65, 2, 6, (4, 13), (2, 3)),
      ConvolutionCase(3, 2, 8, (2, 227), (1, 5)),
    ]
}

/// Normal numbers, the same for the same seed.
private func random<Scalar: Real>(_ shape: [Int], seed: UInt64) -> Tensor<Scalar> {
  var generator = SplitMix64(seed: seed)
  return Tensor(shape: shape, using: &generator)
}

/// `[m, c, h, w]` → `[c, h, w, m]`, and back.
func samplesLast<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> { ImagesIn()(x) }
func samplesFirst<Scalar>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  ImagesIn().backward(x, ()).dInput
}

/// Whether numbers agree up to rounding, measured against the largest.
func close<Scalar>(_ a: Tensor<Scalar>, _ b: Tensor<Scalar>, _ tolerance: Double) -> Bool {
  let scale = b.scalars.reduce(1) { max($0, abs(Double($1))) }
  return a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { abs(Double($0) - Double($1)) <= tolerance * scale }
}

@Suite struct ConvolutionTests {
  @Test(arguments: ConvolutionCase.awkward + ConvolutionCase.reported)
  func `the layer computes what the textbook's loops do, forward and backward`(
    test: ConvolutionCase
  ) {
    func check<Scalar: Real>(_ type: Scalar.Type, _ tolerance: Double) {
      let (x, geometry): (Tensor<Scalar>, _) = (random(test.input, seed: 1), test.geometry)
      let weight: Tensor<Scalar> = random(test.weight, seed: 2)
      let layer = Conv2d(weight: weight, bias: random([test.outputs], seed: 3), geometry)
      var context = Context.inference
      let (y, cache) = layer.forward(samplesLast(x), in: &context)
      let expected = conv2dReference(x, weight: weight, bias: layer.parameters.bias, geometry)
      #expect(close(samplesFirst(y), expected, tolerance))

      let dY: Tensor<Scalar> = random(expected.shape, seed: 4)
      let (dX, gradient) = layer.backward(samplesLast(dY), cache)
      let dXReference = conv2dReferenceBackwardInput(
        dY, inputShape: x.shape, weight: weight, geometry)
      let dWReference = conv2dReferenceBackwardWeight(dY, x, weightShape: weight.shape, geometry)
      #expect(close(samplesFirst(dX), dXReference, tolerance))
      #expect(close(gradient.weight, dWReference, tolerance))
      #expect(close(gradient.bias, conv2dReferenceBackwardBias(dY), tolerance))
      let alone = layer.gradient(samplesLast(dY), cache)
      #expect(alone.weight == gradient.weight && alone.bias == gradient.bias)
    }
    check(Double.self, 1e-13)
    check(Float.self, 1e-5)
  }

  @Test(arguments: ConvolutionCase.small)
  func `the layer's gradients are the slopes of its output`(test: ConvolutionCase) {
    let layer = Conv2d<Double>(
      weight: random(test.weight, seed: 11), bias: random([test.outputs], seed: 12), test.geometry)
    let x: Tensor<Double> = samplesLast(random(test.input, seed: 13))
    #expect(disagreements(of: layer, at: x, seed: 14) == [])
  }

  @Test(arguments: ConvolutionCase.small)
  func `the textbook's gradients are the slopes of its convolution`(test: ConvolutionCase) {
    let (x, weight, bias): (Tensor<Double>, Tensor<Double>, Tensor<Double>) = (
      random(test.input, seed: 21), random(test.weight, seed: 22),
      random([test.outputs], seed: 23)
    )
    let geometry = test.geometry
    let y = conv2dReference(x, weight: weight, bias: bias, geometry)
    let dY: Tensor<Double> = random(y.shape, seed: 24)
    func loss(_ x: Tensor<Double>, _ weight: Tensor<Double>, _ bias: Tensor<Double>) -> Double {
      (dY * conv2dReference(x, weight: weight, bias: bias, geometry)).sum()
    }
    let dX = conv2dReferenceBackwardInput(dY, inputShape: x.shape, weight: weight, geometry)
    let dW = conv2dReferenceBackwardWeight(dY, x, weightShape: weight.shape, geometry)
    let (value, db) = (loss(x, weight, bias), conv2dReferenceBackwardBias(dY))
    #expect(
      gradientsAgree(dX, numericalGradient(of: { loss($0, weight, bias) }, at: x), loss: value))
    #expect(
      gradientsAgree(dW, numericalGradient(of: { loss(x, $0, bias) }, at: weight), loss: value))
    #expect(
      gradientsAgree(db, numericalGradient(of: { loss(x, weight, $0) }, at: bias), loss: value))
  }

  @Test(arguments: [
    ConvolutionCase(64, 3, 6, (17, 15), (5, 5), padding: 2),
    ConvolutionCase(33, 6, 16, (14, 14), (5, 5)),
    ConvolutionCase(40, 8, 8, (16, 15), (3, 3), stride: 2, padding: 1, groups: 8),
    ConvolutionCase(17, 6, 9, (15, 14), (3, 3), padding: 1, groups: 3),
  ])
  func `one thread and two give the same bits`(test: ConvolutionCase) {
    let before = Threads.count
    defer { Threads.count = before }
    let layer = Conv2d<Float>(
      weight: random(test.weight, seed: 31), bias: random([test.outputs], seed: 32), test.geometry)
    let x: Tensor<Float> = samplesLast(random(test.input, seed: 33))
    let results = [1, 2].map { threads in
      Threads.count = threads
      var context = Context.inference
      let (y, cache) = layer.forward(x, in: &context)
      let (dX, gradient) = layer.backward(y, cache)
      return [y, dX, gradient.weight, gradient.bias]
    }
    #expect(results[0] == results[1])
  }

  @Test func `an output's size is the number of places that the kernel finds`() {
    for (n, kernel, stride, padding, dilation) in [
      (28, 5, 1, 2, 1), (7, 3, 2, 0, 1), (8, 3, 3, 1, 2), (5, 5, 2, 0, 1), (224, 7, 2, 3, 1),
    ] {
      let geometry = ConvolutionGeometry(stride: stride, padding: padding, dilation: dilation)
      var places = 0
      for start in Swift.stride(from: -padding, to: n + padding, by: stride)
      where start + dilation * (kernel - 1) < n + padding { places += 1 }
      #expect(geometry.outputSize(n, kernel: kernel) == places)
    }
  }

  @Test func `a first layer's gradient is the same when nobody asks for the images'`() {
    var generator = SplitMix64(seed: 41)
    let network = ImagesIn<Double>().then(Conv2d(1, 2, kernel: 3, using: &generator))
      .then(Activation.tanh).then(Flatten()).then(Dense(8, 3, using: &generator))
    let x: Tensor<Double> = random([5, 1, 4, 4], seed: 42)
    #expect(disagreements(of: network, at: x, seed: 43) == [])
  }

  @Test func `a kernel larger than the padded image is refused with the sizes`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ConvolutionGeometry(padding: 1).outputSize(2, kernel: 5)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("covers 5 pixels, but the image has 2, with padding 4"))
  }

  @Test func `a stride of 0 is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = ConvolutionGeometry(stride: 0)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("a stride of 0 does not move"))
  }

  @Test func `groups that do not divide the channels are refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      _ = conv2dReference(
        Tensor<Double>(shape: [1, 3, 4, 4]), weight: Tensor(shape: [4, 1, 3, 3]),
        bias: Tensor(shape: [4]), ConvolutionGeometry(groups: 2))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("2 groups do not divide 3 input channels; take a number"))
  }

  @Test func `a layer whose groups do not divide both numbers of channels is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var generator = SplitMix64(seed: 1)
      _ = Conv2d<Double>(4, 6, kernel: 3, ConvolutionGeometry(groups: 4), using: &generator)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("4 groups do not divide 4 input and 6 output channels; take a number"))
  }

  @Test func `images in the order of the outside are refused inside, with a hint`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Conv2d<Double>(weight: Tensor(shape: [2, 3, 3, 3]), bias: Tensor(shape: [2]))
      _ = layer(Tensor(shape: [8, 3, 9, 9]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("it must be [3, height, width, m]; ImagesIn brings images"))
  }

  @Test func `a gradient of the wrong shape is refused with the right one`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let layer = Conv2d<Double>(weight: Tensor(shape: [2, 1, 3, 3]), bias: Tensor(shape: [2]))
      var context = Context.inference
      let cache = layer.forward(Tensor(shape: [1, 5, 5, 4]), in: &context).cache
      _ = layer.backward(Tensor(shape: [2, 5, 5, 4]), cache)
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("dY is [2, 5, 5, 4], should be [2, 3, 3, 4]"))
  }
}
