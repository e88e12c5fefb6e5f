// Residual networks, as lists.
//
// Source: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, table 1.
// Projection shortcuts stand where the size changes (option B). In bottleneck blocks the stride is
// at the 3×3 convolution, as in today's libraries; the paper has it at the first 1×1.

extension LayerList {
  public static let resNet18 = resNet("ResNet-18", [2, 2, 2, 2], basicBlock, expansion: 1)
  public static let resNet34 = resNet("ResNet-34", [3, 4, 6, 3], basicBlock, expansion: 1)
  public static let resNet50 = resNet("ResNet-50", [3, 4, 6, 3], bottleneck, expansion: 4)

  /// The stem, four stages of blocks, each stage at half the size and twice the width of the one
  /// before, and the head.
  private static func resNet(
    _ name: String, _ blocks: [Int], _ block: (Int, Int) -> [LayerDescription], expansion: Int
  ) -> LayerList {
    var layers = normalized(64, kernel: 7, stride: 2, padding: 3)
    layers += [relu, .pool(window: 3, stride: 2, padding: 1)]
    var channels = 64
    for (stage, times) in blocks.enumerated() {
      let width = 64 << stage
      for index in 0..<times {
        let stride = stage > 0 && index == 0 ? 2 : 1
        let outputs = width * expansion
        let fits = stride == 1 && channels == outputs
        let shortcut = fits ? [] : normalized(outputs, kernel: 1, stride: stride)
        layers += [.residual(block(width, stride), shortcut: shortcut), relu]
        channels = outputs
      }
    }
    return LayerList(
      name, input: [3, 224, 224], layers + [.globalAveragePool, .dense(outputs: 1000)])
  }

  /// Two 3×3 convolutions.
  private static func basicBlock(_ width: Int, _ stride: Int) -> [LayerDescription] {
    normalized(width, kernel: 3, stride: stride, padding: 1) + [relu]
      + normalized(width, kernel: 3, padding: 1)
  }

  /// 1×1 to fewer channels, 3×3 among them, 1×1 to four times as many.
  private static func bottleneck(_ width: Int, _ stride: Int) -> [LayerDescription] {
    normalized(width, kernel: 1) + [relu]
      + normalized(width, kernel: 3, stride: stride, padding: 1) + [relu]
      + normalized(4 * width, kernel: 1)
  }
}

private let relu = LayerDescription.elementwise("ReLU")

private func normalized(
  _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0
) -> [LayerDescription] {
  let geometry = ConvolutionGeometry(stride: stride, padding: padding)
  return [.convolution(outputs: outputs, kernel: kernel, geometry, bias: false), .batchNorm]
}
