// Convolutional networks from LeNet-5 to GoogLeNet, as lists.

private let relu = LayerDescription.elementwise("ReLU")
private let dropout = LayerDescription.elementwise("dropout")

extension LayerList {
  /// LeNet-5 with full connections, ReLU and max pooling: what `leNet5` builds.
  ///
  /// Source: LeCun, Bottou, Bengio, Haffner, Proceedings of the IEEE 86, 1998, section II.B, where
  /// it has about 60,000 parameters.
  public static let leNet5 = LayerList(
    "LeNet-5", input: [1, 28, 28],
    [
      .convolution(outputs: 6, kernel: 5, ConvolutionGeometry(padding: 2)), relu,
      .pool(window: 2, stride: 2),
      .convolution(outputs: 16, kernel: 5), relu, .pool(window: 2, stride: 2),
      .dense(outputs: 120), relu, .dense(outputs: 84), relu, .dense(outputs: 10),
    ])

  /// AlexNet in one tower, without the division between two processors.
  ///
  /// Source: Krizhevsky, "One weird trick for parallelizing convolutional neural networks",
  /// arXiv:1404.5997, 2014; the first form is in Krizhevsky, Sutskever, Hinton, NIPS 2012.
  public static let alexNet = LayerList(
    "AlexNet", input: [3, 224, 224],
    [
      .convolution(outputs: 64, kernel: 11, ConvolutionGeometry(stride: 4, padding: 2)), relu,
      .pool(window: 3, stride: 2),
      .convolution(outputs: 192, kernel: 5, ConvolutionGeometry(padding: 2)), relu,
      .pool(window: 3, stride: 2),
      threeByThree(384), relu, threeByThree(256), relu, threeByThree(256), relu,
      .pool(window: 3, stride: 2),
      dropout, .dense(outputs: 4096), relu, dropout, .dense(outputs: 4096), relu,
      .dense(outputs: 1000),
    ])

  /// VGG-16, configuration D.
  ///
  /// Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
  /// Recognition", ICLR 2015, table 1; table 2 gives 138 million parameters.
  public static let vgg16 = LayerList(
    "VGG-16", input: [3, 224, 224],
    [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)].flatMap { outputs, times in
      (0..<times).flatMap { _ in [threeByThree(outputs), relu] } + [.pool(window: 2, stride: 2)]
    } + [
      .dense(outputs: 4096), relu, dropout, .dense(outputs: 4096), relu, dropout,
      .dense(outputs: 1000),
    ])

  /// GoogLeNet with batch normalization and without its auxiliary classifiers, as it is distributed
  /// in torchvision.
  ///
  /// Source: Szegedy and others, "Going Deeper with Convolutions", CVPR 2015, table 1. That form has
  /// neither bias-free convolutions nor normalization, and 5×5 filters where this one has 3×3.
  public static let googLeNet = LayerList(
    "GoogLeNet", input: [3, 224, 224],
    normalized(64, kernel: 7, stride: 2, padding: 3) + [halving(3)]
      + normalized(64, kernel: 1) + normalized(192, kernel: 3, padding: 1) + [halving(3)]
      + [inception(64, (96, 128), (16, 32), 32), inception(128, (128, 192), (32, 96), 64)]
      + [halving(3)]
      + [
        inception(192, (96, 208), (16, 48), 64), inception(160, (112, 224), (24, 64), 64),
        inception(128, (128, 256), (24, 64), 64), inception(112, (144, 288), (32, 64), 64),
        inception(256, (160, 320), (32, 128), 128),
      ] + [halving(2)]
      + [inception(256, (160, 320), (32, 128), 128), inception(384, (192, 384), (48, 128), 128)]
      + [.globalAveragePool, dropout, .dense(outputs: 1000)])
}

private func threeByThree(_ outputs: Int) -> LayerDescription {
  .convolution(outputs: outputs, kernel: 3, ConvolutionGeometry(padding: 1))
}

/// Max pooling that halves the size, rounded up.
private func halving(_ window: Int) -> LayerDescription {
  .pool(window: window, stride: 2, roundsUp: true)
}

private func normalized(
  _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0
) -> [LayerDescription] {
  let geometry = ConvolutionGeometry(stride: stride, padding: padding)
  return [.convolution(outputs: outputs, kernel: kernel, geometry, bias: false), .batchNorm, relu]
}

/// Four ways: 1×1; 1×1 then 3×3; 1×1 then the larger filter; pooling then 1×1.
private func inception(
  _ one: Int, _ three: (reduced: Int, outputs: Int), _ five: (reduced: Int, outputs: Int),
  _ pooled: Int
) -> LayerDescription {
  .branches([
    normalized(one, kernel: 1),
    normalized(three.reduced, kernel: 1) + normalized(three.outputs, kernel: 3, padding: 1),
    normalized(five.reduced, kernel: 1) + normalized(five.outputs, kernel: 3, padding: 1),
    [.pool(window: 3, stride: 1, padding: 1)] + normalized(pooled, kernel: 1),
  ])
}
