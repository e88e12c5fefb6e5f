import Backprop
import Testing

@Suite struct ArchitectureTests {
  @Test(arguments: [
    (LayerList.leNet5, 61_706, 416_520),
    (.alexNet, 61_100_840, 714_188_480),
    (.vgg16, 138_357_544, 15_470_264_320),
    (.googLeNet, 6_624_904, 1_498_376_192),
    (.resNet18, 11_689_512, 1_814_073_344),
    (.resNet34, 21_797_672, 3_663_761_408),
    (.resNet50, 25_557_032, 4_089_184_256),
  ])
  func `parameters and multiplications are those of the published networks`(
    list: LayerList, parameters: Int, multiplyAdds: Int
  ) {
    #expect(list.parameterCount == parameters)
    #expect(list.multiplyAdds == multiplyAdds)
    #expect(list.total.shape == [list.name == "LeNet-5" ? 10 : 1000])
  }

  @Test func `the network that is built has as many parameters as its list`() {
    var generator = SplitMix64(seed: 1)
    let network = leNet5(Float.self, using: &generator)
    #expect(network.parameters.count == LayerList.leNet5.parameterCount)
    #expect(network(Tensor(shape: [3, 1, 28, 28])).shape == [3, 10])
  }

  @Test(arguments: [
    (LayerList.leNet5, [16, 5, 5], 16), (.alexNet, [256, 6, 6], 195), (.vgg16, [512, 7, 7], 212),
    (.resNet18, [512, 7, 7], 435), (.resNet34, [512, 7, 7], 899), (.resNet50, [2048, 7, 7], 427),
  ])
  func `the last feature map has the published size and sees the published number of pixels`(
    list: LayerList, shape: [Int], receptiveField: Int
  ) {
    let last = list.counts.last { $0.shape.count == 3 }
    #expect(last?.shape == shape)
    #expect(last?.receptiveField == receptiveField)
  }

  @Test func `a receptive field is what a gradient reaches`() {
    // One element of the output, back through the layers: the pixels whose gradient is not zero.
    let layers: [LayerDescription] = [
      .convolution(outputs: 1, kernel: 3, ConvolutionGeometry(stride: 2)),
      .pool(window: 2, stride: 2),
      .convolution(outputs: 1, kernel: 3, ConvolutionGeometry(dilation: 2)),
    ]
    let ones = Tensor<Double>(repeating: 1, shape: [1, 1, 3, 3])
    let network = Conv2d(
      weight: ones, bias: Tensor(shape: [1]), ConvolutionGeometry(stride: 2)
    )
    .then(AveragePool2d(2))
    .then(Conv2d(weight: ones, bias: Tensor(shape: [1]), ConvolutionGeometry(dilation: 2)))
    let x = Tensor<Double>(shape: [1, 31, 31, 1])
    var context = Context.inference
    let (y, cache) = network.forward(x, in: &context)
    let count = LayerList("three", input: [1, 31, 31], layers).total
    #expect(y.shape == count.shape + [1])
    // An average pooling of 2×2 leaves no gap, but a dilated kernel does: count the span.
    var dY = Tensor<Double>(shape: y.shape)
    dY.scalars[0] = 1
    let dX = network.backward(dY, cache).dInput
    let rows = (0..<31).filter { row in (0..<31).contains { dX[0, row, $0, 0] != 0 } }
    #expect((rows.last ?? 0) - (rows.first ?? 0) + 1 == count.receptiveField)
  }

  @Test func `pooling that rounds up keeps no window that begins behind the image`() {
    for (size, window, stride, expected) in [
      (112, 3, 2, 56), (14, 2, 2, 7), (5, 2, 3, 2), (3, 1, 3, 1),
    ] {
      let pool = LayerDescription.pool(window: window, stride: stride, roundsUp: true)
      let list = LayerList("pooling", input: [1, size, size], [pool])
      #expect(list.total.shape == [1, expected, expected])
    }
  }

  @Test func `a depthwise separable convolution costs what its two parts cost`() {
    let list = LayerList(
      "separable", input: [32, 14, 14],
      [
        .convolution(outputs: 32, kernel: 3, ConvolutionGeometry(padding: 1, groups: 32)),
        .convolution(outputs: 64, kernel: 1),
      ])
    #expect(list.parameterCount == 32 * 9 + 32 + 64 * 32 + 64)
    #expect(list.multiplyAdds == 14 * 14 * (32 * 9 + 64 * 32))
  }

  @Test func `a shortcut of another shape is refused`() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let block = LayerDescription.residual([.convolution(outputs: 8, kernel: 1)])
      _ = LayerList("block", input: [4, 5, 5], [block]).parameterCount
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("output [8, 5, 5] and its shortcut's [4, 5, 5] must be the same"))
  }
}
