import Core
import Datasets
import Running
import Training

/// What 0 to 4 have taught a network, used for 5 to 9 with few images.
func showTransfer(_ faces: Faces, _ plan: Plan, on screen: Screen) throws {
  screen.section("Old features, new classes")
  let firstTask = faces.train.labels.indices.filter { faces.train.labels[$0] < 5 }
  let learned = faces.train.samples(at: Array(firstTask.prefix(plan.firstTask)))
  var generator = SplitMix64(seed: plan.seed &+ 80)
  var old = classifier(using: &generator)
  try old.fit(
    learned.inputs(), learned.labels, steps: plan.firstTask / 64 * 3, batch: 64, seed: plan.seed)
  let asked = faces.test.samples(
    at: faces.test.labels.indices.filter { faces.test.labels[$0] > 4 })
  let (testX, testLabels) = (asked.inputs(as: Float.self), asked.labels.map { $0 - 5 })
  let steps = plan.isQuick ? 60 : 200
  var table = Table("images a class", "from scratch", "frozen", "fine-tuned")
  for images in [5, 20] {
    let few = try fewImages(faces.train, images, seed: plan.seed)
    var scratch = classifier(using: &generator)
    // The new last layer begins as the one from scratch does.
    var tuned = scratch
    tuned.first = old.first
    try scratch.fit(few.x, few.labels, steps: steps, batch: few.labels.count, seed: plan.seed)
    var head = tuned.second
    try head.fit(
      old.first(few.x), few.labels, steps: steps, batch: few.labels.count, seed: plan.seed)
    try tuned.fit(few.x, few.labels, steps: steps, batch: few.labels.count, seed: plan.seed)
    func right(_ z: Tensor<Float>) -> String {
      percent(accuracy(predicted: z.argmaxOfRows(), actual: testLabels), 1)
    }
    table.add(
      "\(images)", right(scratch(testX)), right(head(old.first(testX))), right(tuned(testX)))
  }
  screen.table(table)
}

/// The network of both tasks: two hidden layers, and a last one that can be taken off.
private func classifier(
  using generator: inout SplitMix64
) -> Then<
  Then<Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>, Activation<Float>>, Dense<Float>
> {
  Dense<Float>(784, 128, using: &generator).then(Activation.relu)
    .then(Dense(128, 64, using: &generator)).then(Activation.relu)
    .then(Dense(64, 5, .glorot, using: &generator))
}

extension Layer where Scalar == Float, Input == Tensor<Float>, Output == Tensor<Float> {
  /// Trains a classifier, in batches drawn at random.
  fileprivate mutating func fit(
    _ x: Tensor<Float>, _ labels: [Int], steps: Int, batch: Int, seed: UInt64
  ) throws {
    var (generator, context) = (SplitMix64(seed: seed &+ 81), Context.training(seed: seed))
    var adam = Adam<Float>(learningRate: 0.001)
    for step in 0..<steps {
      let places =
        batch >= labels.count
        ? Array(labels.indices) : (0..<batch).map { _ in generator.integer(below: labels.count) }
      _ = try trainingStep(x.rows(places), number: step, with: &adam, in: &context) {
        softmaxCrossEntropy(logits: $0, labels: places.map { labels[$0] })
      }
    }
  }
}

/// Some images of each digit from 5 to 9, with labels from 0.
private func fewImages(
  _ images: ImageData, _ count: Int, seed: UInt64
) throws -> (x: Tensor<Float>, labels: [Int]) {
  var generator = SplitMix64(seed: seed &+ 82)
  let places = (5..<10).flatMap { digit in
    let own = images.labels.indices.filter { images.labels[$0] == digit }
    return generator.permutation(of: own.count).prefix(count).map { own[$0] }
  }
  let some = images.samples(at: places)
  return (some.inputs(), some.labels.map { $0 - 5 })
}
