// Training that breaks down, and how to find a rate with which it does not.

/// The loss became infinite, or not a number, in the middle of training.
public struct TrainingFailure: Failure, Equatable {
  /// The step at which it was found, from 0.
  public let step: Int
  /// The loss there.
  public let loss: Double
  /// η at that step.
  public let learningRate: Double

  public init(step: Int, loss: Double, learningRate: Double) {
    (self.step, self.loss, self.learningRate) = (step, loss, learningRate)
  }

  public var exitCode: Int32 { 70 }
  public var description: String {
    "The loss is \(loss.isNaN ? "nan" : "\(loss)") at step \(step), with a learning rate of "
      + "\(text(learningRate)). Try a rate of \(text(oneDigit(learningRate / 10))), clip the "
      + "gradient's norm to 1, or look for infinities in the inputs"
  }
}

/// A rate with the digits of a Float where it has one's range: 0.002, not 0.0020000000949949026.
private func text(_ rate: Double) -> String {
  let short = Float(rate)
  return short.isNormal ? "\(short)" : "\(rate)"
}

/// 0.0018 → 0.002: a rate to try needs no more.
private func oneDigit(_ rate: Double) -> Double {
  let unit = Double.pow(10, (Double.log(rate) / Double.log(10)).rounded(.down))
  let rounded = (rate / unit).rounded() * unit
  return rounded.isNormal ? rounded : rate
}

extension Layer {
  /// One step of training that stops where the loss is no number any more.
  ///
  /// - Parameters:
  ///   - x: A mini-batch, `[m, …]`.
  ///   - step: The number of the step, for the error.
  ///   - l2: The strength λ of the penalty λ/2·ΣW² that is added to the loss.
  ///   - optimizer: Turns the gradient into a step.
  ///   - context: Says that this is training, and brings the randomness.
  ///   - loss: The loss of an output, and its gradient with respect to that output.
  /// - Returns: The loss before the step, without the penalty.
  /// - Throws: ``TrainingFailure`` if the loss is infinite or NaN; the network is as before the step.
  public mutating func trainingStep(
    _ x: Tensor<Scalar>, number step: Int, l2: Scalar = 0,
    with optimizer: inout some Optimizer<Scalar>, in context: inout Context,
    loss: (_ output: Tensor<Scalar>) -> Loss<Scalar>
  ) throws(TrainingFailure) -> Scalar {
    requireNotNegative(l2, "trainingStep: the strength l2")
    let (output, cache) = forward(x, in: &context)
    let (value, dOutput) = loss(output)
    guard value.isFinite else {
      throw TrainingFailure(
        step: step, loss: Double(value), learningRate: Double(optimizer.learningRate))
    }
    var gradient = gradient(dOutput, cache)
    if l2 > 0 { gradient.addL2Penalty(l2, of: parameters) }
    optimizer.update(&self, gradient)
    observe(cache)
    return value
  }
}

/// Trains with a rate that grows from step to step, and returns the loss at each: the range in which
/// a network learns shows as the slope of that curve.
///
/// The rates grow by a constant factor. The test stops when the loss is not finite any more, or
/// `explosion` times the lowest so far, which is that many times its size above where it is negative. Network and optimizer themselves stay as they are.
/// ```swift
/// let pairs = learningRateRangeTest(network, with: SGD(learningRate: 0), from: 1e-5, to: 1, steps: 100) {
///   $0.trainingStep(x, labels: labels, with: &$1, in: &context)
/// }
/// ```
/// Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017, section 3.3.
///
/// - Parameters:
///   - network: What is to be trained.
///   - optimizer: The rule whose rate is looked for.
///   - lowest: The first rate, positive.
///   - highest: The last rate.
///   - steps: How many there are, 2 or more.
///   - explosion: How many times the lowest loss is too much.
///   - trainingStep: Takes one step, with a mini-batch of its choice, and returns the loss before it.
/// - Returns: Rates and losses, each loss from before the step with its rate.
public func learningRateRangeTest<Network: Layer, Rule: Optimizer>(
  _ network: Network, with optimizer: Rule, from lowest: Rule.Scalar, to highest: Rule.Scalar,
  steps: Int, explosion: Rule.Scalar = 4,
  trainingStep: (inout Network, inout Rule) throws -> Rule.Scalar
) rethrows -> [(rate: Rule.Scalar, loss: Rule.Scalar)] {
  typealias Scalar = Rule.Scalar
  require(
    0 < lowest && lowest < highest && highest.isFinite && steps >= 2,
    "learningRateRangeTest: \(steps) steps from \(lowest) to \(highest); it needs two steps or "
      + "more, from a positive rate to a larger one")
  require(
    explosion >= 1,
    "learningRateRangeTest: it would stop at \(explosion) times the lowest loss; take 1 or more")
  var (network, optimizer) = (network, optimizer)
  var (pairs, best) = ([(rate: Scalar, loss: Scalar)](), Scalar.infinity)
  for step in 0..<steps {
    let share = Scalar(step) / Scalar(steps - 1)
    optimizer.learningRate = lowest * Scalar.pow(highest / lowest, share)
    let loss = try trainingStep(&network, &optimizer)
    guard loss.isFinite else { break }
    pairs.append((optimizer.learningRate, loss))
    if best.isFinite, loss > best + (explosion - 1) * abs(best) { break }
    best = Swift.min(best, loss)
  }
  return pairs
}
