import Checking
import Core
import Embeddings
import Problems10
import Running
import Training

/// Words that stand beside the same words come to lie near each other.
func showWords(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("Words by their company")
  let corpus = Corpus(plan)
  screen.text(
    """
    \(plan.sentences) sentences of a grammar, \(grouped(corpus.centres.count)) pairs of words within two
    places, five negatives each, 16 numbers a word, \(plan.epochs) epochs. Of the five nearest
    words, how many are of one's own kind?

    """)
  var table = Table("", "of one's own kind")
  var words = WordTables(seed: plan.seed)
  table.add("before training", percent(ofOwnKind(words.u), 1))
  _ = try words.learn(corpus, functions, plan)
  table.add("word2vec", percent(ofOwnKind(words.u), 1))
  table.add("GloVe", percent(ofOwnKind(gloVe(corpus, plan)), 1))
  table.add("chance", percent(5.0 / Double(Grammar.words.count - 1), 1))
  screen.table(table)
  screen.text("")
  for word in ["dog", "soup", "maria", "snow", "the"] {
    guard let place = Grammar.words.firstIndex(of: word) else { continue }
    let near = nearest(to: place, in: words.u, count: 5).map { Grammar.words[$0] }
    screen.text("nearest to \(word): \(near.joined(separator: ", "))")
  }
}

/// The pairs of a language: a word, and one within two places of it.
struct Corpus {
  private(set) var centres: [Int] = []
  private(set) var contexts: [Int] = []
  let noise: [Double]
  let seed: UInt64

  init(_ plan: Plan) {
    seed = plan.seed
    var counts = [Int](repeating: 0, count: Grammar.words.count)
    for (words, _) in Grammar.sentences(plan.sentences, seed: plan.seed) {
      for (i, word) in words.enumerated() {
        counts[word] += 1
        for k in max(0, i - 2)...min(words.count - 1, i + 2) where k != i {
          centres.append(word)
          contexts.append(words[k])
        }
      }
    }
    noise = noiseDistribution(counts: counts)
  }

  /// How often two words stood together, `[words, words]`.
  var counts: Matrix {
    var counts = Matrix(shape: [noise.count, noise.count])
    for (a, b) in zip(centres, contexts) { counts[a, b] += 1 }
    return counts
  }

  /// A word of the noise distribution.
  func draw(using generator: inout SplitMix64) -> Int {
    var rest = generator.uniform()
    for (word, share) in noise.enumerated() {
      rest -= share
      if rest < 0 { return word }
    }
    return noise.count - 1
  }
}

/// The two tables of word2vec.
struct WordTables {
  private var tables: Free<Pair<EmbeddingTable<Double>, EmbeddingTable<Double>>>

  var u: Matrix { tables.parameters.first.table }

  init(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func draw() -> EmbeddingTable<Double> {
      EmbeddingTable(
        table: Tensor(
          standardDeviation: 0.1, shape: [Grammar.words.count, 16], using: &generator))
    }
    let u = draw()
    tables = Free(parameters: Pair(u, draw()))
  }

  /// Trains, and returns the mean loss of each epoch.
  mutating func learn(
    _ corpus: Corpus, _ functions: FunctionsInUse, _ plan: Plan
  ) throws -> [Double] {
    var generator = SplitMix64(seed: corpus.seed &+ 5)
    var adam = Adam<Double>(learningRate: 0.01)
    var losses: [Double] = []
    for _ in 0..<plan.epochs {
      let order = generator.permutation(of: corpus.centres.count)
      var (sum, steps) = (0.0, 0)
      for start in stride(from: 0, to: order.count, by: 512) {
        let places = order[start..<min(start + 512, order.count)]
        let negatives = places.map { _ in
          (0..<5).map { _ in corpus.draw(using: &generator) }
        }
        let question = NegativeSamplingQuestion(
          u: u, v: tables.parameters.second.table, centres: places.map { corpus.centres[$0] },
          contexts: places.map { corpus.contexts[$0] }, negatives: negatives)
        sum +=
          negativeSampling(
            question.u, question.v, centres: question.centres, contexts: question.contexts,
            negatives: negatives
          ).loss
        steps += 1
        let (dU, dV) = try functions.wordGradients(question)
        requireShapes("10.5", ("dU", dU, question.u), ("dV", dV, question.v))
        adam.update(&tables, Pair(EmbeddingTable(table: dU), EmbeddingTable(table: dV)))
      }
      losses.append(sum / Double(steps))
    }
    return losses
  }
}

/// GloVe on the same counts, all pairs at once: w + c for each word.
private func gloVe(_ corpus: Corpus, _ plan: Plan) -> Matrix {
  var generator = SplitMix64(seed: plan.seed &+ 6)
  let n = Grammar.words.count
  func draw() -> Matrix {
    Tensor(standardDeviation: 0.1, shape: [n, 16], using: &generator)
  }
  let words = draw()
  let start = GloVeParameters(
    words: words, contexts: draw(), wordBias: Matrix(shape: [n]), contextBias: Matrix(shape: [n]))
  var free = Free(parameters: start)
  var adam = Adam<Double>(learningRate: 0.03)
  let counts = corpus.counts
  for _ in 0..<(plan.isQuick ? 60 : 300) {
    adam.update(&free, gloVeLoss(counts: counts, free.parameters).gradient)
  }
  return free.parameters.words + free.parameters.contexts
}

/// The words whose directions are nearest to a word's.
private func nearest(to word: Int, in table: Matrix, count: Int) -> [Int] {
  let y = l2Normalize(table)
  let likeness = matmul(y.rows([word]), transposed: y).scalars
  let others = likeness.indices.filter { $0 != word }
  return Array(others.sorted { (likeness[$0], $1) > (likeness[$1], $0) }.prefix(count))
}

/// The share of words of one's own kind among the five nearest, in the mean over all that have a kind.
func ofOwnKind(_ table: Matrix) -> Double {
  var right = 0
  let kinds = Grammar.kindOfWord
  let own = kinds.indices.filter { kinds[$0] != nil }
  for word in own {
    right += nearest(to: word, in: table, count: 5).count { kinds[$0] == kinds[word] }
  }
  return Double(right) / Double(5 * own.count)
}
