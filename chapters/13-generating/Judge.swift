import Core
import Training

/// A small classifier that has seen real digits, and says what made ones look like.
///
/// It is a judge of this chapter alone: its numbers compare runs, and say nothing about other papers'.
struct Judge {
  /// Whom it calls sure: a probability of 0.9 at least.
  static let sure: Float = 0.9

  private typealias Features = Then<
    Then<Then<Dense<Float>, Activation<Float>>, Dense<Float>>, Activation<Float>
  >
  private var network: Then<Features, Dense<Float>>
  /// The features of real digits it has not learned from.
  private let real: FeatureStatistics
  /// The share of these that it takes for what they are, and the share that it is sure of.
  let accuracy: Double, sureOfReal: Double

  /// Trains a judge.
  init(_ digits: Digits, epochs: Int, seed: UInt64, progress: (String) -> Void = { _ in }) {
    var generator = SplitMix64(seed: seed)
    let pixels = digits.x.columns
    var network = Dense<Float>(pixels, 128, using: &generator).then(Activation.relu)
      .then(Dense(128, 48, using: &generator)).then(Activation.relu)
      .then(Dense(48, 10, .glorot, using: &generator))
    var (adam, context) = (Adam<Float>(), Context.training(seed: seed))
    for epoch in 0..<epochs {
      // Lower steps at the end: the judge shall not depend on its last batch.
      adam.learningRate = epoch < epochs - 1 ? 0.001 : 0.0002
      for places in Batches(of: digits.labels.count, size: 64, using: &generator) {
        _ = network.trainingStep(
          digits.x.rows(places), labels: places.map { digits.labels[$0] }, with: &adam,
          in: &context)
      }
      progress("the judge, epoch \(epoch + 1)")
    }
    self.network = network
    let count = min(digits.testX.rows, 2000)
    let test = digits.testX.rows(0..<count)
    real = FeatureStatistics(network.first(test))
    let beliefs = softmax(network(test))
    accuracy = Core.accuracy(
      predicted: beliefs.argmaxOfRows(), actual: Array(digits.testLabels.prefix(count)))
    sureOfReal = Double((0..<count).count { largest(beliefs, $0) >= Self.sure }) / Double(count)
  }

  /// What it says of some images, `[m, pixels]`, from 0 to 1.
  func verdict(_ images: Tensor<Float>, asked: [Int]? = nil) -> Verdict {
    let beliefs = softmax(network(images))
    let classes = beliefs.argmaxOfRows()
    let isSure = (0..<images.rows).map { largest(beliefs, $0) >= Self.sure }
    var counts = [Int](repeating: 0, count: 10)
    for one in classes { counts[one] += 1 }
    let m = Double(images.rows)
    let hits = asked.map { zip($0, classes).map { $0 == $1 } }
    return Verdict(
      sure: Double(isSure.count { $0 }) / m,
      asAsked: hits.map { Double($0.count { $0 }) / m },
      asAskedAndSure: hits.map { Double(zip($0, isSure).count { $0 && $1 }) / m },
      counts: counts, distance: real.frechetDistance(to: FeatureStatistics(network.first(images))),
      classes: classes)
  }
}

/// What a judge says of a number of images.
struct Verdict {
  /// The share that it is sure of, whatever they are.
  let sure: Double
  /// The share that is what was asked for, and the share that is surely so; nil where nothing was.
  let asAsked: Double?, asAskedAndSure: Double?
  /// How many it takes for each digit.
  let counts: [Int]
  /// The Fréchet distance of its features to those of real digits.
  let distance: Double
  let classes: [Int]

  /// How many classes have a hundredth of all images at least.
  var covered: Int { counts.count { 100 * $0 >= counts.reduce(0, +) } }
  /// The share of the commonest class.
  var commonest: Double { Double(counts.max() ?? 0) / Double(max(counts.reduce(0, +), 1)) }
}

/// The largest number of a row.
private func largest(_ x: Tensor<Float>, _ row: Int) -> Float {
  x.scalars[row * x.columns..<(row + 1) * x.columns].max() ?? 0
}
