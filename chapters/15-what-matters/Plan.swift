import Checking
import Core
import Datasets
import Running

/// How much is computed: all of it in a minute, or with --quick a little of everything.
struct Plan {
  let isQuick: Bool
  let seed: UInt64
  /// Images that the big network learns from, twice, and those that it is tested with.
  let (train, test): (Int, Int)
  /// Images of the one epoch that repairs a network made small.
  let repair: Int
  /// Images that a student sees, and how often.
  let (lesson, lessonEpochs): (Int, Int)
  /// Images of the ensemble's networks, and how often each sees them.
  let (shared, sharedEpochs): (Int, Int)
  /// Digits whose maps are tested.
  let mapped: Int
  /// Images that the convolutional network learns from.
  let seen: Int

  init(_ options: ChapterOptions, _ source: Source) {
    (isQuick, seed) = (options.quick, options.seed)
    var isLibrary = false
    if case .library = source { isLibrary = true }
    (train, test) = isQuick ? (3000, 1000) : (60_000, 10_000)
    repair = isQuick ? 1000 : isLibrary ? 30_000 : 10_000
    (lesson, lessonEpochs) = isQuick ? (1500, 2) : isLibrary ? (20_000, 3) : (10_000, 3)
    (shared, sharedEpochs) = isQuick ? (500, 2) : (10_000, 4)
    (mapped, seen) = isQuick ? (40, 1000) : (300, 20_000)
  }
}

/// The digits, one a row.
struct Digits {
  let x: Tensor<Float>, labels: [Int]
  let testX: Tensor<Float>, testLabels: [Int]

  init(_ plan: Plan) throws {
    let (train, test) = try MNIST.load()
    let (some, others) = (train.first(plan.train), test.first(plan.test))
    (x, labels) = (some.inputs(), some.labels)
    (testX, testLabels) = (others.inputs(), others.labels)
  }

  /// The share of test images that are read rightly from these logits.
  func accuracy(_ logits: Tensor<Float>) -> Double {
    Core.accuracy(predicted: logits.argmaxOfRows(), actual: testLabels)
  }
}
