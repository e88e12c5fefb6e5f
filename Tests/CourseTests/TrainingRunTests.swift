import TrainingRuns
import Running
import Backprop
import Course
import Testing

@Suite struct TrainingRunTests {
  private let x = Tensor<Double>(rows: [[1, 2], [-3, 1], [2, 2], [0, -1]])
  private let labels = [0, 1, 0, 1]

  private func train(rate: Double) throws -> Dense<Double> {
    var generator = SplitMix64(seed: 0)
    var network = Dense<Double>(2, 2, .glorot, using: &generator)
    var training = TrainingRun<Double>(epochs: 3, batch: 2)
    // A loss without a limit, ½Σy²: its gradient is y.
    training.loss = { logits, _ in (logits.squaredNorm() / 2, logits) }
    var descent = SGD<Double>(learningRate: rate)
    try training.run(&network, on: x, labels: labels, with: &descent, seed: 0)
    return network
  }

  @Test func `a training run stops at the first loss that is no number, and says what to try`() {
    let failure = #expect(throws: TrainingFailure.self) { try train(rate: 1e200) }
    #expect(failure?.step == 1 && failure?.loss.isFinite == false)
    #expect(failure?.exitCode == 70)
    #expect(failure?.description.contains("at step 1, with a learning rate of 1e+200") == true)
    #expect(failure?.description.contains("Try a rate of 1e+199") == true)
  }

  @Test func `a training run with a rate that suits it comes to its end`() throws {
    #expect(try train(rate: 0.01).parameters.weight.scalars.allSatisfy(\.isFinite))
  }

  @Test func `what went wrong is told without the sign of a NaN and the digits of a Float`() {
    let failure = TrainingFailure(step: 3, loss: -.nan, learningRate: Double(Float(0.002)))
    #expect(
      failure.description.hasPrefix("The loss is nan at step 3, with a learning rate of 0.002."))
    #expect(failure.description.contains("Try a rate of 0.0002,"))
  }
}
