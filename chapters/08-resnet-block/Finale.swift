import Checking
import Checkpoints
import Core
import Datasets
import Figures
import Foundation
import Problems06
import Running
import Training
import TrainingRuns

/// The end of the course: a residual network that learns by the learner's functions alone.
func runFinale(
  _ functions: FunctionsInUse, _ plan: Plan, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("The finale: which functions does this network run on?")
  var table = Table(header: ["layer", "backward by exercises"])
  for (layer, exercises) in FinaleNetwork.parts {
    table.add(layer, exercises.replacing(" ", with: ", "))
  }
  screen.table(table)
  screen.text(
    """
    Every gradient below, and every step, is computed by these functions. The
    forward passes are the library's.
    """)
  try showGradientNorms(FinaleNetwork(functions), plan, on: screen)

  screen.section("Does it read handwriting?")
  var generator = SplitMix64(seed: plan.seed)
  let finale = FinaleNetwork(functions)
  let network = finale.network(using: &generator)
  screen.text(
    """
    \(grouped(plan.train.count)) of MNIST's images to train with, \(grouped(plan.test.count)) to test, \(grouped(network.parameters.count)) parameters.
    A small network and a part of the images: loops that can be read are slow.
    Batches of \(plan.batch), Adam, rate up to 0.01, seed \(plan.seed).

    """)
  let run = try train(finale, network, plan, options, on: screen, prints: true)
  let first = run.stepLosses.prefix(10).reduce(0, +) / Double(max(1, min(10, run.stepLosses.count)))
  try screen.figure(
    .lines(
      "Loss, step by step",
      description: "The loss on training images falls from 2.3, a guess among ten, to near zero.",
      x: "step", y: "loss",
      [
        Series(
          "training loss", y: smoothed(run.stepLosses, over: max(1, run.stepLosses.count / 40)),
          from: 1)
      ]
    ), "finale-loss")
  screen.text(
    """

    The loss fell from \(fixed(first, 2)) to \(fixed(run.lastLoss, 2)); \(percent(run.accuracy)) of the test images are right.
    """)
  if let file = options.save { try save(run, to: file, on: screen) }
  if options.mine { nameWhatWasBuilt(plan, on: screen) }
}

/// Trains the network of the finale with the step of 6.4.
func train<Network: TensorLayer<Double>>(
  _ finale: FinaleNetwork, _ network: Network, _ plan: Plan, _ options: ChapterOptions? = nil,
  on screen: Screen, prints: Bool = false
) throws -> Trained<Network> {
  var recipe = Recipe<Double>(
    train: plan.train, test: plan.test, rate: 0.01, seed: plan.seed, loss: finale.loss)
  (recipe.epochs, recipe.batch) = (plan.epochs, plan.batch)
  recipe.saved = try options?.load.map { try Checkpoint(contentsOf: $0.path) }
  recipe.file = options?.save
  var adam = AdaptedOptimizer.adam(learningRate: recipe.rate, step: finale.functions.adam)
  return try recipe.run(network, with: &adam, on: screen, prints: prints)
}

/// The gradient of each of many blocks, with the shortcut of 8.1 and without.
private func showGradientNorms(
  _ finale: FinaleNetwork, _ plan: Plan, on screen: Screen
) throws {
  screen.section("How much gradient reaches each block?")
  let depth = plan.isQuick ? 10 : 30
  let images = plan.train.first(plan.isQuick ? 8 : 32)
  func norms<Block: TensorLayer<Double>>(_ block: (FinaleNetwork.Body) -> Block) -> [Double] {
    var generator = SplitMix64(seed: plan.seed)
    let network = finale.stack(depth: depth, using: &generator, block: block)
    var context = Context.training(seed: plan.seed)
    let (logits, cache) = network.forward(images.images(as: Double.self), in: &context)
    return network.gradient(finale.loss(logits, images.labels).gradient, cache).first.second.norms
  }
  let (without, with) = (norms(finale.plain), norms(finale.residual))
  let blocks = [1, depth / 4, depth / 2, depth * 3 / 4, depth].map { max(1, $0) }
  var table = Table(header: ["block"] + blocks.map(String.init))
  for (name, values) in [("without shortcut", without), ("with shortcut", with)] {
    table.add([name] + blocks.map { significant(values[$0 - 1], 2) })
  }
  screen.table(table)
  screen.text(
    """
    \(depth) blocks of 4 channels, batch norm in each, \(images.count) images, untrained: the length of
    each block's gradient.
    """)
  try screen.write(
    .lines(
      "Gradient norm of each of \(depth) blocks",
      description: "With shortcuts the gradient is about level; without them it grows by powers of "
        + "ten on its way from the last block to the first.", x: "block",
      y: Axis("norm", scale: .logarithmic),
      [Series("without shortcut", y: without, from: 1), Series("with shortcut", y: with, from: 1)]),
    "finale-norms")
}

/// What the learner has in hands at the end.
private func nameWhatWasBuilt(_ plan: Plan, on screen: Screen) {
  screen.section("What have you built?")
  screen.text(
    """
    You have written, and checked number by number, the backward pass of a
    convolution, of pooling, of ReLU, of batch normalization, of a residual block, of
    a dense layer and of softmax cross-entropy, and Adam's step.

    The network above learned from nothing else. Nobody wrote down what a seven looks
    like, and no library differentiated anything: each of its \(plan.train.count * plan.epochs / plan.batch) steps
    was yours, from the loss to the first filter.

    ResNet-50 has more layers of the same kinds. You know what its gradients do.
    """)
}
