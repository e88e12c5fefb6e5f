import Backprop

private func layer(
  _ geometry: ConvolutionGeometry = ConvolutionGeometry(padding: 1)
) -> Conv2d<Double> {
  Conv2d(weight: zeros(3, 2, 3, 3), bias: zeros(3), geometry)
}

/// A geometry that is changed after it was made.
private func set(
  _ words: String, _ change: @escaping @Sendable (inout ConvolutionGeometry) -> Void
) -> WrongCall {
  WrongCall(words) {
    var geometry = ConvolutionGeometry()
    change(&geometry)
    print(conv2dReference(zeros(1, 2, 5, 5), weight: zeros(3, 2, 3, 3), bias: zeros(3), geometry))
  }
}

extension WrongCall {
  static let convolutions: [WrongCall] = [
    set("a padding of -1; it must be 0 or more") { $0.padding = -1 },
    set("a dilation of -1; it must be 1 (no gaps) or more") { $0.dilation = -1 },
    set("a stride of 0 does not move") { $0.stride = 0 },
    set("0 groups; it must be 1 or more") { $0.groups = 0 },
    set("a padding of 4611686018427387904; it must be 0 or more, 2³⁰ at most") {
      $0.padding = 1 << 62
    },
    set("a dilation of 9223372036854775807") { $0.dilation = .max },
    WrongCall("a padding of -3") { _ = ConvolutionGeometry(padding: -3) },
    WrongCall("2³⁰ at most") { _ = ConvolutionGeometry(stride: 1 << 40) },
    WrongCall("a kernel of 9223372036854775807") {
      _ = ConvolutionGeometry(dilation: 2).outputSize(5, kernel: .max)
    },
    WrongCall("an image of 9223372036854775807 pixels") {
      _ = ConvolutionGeometry(padding: 1).outputSize(.max, kernel: 1)
    },
    WrongCall("an image of -5 pixels") {
      _ = ConvolutionGeometry(padding: 9).outputSize(-5, kernel: 1)
    },
    WrongCall("the bias is [4]; with filters [3, 2, 3, 3] it must be [3]") {
      var layer = layer()
      layer.parameters.bias = zeros(4)
      _ = layer(zeros(2, 5, 5, 1))
    },
    WrongCall("the bias is [0]") {
      var layer = layer()
      layer.parameters.bias = zeros(0)
      _ = layer(zeros(2, 5, 5, 1))
    },
    WrongCall("the bias is [1]") {
      _ = conv2dReference(zeros(1, 2, 5, 5), weight: zeros(3, 2, 3, 3), bias: zeros(1))
    },
    WrongCall("the filters are [18]; they must be [out, in, kh, kw]") {
      var layer = layer()
      layer.parameters.weight = zeros(18)
      _ = layer(zeros(2, 5, 5, 1))
    },
    WrongCall("the filters are [3, 18]") {
      var layer = layer()
      let cache = cache(of: layer, zeros(2, 5, 5, 1))
      layer.parameters.weight = zeros(3, 18)
      _ = layer.backward(zeros(3, 5, 5, 1), cache)
    },
    WrongCall("the cache holds [4, 7, 7, 1]") {
      let cache = Conv2d<Double>.Cache(padded: zeros(4, 7, 7, 1))
      _ = layer().backward(zeros(3, 5, 5, 1), cache)
    },
    WrongCall("the cache holds [98]") {
      _ = layer().gradient(zeros(3, 5, 5, 1), Conv2d<Double>.Cache(padded: zeros(98)))
    },
    WrongCall("the cache holds [2, 1, 7, 1]") {
      _ = layer().gradient(zeros(3, 5, 5, 1), Conv2d<Double>.Cache(padded: zeros(2, 1, 7, 1)))
    },
    WrongCall("Conv2d backward: dY is [3, 5, 5, 2], should be [3, 5, 5, 1]") {
      _ = layer().backward(zeros(3, 5, 5, 2), cache(of: layer(), zeros(2, 5, 5, 1)))
    },
    WrongCall("Conv2d: the input is [3, 5, 5, 1]") { _ = layer()(zeros(3, 5, 5, 1)) },
    WrongCall("Conv2d: the input is [2, 5, 5]") { _ = layer()(zeros(2, 5, 5)) },
    WrongCall("with padding 2") { _ = layer()(zeros(2, 0, 5, 1)) },
    WrongCall("Conv2d: a number of input channels of 0") {
      var generator = SplitMix64(seed: 1)
      _ = Conv2d<Double>(0, 3, kernel: 3, using: &generator)
    },
    WrongCall("Conv2d: a kernel of -3") {
      var generator = SplitMix64(seed: 1)
      _ = Conv2d<Double>(2, 3, kernel: -3, using: &generator)
    },
    WrongCall("do not fit into the memory") {
      var generator = SplitMix64(seed: 1)
      _ = Conv2d<Double>(1 << 22, 1 << 22, kernel: 1, using: &generator)
    },
    WrongCall("padded: ") {
      let geometry = ConvolutionGeometry(padding: 1 << 30)
      _ = layer(geometry)(zeros(2, 5, 5, 1))
    },
    WrongCall("do not divide 2 input and 3 output channels") {
      var generator = SplitMix64(seed: 1)
      _ = Conv2d<Double>(2, 3, kernel: 3, ConvolutionGeometry(groups: 2), using: &generator)
    },
    WrongCall("convolution backward: dY is") {
      _ = conv2dReferenceBackwardInput(
        zeros(1, 3, 3, 3), inputShape: [1, 2, 6, 5], weight: zeros(3, 2, 3, 3))
    },
    WrongCall("the input is [2, 5, 5]") {
      _ = conv2dReferenceBackwardInput(
        zeros(1, 3, 3, 3), inputShape: [2, 5, 5], weight: zeros(3, 2, 3, 3))
    },
    WrongCall("the filters are []") {
      _ = conv2dReferenceBackwardWeight(zeros(1, 3, 3, 3), zeros(1, 2, 5, 5), weightShape: [])
    },
    WrongCall("convolution backward: dY is") {
      _ = conv2dReferenceBackwardWeight(
        zeros(1, 3, 3, 3), zeros(1, 2, 5, 5), weightShape: [-3, 2, 3, 3])
    },
    WrongCall("it must be [m, out, h, w]") { _ = conv2dReferenceBackwardBias(zeros(3)) },
    WrongCall("imageColumns: the input is [5, 5]") {
      _ = imageColumns(zeros(5, 5), kernelHeight: 3, kernelWidth: 3)
    },
    WrongCall("a kernel of 0") {
      _ = imageColumns(zeros(1, 1, 5, 5), kernelHeight: 0, kernelWidth: 3)
    },
    WrongCall("LayerList: the input is [3, 0, 224]") { _ = LayerList("", input: [3, 0, 224], []) },
    WrongCall("a stride of 0 does not move") {
      _ = LayerList("", input: [3, 8, 8], [.pool(window: 2, stride: 0)]).total
    },
    WrongCall("a window of 9 does not fit") {
      _ = LayerList("", input: [3, 8, 8], [.pool(window: 9, stride: 2)]).total
    },
    WrongCall("LayerList: a number of output channels of -1") {
      _ = LayerList("", input: [3, 8, 8], [.convolution(outputs: -1, kernel: 3)]).total
    },
    WrongCall("LayerList: a number of outputs of 0") {
      _ = LayerList("", input: [3, 8, 8], [.dense(outputs: 0)]).total
    },
    WrongCall("more elements than can be counted") {
      let wide = LayerDescription.dense(outputs: 1 << 30)
      _ = LayerList("", input: [1 << 30, 1, 1], [wide, wide]).total
    },
    WrongCall("LayerList: branches of []") {
      _ = LayerList("", input: [3, 8, 8], [.branches([])]).total
    },
  ]

