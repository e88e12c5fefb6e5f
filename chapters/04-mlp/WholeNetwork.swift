import Checking
import Core
import Problems04
import Running

/// The gradients of a small net of three layers, from 4.2's function, against central differences.
func checkWholeNetwork(_ source: Source, on screen: Screen) throws {
  screen.section("Are all gradients of a whole network right?")
  let question = smallQuestion(sizes: [4, 6, 5, 3], batch: 8)
  let gradients = try Chapter04Problems.multilayer.function(from: source)(question)
  var table = Table("gradient", "shape", "length", "largest error")
  let rows: [(String, WritableKeyPath<MultilayerQuestion, Matrix>, Matrix)] = [
    ("dW1", \.w1, gradients.dW1), ("db1", \.b1, gradients.db1),
    ("dW2", \.w2, gradients.dW2), ("db2", \.b2, gradients.db2),
    ("dW3", \.w3, gradients.dW3), ("db3", \.b3, gradients.db3),
  ]
  for (name, variable, gradient) in rows {
    func loss(_ value: Matrix) -> Double {
      var nudged = question
      nudged[keyPath: variable] = value
      return (nudged.dLogits * logits(nudged)).sum()
    }
    let numeric = numericalGradient(of: loss, at: question[keyPath: variable])
    let error = gradient.shape == numeric.shape ? (gradient - numeric).map { abs($0) }.max() : .nan
    table.add(name, "\(gradient.shape)", fixed(gradient.norm(), 4), significant(error, 1))
  }
  screen.table(table)
  screen.text(
    """
    One forward pass, one backward pass, six gradients, each checked element by
    element against central differences: two forward passes for every parameter.
    """)
}

/// The forward pass of three layers.
private func logits(_ question: MultilayerQuestion) -> Matrix {
  matmul(question.cache.h2, question.w3) + question.b3
}

/// A net with random numbers, and a random gradient at its logits.
private func smallQuestion(sizes: [Int], batch: Int) -> MultilayerQuestion {
  var generator = SplitMix64(seed: 4)
  func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
  return MultilayerQuestion(
    x: draw([batch, sizes[0]]), w1: draw([sizes[0], sizes[1]]), b1: draw([sizes[1]]),
    w2: draw([sizes[1], sizes[2]]), b2: draw([sizes[2]]), w3: draw([sizes[2], sizes[3]]),
    b3: draw([sizes[3]]), dLogits: draw([batch, sizes[3]]))
}
