import Checking
import Core
import Embeddings
import SequenceLayers
import Sequences
import TextSets
import Training

/// A language model of names: embedding, LSTM, and scores for the next letter.
struct NameModel {
  typealias Network = Then<
    Then<Embedding<Float>, LSTM<Float>>, EveryStep<Dense<Float>>
  >

  private(set) var network: Network

  init(width: Int = 32, hidden: Int = 64, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let letters = LetterVocabulary.count
    network = Embedding<Float>(vocabulary: letters, width: width, using: &generator)
      .then(LSTM(width, hidden, using: &generator))
      .then(EveryStep(Dense(hidden, letters, .glorot, using: &generator)))
  }

  var parameterCount: Int { network.parameters.count }

  /// Trains on random batches of names: AdamW with a warm-up and a cosine, clipped at 1.
  ///
  /// - Returns: The mean losses of each tenth of the steps.
  mutating func train(
    on names: [String], steps: Int, batch: Int = 64, rate: Float = 0.005, seed: UInt64,
    _ functions: FunctionsInUse, progress: (Int) -> Void = { _ in }
  ) throws -> [Double] {
    var generator = SplitMix64(seed: seed &+ 1)
    var optimizer = Clipped(AdamW<Float>(learningRate: rate, decay: 0.01), toGlobalNorm: 1)
    let schedule = Schedule<Float>.warmupCosine(
      peak: rate, warmup: min(100, steps / 3), steps: steps)
    var context = Context.training(seed: seed)
    var losses = [Double]()
    for step in 0..<steps {
      var chosen = [String]()
      for _ in 0..<batch { chosen.append(names[generator.integer(below: names.count)]) }
      let names = NameBatch(chosen)
      optimizer.learningRate = schedule(step)
      let loss = try network.trainingStep(
        names.inputs, number: step, with: &optimizer, in: &context
      ) { functions.maskedLoss($0, targets: names.targets, mask: names.mask) }
      losses.append(Double(loss))
      progress(step)
    }
    return means(of: losses, parts: 10)
  }

  /// Nats a letter on names that it was not trained on.
  func loss(on names: [String]) -> Double {
    var (sum, count) = (0.0, 0)
    for start in stride(from: 0, to: names.count, by: 500) {
      let batch = NameBatch(Array(names[start..<min(start + 500, names.count)]))
      let loss = maskedCrossEntropy(
        logits: network(batch.inputs), targets: batch.targets, mask: batch.mask
      ).loss
      sum += Double(loss) * Double(batch.targetCount)
      count += batch.targetCount
    }
    return sum / Double(count)
  }

  /// The probabilities of what comes after some letters, divided by a temperature before the softmax.
  func next(after letters: [Int], temperature: Double = 1) -> [Double] {
    let logits = network([[LetterVocabulary.boundary] + letters])
    let last = logits.count - LetterVocabulary.count
    let scores = logits.scalars[last...].map { Double($0) / temperature }
    return softmax(Matrix(Array(scores), shape: [1, scores.count])).scalars
  }

  /// A name, letter by letter, each drawn by its probability; 15 letters at most.
  func sample(temperature: Double, using generator: inout SplitMix64) -> String {
    LetterVocabulary.writtenName(using: &generator) { next(after: $0, temperature: temperature) }
  }
}

/// The means of consecutive parts of equal length.
func means(of values: [Double], parts: Int) -> [Double] {
  let parts = min(parts, values.count)
  return (0..<parts).map { part in
    let some = values[part * values.count / parts..<(part + 1) * values.count / parts]
    return some.reduce(0, +) / Double(some.count)
  }
}
