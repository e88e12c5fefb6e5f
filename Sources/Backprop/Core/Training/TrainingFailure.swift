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
