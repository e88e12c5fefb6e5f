import Core
import Embeddings
import Running
import SequenceLayers
import SequenceSets
import Sequences
import Training

/// Who is for it? A GRU reads the sentence, and beside it the mean of its words, which has no order.
func showOpinions(_ options: ChapterOptions, on screen: Screen) throws {
  screen.section("Opinions")
  var generator = SplitMix64(seed: options.seed &+ 3)
  for _ in 0..<2 {
    let sentence = Opinions.draw(using: &generator)
    screen.text("\(sentence.text): \(sentence.isFor ? "for" : "against")")
  }
  let steps = options.quick ? 15 : 300
  let width = 16
  var reader = SplitMix64(seed: options.seed)
  let gru = Embedding<Float>(vocabulary: Opinions.wordCount, width: width, using: &reader)
    .then(GRU(width, 24, using: &reader)).then(LastStep())
    .then(Dense(24, 1, .glorot, using: &reader))
  let counter = Embedding<Float>(vocabulary: Opinions.wordCount, width: width, using: &reader)
    .then(MeanOfSteps()).then(Dense(width, 1, .glorot, using: &reader))
  var table = Table("\(steps) steps", "loss", "right of 1,000")
  for (name, outcome) in [
    ("GRU of 24 units", try train(gru, steps: steps, seed: options.seed)),
    ("mean of the words", try train(counter, steps: steps, seed: options.seed)),
  ] {
    table.add(name, fixed(outcome.loss, 3), percent(outcome.right, 1))
  }
  screen.text("")
  screen.table(table)
}

private func train<Network: Layer<Float, [[Int]], Tensor<Float>, NoGradient>>(
  _ network: Network, steps: Int, seed: UInt64
) throws -> (loss: Double, right: Double) {
  var (network, generator) = (network, SplitMix64(seed: seed &+ 31))
  var (optimizer, context) = (Adam<Float>(learningRate: 0.01), Context.training(seed: seed))
  var losses = [Double]()
  for step in 0..<steps {
    let (tokens, targets) = draw(64, using: &generator)
    let loss = try network.trainingStep(
      tokens, number: step, with: &optimizer, in: &context
    ) { binaryCrossEntropy(logits: $0, targets: targets) }
    losses.append(Double(loss))
  }
  var other = SplitMix64(seed: seed &+ 1_000_003)
  let (tokens, targets) = draw(1000, using: &other)
  let right = zip(network(tokens).scalars, targets.scalars).count { ($0 > 0) == ($1 > 0.5) }
  return (means(of: losses, parts: 10).last ?? 0, Double(right) / 1000)
}

private func draw(
  _ count: Int, using generator: inout SplitMix64
) -> (tokens: [[Int]], targets: Tensor<Float>) {
  var sentences = [Opinions.Sentence]()
  for _ in 0..<count { sentences.append(Opinions.draw(using: &generator)) }
  let targets = Tensor<Float>(sentences.map { $0.isFor ? 1 : 0 }, shape: [count, 1])
  return (Opinions.tokens(sentences), targets)
}

/// The mean over all steps, `[m, t, n]` → `[m, n]`: what is left of a sentence without its order.
private struct MeanOfSteps: Layer {
  typealias Scalar = Float
  typealias Cache = Int

  func forward(
    _ x: Tensor<Float>, in context: inout Context
  ) -> (output: Tensor<Float>, cache: Int) {
    let parts = steps(of: x, "MeanOfSteps")
    return (parts.dropFirst().reduce(parts[0], +) / Float(parts.count), parts.count)
  }

  func backward(
    _ dY: Tensor<Float>, _ count: Int
  ) -> (dInput: Tensor<Float>, gradient: NoParameters<Float>) {
    // forward: y = Σ x/t
    (joined(Array(repeating: dY / Float(count), count: count)), NoParameters())
  }
}
