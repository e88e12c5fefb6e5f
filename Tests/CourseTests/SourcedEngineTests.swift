@testable import chapter03
import Backprop
import Course
import Testing

struct SourcedEngineTests {
  private func loss() -> (loss: Value, parameters: [Value]) {
    var generator = SplitMix64(seed: 3)
    let net = ScalarNet([2, 4, 3, 1], using: &generator)
    let inputs = Matrix(shape: [5, 2], using: &generator)
    return net.loss(inputs, [1, -1, 1, 1, -1], samples: [0, 3, 3, 4])
  }

  @Test func `with the library's functions it gives the tape's gradients`() throws {
    let (loss, parameters) = loss()
    let (own, tape) = (try SourcedEngine(.library).gradients(of: loss), loss.gradients())
    for parameter in parameters {
      #expect(abs(own[parameter.index] - tape[parameter]) <= 1e-14)
    }
  }

  @Test(arguments: [
    "multiply-forgot-upstream", "tanh-node-forgot-upstream", "pow-node-forgot-upstream",
    "order-by-number", "backward-assigns", "backward-by-number",
  ])
  func `a bug changes what the net learns from`(bug: String) throws {
    let (loss, parameters) = loss()
    let gradients = try SourcedEngine(.bug(bug)).gradients(of: loss)
    let tape = loss.gradients()
    #expect(parameters.contains { abs(gradients[$0.index] - tape[$0]) > 1e-6 })
  }

  @Test func `a small net of single numbers learns to part two points`() throws {
    var generator = SplitMix64(seed: 4)
    var net = ScalarNet([2, 3, 1], using: &generator)
    let (inputs, targets) = (Matrix(rows: [[1, 0], [0, 1]]), [1.0, -1])
    let losses = try net.train(
      inputs, targets, steps: 60, batch: 2, learningRate: 0.3, using: &generator,
      gradients: SourcedEngine(.library).gradients)
    #expect(losses.count == 60)
    #expect(net.accuracy(inputs, targets) == 1)
    #expect(losses[59] <= 0.1)
  }
}
