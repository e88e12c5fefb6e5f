import Checkpoints
import Core
import Datasets
import Foundation
import Running
import Training
import TrainingRuns

/// Three residual blocks of 16 channels on handwritten digits.
func readDigits(_ plan: Plan, _ options: ChapterOptions, on screen: Screen) throws {
  screen.section("How well does a small residual network read?")
  let run = try train(
    "MNIST", on: plan.train, plan.test, epochs: plan.epochs, plan, options, screen: screen)
  if let file = options.save { try save(run, to: file, on: screen) }
}

/// The same network on photographs of clothes.
func readClothes(_ plan: Plan, on screen: Screen) throws {
  screen.section("And clothes?")
  let images = try FashionMNIST.load()
  _ = try train(
    "Fashion-MNIST", on: images.train.first(plan.isQuick ? 1000 : 10_000),
    images.test.first(plan.isQuick ? 500 : 2000), epochs: plan.isQuick ? 1 : 5, plan,
    screen: screen)
  screen.text(
    """
    The course has a sixth of Fashion-MNIST's images; shirts, pullovers and coats of
    28×28 pixels are hard to tell apart, for people too.
    """)
}

private func train(
  _ name: String, on train: ImageData, _ test: ImageData, epochs: Int, _ plan: Plan,
  _ options: ChapterOptions? = nil, screen: Screen
) throws -> Trained<ResidualNetwork> {
  let network: ResidualNetwork = blockNetwork(depth: 3, channels: 16, seed: plan.seed) {
    residual(normalizedBody($0, using: &$1))
  }
  var recipe = Recipe<Float>(train: train, test: test, rate: 0.01, seed: plan.seed)
  (recipe.name, recipe.epochs, recipe.batch) = (name, epochs, plan.batch)
  recipe.saved = try options?.load.map { try Checkpoint(contentsOf: $0.path) }
  recipe.file = options?.save
  screen.text(
    """
    \(name): \(grouped(train.count)) images to train with, \(grouped(test.count)) to test;
    \(grouped(network.parameters.count)) parameters: a convolution, three residual blocks of 16 channels at
    14×14, a dense layer.
    Batches of \(plan.batch), Adam, rate up to 0.01, seed \(plan.seed). The convolutions have biases
    here, \(16 * 7) in all; batch norm takes their effect away again.

    """)
  let run = try recipe.run(network, on: screen, prints: true)
  screen.text("\nTest accuracy \(percent(run.accuracy)).")
  return run
}
