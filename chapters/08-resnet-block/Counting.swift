import Checking
import Images
import Problems08
import Running

/// The four kinds of blocks, counted at one size.
func compareBlocks(on screen: Screen) {
  screen.section("Which kinds of blocks are there?")
  func convolution(_ outputs: Int, _ kernel: Int, stride: Int = 1) -> LayerDescription {
    .convolution(
      outputs: outputs, kernel: kernel,
      ConvolutionGeometry(stride: stride, padding: kernel / 2), bias: false)
  }
  let relu = LayerDescription.elementwise("ReLU")
  func count(_ channels: Int, _ main: [LayerDescription], shortcut: [LayerDescription] = [])
    -> LayerList.Count
  {
    LayerList("", input: [channels, 28, 28], [.residual(main, shortcut: shortcut)]).total
  }
  let basic = [convolution(128, 3), .batchNorm, relu, convolution(128, 3), .batchNorm]
  let down = [convolution(256, 3, stride: 2), .batchNorm, relu, convolution(256, 3), .batchNorm]
  let bottleneck = [
    convolution(128, 1), .batchNorm, relu, convolution(128, 3), .batchNorm, relu,
    convolution(512, 1), .batchNorm,
  ]
  let preActivation = [
    .batchNorm, relu, convolution(128, 3), .batchNorm, relu, convolution(128, 3),
  ]
  var table = Table("block", "channels", "parameters", "multiply-adds")
  for (name, channels, result) in [
    ("basic: 3×3, 3×3", "128 → 128", count(128, basic)),
    ("pre-activation: the same, norm first", "128 → 128", count(128, preActivation)),
    (
      "basic with projection, stride 2", "128 → 256",
      count(128, down, shortcut: [convolution(256, 1, stride: 2), .batchNorm])
    ),
    ("bottleneck: 1×1, 3×3, 1×1", "512 → 512", count(512, bottleneck)),
    (
      "512 channels without a bottleneck", "512 → 512",
      count(512, [convolution(512, 3), .batchNorm, relu, convolution(512, 3), .batchNorm])
    ),
  ] {
    table.add(name, channels, grouped(result.parameters), grouped(result.multiplyAdds))
  }
  screen.table(table)
  screen.text(
    """
    For one image of 28×28. A bottleneck carries four times the channels of a basic
    block past it, for about the same price.
    """)
}

/// ResNet-18, -34 and -50, stage by stage.
func countParameters(on screen: Screen) {
  screen.section("Where are ResNet's parameters?")
  let lists = [LayerList.resNet18, .resNet34, .resNet50]
  var table = Table(header: ["", "output"] + lists.map(\.name))
  // A stage begins with the first block, with one that widens, or with the head.
  func stages(_ list: LayerList) -> [(shape: [Int], parameters: Int)] {
    var (stages, channels, parameters) = ([(shape: [Int], parameters: Int)](), list.input[0], 0)
    for (layer, count) in zip(list.layers, list.counts) {
      let widens = count.shape[0] != channels
      if stages.isEmpty || isHead(layer) || isBlock(layer) && (stages.count == 1 || widens) {
        stages.append((count.shape, 0))
      }
      stages[stages.count - 1].shape = count.shape
      stages[stages.count - 1].parameters += count.parameters - parameters
      (channels, parameters) = (count.shape[0], count.parameters)
    }
    return stages
  }
  let all = lists.map(stages)
  let names = ["stem, 7×7", "stage 1", "stage 2", "stage 3", "stage 4", "dense"]
  for (row, name) in names.enumerated() {
    let size = all[0][row].shape.dropFirst().map(String.init).joined(separator: "×")
    table.add([name, size] + all.map { grouped($0[row].parameters) })
  }
  table.add(["all", ""] + lists.map { grouped($0.parameterCount) })
  table.add(
    ["multiply-adds", ""] + lists.map { fixed(Double($0.multiplyAdds) / 1e9, 2) + "e9" })
  screen.table(table)
  screen.text(
    """
    Multiply-adds of convolutions and dense layers, for one image of 224×224. The
    paper says 1.8e9, 3.6e9 and 3.8e9. Its ResNet-50 has a block's stride at the
    first 1×1; ours has it at the 3×3, as torchvision, which says 4.09e9.
    """)

  let count = Chapter08Problems.bottleneckParameterCount.function(from: .library)
  let first = try? count(BottleneckQuestion(inputs: 64, middle: 64, outputs: 256, stride: 1))
  let others = try? count(BottleneckQuestion(inputs: 256, middle: 64, outputs: 256, stride: 1))
  if let first, let others {
    screen.text(
      """

      Exercise 8.5 counts a bottleneck. Stage 1 of ResNet-50 is three of them, the
      first with a projection: \(grouped(first)) + 2·\(grouped(others)) = \(grouped(first + 2 * others)).
      """)
  }
}

private func isBlock(_ layer: LayerDescription) -> Bool {
  if case .residual = layer { true } else { false }
}

private func isHead(_ layer: LayerDescription) -> Bool {
  if case .globalAveragePool = layer { true } else { false }
}
