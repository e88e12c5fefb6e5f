import Checking
import Core
import Figures
import Importance
import Problems15
import Running
import Training

/// Weights cut, and what an epoch of learning with the others makes good.
func showCuts(
  _ trained: Trained, _ functions: FunctionsInUse, _ digits: Digits, _ plan: Plan,
  on screen: Screen
) throws {
  screen.section("Weights that are gone")
  screen.text(
    """
    The smallest weights of each matrix are cut. Repaired: an epoch of \(grouped(plan.repair)) images.

    """)
  var table = Table("cut", "left", "right", "repaired", "cut at random")
  var (before, after) = ([Figures.Point](), [Figures.Point]())
  for share in [0.5, 0.8, 0.9, 0.95, 0.98] {
    let masks = trained.network.layers.map {
      magnitudeMask(of: $0.parameters.weight, pruning: share)
    }
    let left = digits.accuracy(
      pruned(trained.network, masks, functions).predict(digits.testX))
    let kept = masks.reduce(0) { $0 + $1.scalars.count { $0 == 1 } }
    before.append(Figures.Point(100 * share, 100 * left))
    var cells = [percent(share, 0), grouped(kept), percent(left, 1), "", ""]
    if share >= 0.9 {
      let repaired = try repairedCut(trained.network, masks, functions, digits, plan).right
      after.append(Figures.Point(100 * share, 100 * repaired))
      cells[3] = percent(repaired, 1)
    }
    if share == 0.8 { cells[4] = percent(cutAtRandom(trained.network, share, digits, plan), 1) }
    table.add(cells)
  }
  screen.table(table)
  try screen.write(
    .lines(
      "Accuracy against the share of weights cut",
      description: "A slow fall, then a cliff beyond 80 percent; repaired it comes later.",
      x: "percent cut", y: Axis("percent right", range: 0...100),
      [Series("as they are cut", points: before), Series("repaired", points: after)]), "cuts")
  showRevival(trained, digits, on: screen)
}

/// The network with some weights cut.
private func pruned(
  _ network: BigNetwork, _ masks: [Tensor<Float>], _ functions: FunctionsInUse
) -> ThreeLayers<Adapted<MaskedDense<Float>>> {
  threeLayers(zip(network.layers, masks).map { functions.masked($0, mask: $1) })
}

/// The share of right answers after an epoch with weights cut, and how many of those are not 0 any more.
func repairedCut(
  _ network: BigNetwork, _ masks: [Tensor<Float>], _ functions: FunctionsInUse, _ digits: Digits,
  _ plan: Plan
) throws -> (right: Double, moved: Int) {
  var some = pruned(network, masks, functions)
  let right = try some.repair(digits, plan)
  let moved = some.layers.map(\.layer).reduce(0) { sum, layer in
    sum + zip(layer.parameters.weight.scalars, layer.mask.scalars).count { $0 != 0 && $1 == 0 }
  }
  return (right, moved)
}

/// The share of right answers where chance decides which weights go.
private func cutAtRandom(
  _ network: BigNetwork, _ share: Double, _ digits: Digits, _ plan: Plan
) -> Double {
  var generator = SplitMix64(seed: plan.seed &+ 60)
  let masks = network.layers.map { layer in
    magnitudeMask(
      of: Tensor<Float>(shape: layer.parameters.weight.shape, using: &generator), pruning: share)
  }
  return digits.accuracy(
    pruned(network, masks, FunctionsInUse(.library)).predict(digits.testX))
}

/// Weights set to 0 and their gradients masked, but no mask in the forward pass: what an optimizer that
/// remembers does.
private func showRevival(_ trained: Trained, _ digits: Digits, on screen: Screen) {
  screen.text("\nSet to 0, the gradients masked, and no mask in the forward pass:\n")
  var table = Table("of the 90 % that were cut, not 0 after", "1 step", "100 steps")
  for (name, memory) in [
    ("a new Adam", Adam<Float>(learningRate: 0.001)), ("Adam as it was", trained.adam),
  ] {
    var (network, adam) = (trained.network, memory)
    // Masks in the clothes of parameters: ones for the biases.
    var masks = network.parameters
    masks.visit(network.parameters) { name, mask, own in
      mask = name.hasSuffix("weight") ? magnitudeMask(of: own, pruning: 0.9) : 0 * own + 1
    }
    network.visit(masks) { _, own, mask in own *= mask }
    var (context, cells) = (Context.training(seed: 7), [name])
    for step in 1...100 {
      let places = Array((step - 1) * 16..<step * 16)
      let (logits, cache) = network.forward(digits.x.rows(places), in: &context)
      let loss = softmaxCrossEntropy(
        logits: logits, labels: places.map { digits.labels[$0] })
      var gradient = network.gradient(loss.gradient, cache)
      gradient.visit(masks) { _, g, mask in g *= mask }
      adam.update(&network, gradient)
      guard step == 1 || step == 100 else { continue }
      var (revived, cut) = (0, 0)
      network.visit(masks) { _, own, mask in
        cut += mask.scalars.count { $0 == 0 }
        revived += zip(own.scalars, mask.scalars).count { $0 != 0 && $1 == 0 }
      }
      cells.append(percent(Double(revived) / Double(max(cut, 1)), 1))
    }
    table.add(cells)
  }
  screen.table(table)
}
