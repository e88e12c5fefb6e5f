import Backprop
import Course
import Datasets
import Figures

/// The gradient of each block of networks 2 to 50 blocks deep, before any training.
func showGradientNorms(_ plan: Plan, on screen: Screen) throws {
  screen.section("How much gradient reaches each block?")
  let depths = plan.isQuick ? [2, 10, 20] : [2, 5, 10, 20, 35, 50]
  let batch = plan.train.first(64)
  let channels = 4
  func norms<Block: Layer<Float>>(
    _ depth: Int, _ block: (Int, inout SplitMix64) -> Block
  ) -> [Double] {
    let network = blockNetwork(
      depth: depth, channels: channels, seed: plan.seed, block: block)
    var context = Context.training(seed: plan.seed)
    let (logits, cache) = network.forward(batch.images(), in: &context)
    let (_, dLogits) = softmaxCrossEntropy(logits: logits, labels: batch.labels)
    return network.gradient(dLogits, cache).first.second.norms.map(Double.init)
  }
  var table = Table("first/last block", "plain", "residual", "plain, norm", "residual, norm")
  var deepest = [(String, [Double])]()
  for depth in depths {
    let all = [
      norms(depth) { plain(bareBody($0, using: &$1)) },
      norms(depth) { residual(bareBody($0, using: &$1)) },
      norms(depth) { plain(normalizedBody($0, using: &$1)) },
      norms(depth) { residual(normalizedBody($0, using: &$1)) },
    ]
    print(all.map { "\($0.first!) \($0.last!)" })
    table.add(["\(depth) blocks"] + all.map { significant(($0.first ?? 0) / ($0.last ?? 1), 2) })
    deepest = Array(zip(["plain", "residual", "plain, batch norm", "residual, batch norm"], all))
  }
  screen.table(table)
  try screen.figure(
    .lines(
      "Gradient norm per block, \(depths.last ?? 0) blocks", description: "", x: "block",
      y: Axis("norm of the gradient", scale: .logarithmic),
      deepest.map { Series($0.0, y: $0.1, from: 1) }), "gradient-norms")
}
