import Checking
import Core
import Embeddings
import Problems10
import Running
import Training

/// A table of words at work: sentences are told apart by the mean of their words' rows.
func showTable(_ functions: FunctionsInUse, _ plan: Plan, on screen: Screen) throws {
  screen.section("A table that learns")
  var generator = SplitMix64(seed: plan.seed)
  let embedding = Embedding<Double>(vocabulary: 4, width: 2, using: &generator)
  let ids = [[1, 3, 1]]
  let rows = embedding(ids).reshaped([3, 2])
  let asProduct = matmul(oneHot([1, 3, 1], classes: 4), embedding.table)
  let difference = digits((rows - asProduct).map { abs($0) }.max())
  screen.text(
    """
    rows 1, 3, 1 of a table, and the product of three one-hot rows with it,
    differ by \(difference)
    """)
  let question = EmbeddingQuestion(
    table: embedding.table, ids: ids, dy: Matrix([1, 2, 3, 4, 5, 6], shape: [1, 3, 2]))
  let dE = try functions.embedding(question)
  requireShapes("10.1", ("dE", dE, embedding.table))
  screen.text("with dy = (1 2), (3 4), (5 6) the gradient of the table is")
  for row in 0..<4 { screen.text("  row \(row): (\(digits(dE[row, 0])) \(digits(dE[row, 1])))") }

  let steps = plan.isQuick ? 60 : 200
  var reader = SentenceReader(functions, seed: plan.seed)
  let before = reader.accuracy(on: reader.test)
  let share = try reader.train(steps: steps)
  screen.text(
    """

    Which of ten kinds of sentence is it? The mean of its words' rows, and a dense
    layer:
    \(steps) steps of 16 sentences; right before \(percent(before, 1)), after \(percent(reader.accuracy(on: reader.test), 1)).
    Of the table's \(Grammar.words.count) rows, a step gives a gradient to \(fixed(share, 1)) in the mean;
    the others get 0.
    """)
}

/// Sentences in, kinds of sentence out.
struct SentenceReader {
  private let functions: FunctionsInUse
  private let train: [(words: [Int], template: Int)]
  let test: [(words: [Int], template: Int)]
  private var table: Embedding<Double>
  private var dense: Dense<Double>

  init(_ functions: FunctionsInUse, seed: UInt64) {
    self.functions = functions
    train = Grammar.sentences(2000, seed: seed &+ 1)
    test = Grammar.sentences(500, seed: seed &+ 2)
    var generator = SplitMix64(seed: seed)
    table = Embedding(vocabulary: Grammar.words.count, width: 8, using: &generator)
    dense = Dense(8, Grammar.templates.count, .glorot, using: &generator)
  }

  /// The mean of a sentence's rows, `[1, 8]`.
  private func means(_ sentences: [(words: [Int], template: Int)]) -> Matrix {
    Matrix(rows: sentences.map { table.table.rows($0.words).mean(axis: 0).scalars })
  }

  func accuracy(on sentences: [(words: [Int], template: Int)]) -> Double {
    let answers = dense(means(sentences)).argmaxOfRows()
    return Double(zip(answers, sentences).count { $0 == $1.template }) / Double(answers.count)
  }

  /// Trains, and returns how many rows of the table have got a gradient, in the mean over the steps.
  mutating func train(steps: Int) throws -> Double {
    var (ofTable, ofDense) = (Adam<Double>(learningRate: 0.02), Adam<Double>(learningRate: 0.02))
    var (touched, context) = (0, Context.training(seed: 0))
    for step in 0..<steps {
      let batch = (0..<16).map { train[(16 * step + $0) % train.count] }
      let (z, cache) = dense.forward(means(batch), in: &context)
      let (_, dZ) = softmaxCrossEntropy(logits: z, labels: batch.map(\.template))
      let (dMeans, dDense) = dense.backward(dZ, cache)
      var dTable = 0 * table.table
      // Sentences have different lengths: each is a batch of one.
      for (i, sentence) in batch.enumerated() {
        let length = sentence.words.count
        // forward: the mean of the rows
        let dRow = dMeans.rows(i..<i + 1).scalars.map { $0 / Double(length) }
        let dy = Matrix((0..<length).flatMap { _ in dRow }, shape: [1, length, 8])
        let dE = try functions.embedding(
          EmbeddingQuestion(table: table.table, ids: [sentence.words], dy: dy))
        requireShapes("10.1", ("dE", dE, dTable))
        dTable += dE
      }
      touched += (0..<dTable.rows).count { dTable.rows($0..<$0 + 1).squaredNorm() > 0 }
      ofTable.update(&table, EmbeddingTable(table: dTable))
      ofDense.update(&dense, dDense)
    }
    return Double(touched) / Double(steps)
  }
}
