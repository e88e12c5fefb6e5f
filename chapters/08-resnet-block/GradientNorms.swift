import Core
import Datasets
import Figures
import Running

/// What the addition does to a gradient, with one number for each block.
func multiplySlopes(on screen: Screen) {
  screen.section("What does the addition change, in one number?")
  var table = Table("slope of F", "plain, 10 blocks", "50 blocks", "residual, 10 blocks", "50")
  for slope in [0.5, 0.1, 0.01, -0.01, -0.1] {
    table.add(
      ["\(slope)"]
        + [slope, 1 + slope].flatMap { factor in
          [10, 50].map { significant(Double.pow(factor, Double($0)), 2) }
        })
  }
  screen.table(table)
  screen.text(
    """
    A chain of blocks multiplies the slopes of its blocks: F'·F'·F'… without
    shortcuts, (F' + 1)·(F' + 1)… with them. Near 0, where a plain chain dies, a
    residual one passes the gradient on nearly as it is.
    """)
}

/// The gradient of each block of networks 2 to 50 blocks deep, before any training.
func showGradientNorms(_ plan: Plan, on screen: Screen) throws {
  screen.section("How much gradient reaches each block?")
  let depths = plan.isQuick ? [2, 10, 50] : [2, 5, 10, 20, 35, 50]
  let images = plan.train.first(plan.isQuick ? 16 : 64)
  let names = ["plain", "residual", "plain, norm", "residual, norm"]
  func norms<Block: TensorLayer<Double>>(
    _ depth: Int, _ block: (Int, inout SplitMix64) -> Block
  ) -> [Double] {
    let network = blockNetwork(depth: depth, channels: 4, seed: plan.seed, block: block)
    var context = Context.training(seed: plan.seed)
    let (logits, cache) = network.forward(images.images(as: Double.self), in: &context)
    let (_, dLogits) = softmaxCrossEntropy(logits: logits, labels: images.labels)
    return network.gradient(dLogits, cache).first.second.norms
  }
  var table = Table(header: ["first/last block"] + names)
  var deepest = [[Double]]()
  for depth in depths {
    deepest = [
      norms(depth) { plain(bareBody($0, .uniformFanIn, using: &$1)) },
      norms(depth) { residual(bareBody($0, .uniformFanIn, using: &$1)) },
      norms(depth) { plain(normalizedBody($0, using: &$1)) },
      norms(depth) { residual(normalizedBody($0, using: &$1)) },
    ]
    table.add(
      ["\(depth) blocks"]
        + deepest.map { significant(($0.first ?? .nan) / ($0.last ?? .nan), 2) })
  }
  screen.table(table)
  screen.text(
    """
    Blocks of 4 channels at 14×14, \(images.count) images, untrained. A cell is the length of the
    first block's gradient, all its parameters together, over the last block's: 1 is
    a gradient that arrives as it set out. Without batch norm the weights are small,
    uniform in ±1/√fanIn; with it the plain network's gradient grows on its way
    back.
    """)
  try screen.figure(
    .lines(
      "Gradient norm of each block, \(depths.last ?? 0) blocks deep",
      description:
        "From the last block back to the first the gradient of plain networks shrinks, or "
        + "with batch norm grows, by many powers of ten; with shortcuts it stays nearly level.",
      x: "block", y: Axis("norm", scale: .logarithmic),
      zip(names, deepest).map { Series($0, y: $1, from: 1) }), "gradient-norms")
}