  static let pooling: [WrongCall] = [
    WrongCall("a window of 0") { _ = MaxPool2d<Double>(0) },
    WrongCall("a stride of -1 does not move") { _ = AveragePool2d<Double>(2, stride: -1) },
    WrongCall("a padding of 9223372036854775807") {
      _ = PoolingGeometry(window: 2, padding: .max)
    },
    WrongCall("a window of 9223372036854775807") { _ = PoolingGeometry(window: .max) },
    WrongCall("an image of 0 pixels") { _ = PoolingGeometry(window: 2, padding: 1).outputSize(0) },
    WrongCall("an image of 0 pixels") {
      _ = MaxPool2d<Double>(2, padding: 1)(zeros(1, 0, 4, 1))
    },
    WrongCall("MaxPool2d: the input is [4, 4]") { _ = MaxPool2d<Double>(2)(zeros(4, 4)) },
    WrongCall("a cache of windows of 3, 1 apart, 0 over the border, in a layer of 2, 2 and 0") {
      _ = MaxPool2d<Double>(2).backward(
        zeros(1, 2, 2, 1), cache(of: MaxPool2d(3, stride: 1), zeros(1, 4, 4, 1)))
    },
    WrongCall("a cache of windows of 2, 2 apart, 0 over the border, in a layer of 3, 1 and 1") {
      _ = MaxPool2d<Double>(3, stride: 1, padding: 1).backward(
        zeros(1, 4, 4, 1), cache(of: MaxPool2d(2), zeros(1, 4, 4, 1)))
    },
    WrongCall("MaxPool2d backward: dY is [1, 3, 2, 1]") {
      _ = MaxPool2d<Double>(2).backward(
        zeros(1, 3, 2, 1), cache(of: MaxPool2d(2), zeros(1, 4, 4, 1)))
    },
    WrongCall("AveragePool2d.Cache: the input's shape is [4, 4]") {
      _ = AveragePool2d<Double>(2).backward(zeros(2, 2), .init(shape: [4, 4]))
    },
    WrongCall("AveragePool2d.Cache: the input's shape is [-1, 4, 4, -1]") {
      _ = AveragePool2d<Double>(2).backward(zeros(1, 2, 2, 1), .init(shape: [-1, 4, 4, -1]))
    },
    WrongCall("AveragePool2d backward: dY is [1, 2, 2, 1]") {
      _ = AveragePool2d<Double>(2).backward(zeros(1, 2, 2, 1), .init(shape: [1, 6, 6, 1]))
    },
    WrongCall("GlobalAveragePool.Cache: the input's shape is []") {
      _ = GlobalAveragePool<Double>().backward(zeros(1, 2), .init(shape: []))
    },
    WrongCall("GlobalAveragePool.Cache: the input's shape is") {
      _ = GlobalAveragePool<Double>().backward(
        zeros(1, 2), .init(shape: [2, 1 << 32, 1 << 32, 1]))
    },
    WrongCall("it must have a pixel at least") {
      _ = GlobalAveragePool<Double>().backward(zeros(1, 2), .init(shape: [2, 0, 3, 1]))
    },
    WrongCall("GlobalAveragePool: the input is [2, 0, 3, 1]") {
      _ = GlobalAveragePool<Double>()(zeros(2, 0, 3, 1))
    },
    WrongCall("max pooling backward: dY is [1, 1, 1, 1]") {
      _ = maxPool2dReferenceBackward(
        zeros(1, 1, 1, 1), zeros(1, 1, 4, 4), PoolingGeometry(window: 2))
    },
    WrongCall("average pooling backward: dY is") {
      _ = averagePool2dReferenceBackward(
        zeros(1, 1, 2, 2), inputShape: [1, 1, 8, 4], PoolingGeometry(window: 2))
    },
    WrongCall("pooling: the input is [4, 4]") {
      _ = averagePool2dReferenceBackward(
        zeros(1, 1, 2, 2), inputShape: [4, 4], PoolingGeometry(window: 2))
    },
  ]
}
