import Attention
import Core
import Datasets
import Figures
import Running
import Training

/// Digits as sequences of 16 patches.
func showVision(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("A picture is sixteen words")
  let images = try MNIST.load()
  let train = images.train.first(options.quick ? 500 : 10_000)
  let digits = Samples<Float>(images: train, test: images.test.first(options.quick ? 250 : 2000))
  var generator = SplitMix64(seed: options.seed)
  var model = VisionTransformer<Float>(
    images: [1, 28, 28], patch: 7, width: 48, heads: 4, depth: 3, classes: 10, using: &generator)
  let epochs = options.quick ? 1 : 2
  screen.text(
    """
    16 patches of 7 × 7, width 48, 3 blocks, \(grouped(model.parameters.count)) parameters;
    \(grouped(train.count)) digits, \(epochs) epoch\(epochs == 1 ? "" : "s").

    """)
  var (optimizer, context) = (AdamW<Float>(decay: 0.01), Context.training(seed: options.seed))
  let steps = epochs * Batches(of: train.count, size: 64).count
  let schedule = Schedule<Float>.warmupCosine(
    peak: 0.002, warmup: min(50, steps / 4 + 1), steps: steps)
  var step = 0
  for _ in 0..<epochs {
    for batch in Batches(of: train.count, size: 64, using: &generator) {
      optimizer.learningRate = schedule(step)
      let loss = model.trainingStep(
        digits.x.rows(Array(batch)), labels: batch.map { digits.labels[$0] }, with: &optimizer,
        in: &context)
      if step % 10 == 0 { screen.progress("step \(step), loss \(fixed(Double(loss), 3))") }
      step += 1
    }
  }
  screen.endProgress()
  let share = accuracy(
    predicted: model.predict(digits.testX).argmaxOfRows(), actual: digits.testLabels)
  var table = Table("", "right, of \(grouped(digits.testLabels.count)) test digits")
  table.add("ViT", percent(share, 1))
  screen.table(table)
  try screen.write(likenessFigure(model.parameters.patches.positions), "positions")
}

/// How alike the learned positions are: for each patch a picture of its cosine with all sixteen.
private func likenessFigure(_ positions: Tensor<Float>) -> Figure {
  let rows = positions.rows(1..<17)
  let lengths = (rows * rows).sum(axis: 1)
  let products = matmul(rows, transposed: rows)
  let images = (0..<16).map { i in
    Image(
      width: 4, height: 4,
      values: (0..<16).map { j in
        Double(products[i, j] / (lengths[i] * lengths[j]).squareRoot())
      }, isSigned: true)
  }
  return .images(
    "Likeness of the sixteen positions",
    description:
      "Sixteen pictures of 4 × 4: each position is like itself, and like its neighbours.",
    images, columns: 4, captions: (0..<16).map { "patch \($0)" })
}
