public import Checkpoints
public import Core
public import Foundation
public import Running
import Training

/// How a classifier is trained: how long, in which steps, on what.
public struct TrainingRun<Scalar: Real> {
  public var epochs: Int
  /// How many samples a step sees.
  public var batch: Int
  /// The learning rate at a step, counted from 0; the optimizer's own where nil.
  public var rate: ((_ step: Int, _ steps: Int) -> Scalar)?
  /// The strength of the penalty λ/2·ΣW².
  public var l2: Scalar = 0
  /// What is done to a mini-batch before the network sees it.
  public var augment: ((Tensor<Scalar>, inout SplitMix64) -> Tensor<Scalar>)?
  /// The loss of a batch of logits, and its gradient.
  public var loss: (_ logits: Tensor<Scalar>, _ labels: [Int]) -> Loss<Scalar> = {
    softmaxCrossEntropy(logits: $0, labels: $1)
  }
  /// A training saved after an epoch, which goes on; nil for one from the beginning.
  public var saved: Checkpoint?
  /// Is written after each epoch, so that a training that is broken off can go on.
  public var file: URL?
  /// What the line of progress begins with.
  public var name = ""

  public init(epochs: Int, batch: Int) { (self.epochs, self.batch) = (epochs, batch) }

  /// What an epoch came to.
  public struct Report: Sendable {
    /// The epoch's number, from 1.
    public let epoch: Int
    /// The mean loss of its steps, each measured before its update.
    public let loss: Double
    public let samplesPerSecond: Double
  }

  /// Trains a network, with a live line of progress in a terminal.
  ///
  /// - Parameters:
  ///   - network: Is changed.
  ///   - x: The training samples, `[count, …]`.
  ///   - labels: The class of each.
  ///   - optimizer: Turns gradients into steps.
  ///   - seed: Of the order of the samples, of dropout and of augmentation.
  ///   - screen: Where the progress is shown, if anywhere.
  ///   - afterEpoch: Sees the network after each epoch; training stops where it returns false.
  /// - Returns: The trained network with all that the training needs to go on, for a file.
  /// - Throws: `TrainingFailure` at the first step whose loss is infinite or not a number; the network
  ///   is then as before that step. `CheckpointError` if what was saved is no part of this training.
  @discardableResult
  public func run<Network: TensorLayer<Scalar>>(
    _ network: inout Network, on x: Tensor<Scalar>, labels: [Int],
    with optimizer: inout some Optimizer<Scalar>, seed: UInt64, screen: Screen? = nil,
    afterEpoch: (Report, Network) -> Bool = { _, _ in true }
  ) throws -> Checkpoint {
    let stepsPerEpoch = (labels.count + batch - 1) / batch
    let steps = epochs * stepsPerEpoch
    let rates =
      rate.map { "rates from \($0(0, steps)) in \(epochs) epochs" }
      ?? "rate \(optimizer.learningRate)"
    var place = TrainingPlace(
      seed: seed,
      run: "\(labels.count) samples in \(Scalar.self), batches of \(batch), \(rates)"
        + (l2 > 0 ? ", penalty \(l2)" : ""))
    if let saved { try place.load(saved, into: &network, &optimizer, epochs: epochs) }
    var context = Context.training(seed: place.generator.state)
    var step = place.epoch * stepsPerEpoch
    var progress = ProgressLine(total: (epochs - place.epoch) * labels.count, screen: screen)
    defer { screen?.endProgress() }
    for epoch in place.epoch + 1...epochs {
      let start = ContinuousClock.now
      var sum = 0.0
      for places in Batches(of: labels.count, size: batch, using: &context.generator) {
        if let rate { optimizer.learningRate = rate(step, steps) }
        var images = x.rows(places)
        if let augment { images = augment(images, &context.generator) }
        let answers = places.map { labels[$0] }
        let value = try network.trainingStep(
          images, number: step, l2: l2, with: &optimizer, in: &context
        ) { loss($0, answers) }
        step += 1
        sum += Double(value) * Double(places.count)
        progress.advance(
          by: places.count, "\(name)epoch \(epoch)/\(epochs)", loss: Double(value))
      }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      let report = Report(
        epoch: epoch, loss: sum / Double(labels.count),
        samplesPerSecond: Double(labels.count) / seconds)
      screen?.endProgress()
      place.endEpoch(context.generator, network, optimizer, file: file)
      if !afterEpoch(report, network) { break }
    }
    return place.checkpoint(network, optimizer)
  }

  /// The line that is written over itself while training runs.
  private struct ProgressLine {
    let total: Int
    let screen: Screen?
    let start = ContinuousClock.now
    var done = 0
    var shown = ContinuousClock.now
    /// A running mean, since the loss of one batch jumps.
    var smoothed: Double?

    init(total: Int, screen: Screen?) { (self.total, self.screen) = (total, screen) }

    mutating func advance(by count: Int, _ place: String, loss: Double) {
      guard let screen else { return }
      done += count
      smoothed = smoothed.map { 0.95 * $0 + 0.05 * loss } ?? loss
      let now = ContinuousClock.now
      guard now - shown > .milliseconds(100) else { return }
      shown = now
      let rate = Double(done) / ((now - start) / .seconds(1))
      let left = Double(total - done) / rate
      screen.progress(
        "\(place)  loss \(fixed(smoothed ?? loss, 4))  \(Int(rate)) images/s  "
          + "\(Int(left.rounded(.up))) s left")
    }
  }
}
