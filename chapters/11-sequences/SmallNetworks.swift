import Checking
import Core
import Embeddings
import Problems11
import Running
import SequenceLayers
import SequenceSets
import Sequences
import TextSets
import Training

/// Three small networks whose layers go backward through the functions in use.
func showSmallNetworks(
  _ functions: FunctionsInUse, _ options: ChapterOptions, on screen: Screen
) throws {
  screen.section("Small networks, backwards through these functions")
  let steps = options.quick ? 15 : 120
  screen.text("\(steps) steps each; the loss at the beginning and at the end:\n")
  var table = Table("network", "task", "begins", "ends")
  let small = SmallNetworks(functions, steps: steps, seed: options.seed)
  for (name, task, losses) in [
    ("LSTM of 16 units", "names", try small.names()),
    ("GRU of 12", "opinions", try small.opinions()),
    ("three convolutions", "a series", try small.series()),
  ] {
    table.add(name, task, fixed(losses[0], 3), fixed(losses[losses.count - 1], 3))
  }
  screen.table(table)
}

/// Small networks in Double: each trains with one of 11.2, 11.3 and 11.5.
struct SmallNetworks {
  private let functions: FunctionsInUse
  private let steps: Int
  private let seed: UInt64

  init(_ functions: FunctionsInUse, steps: Int, seed: UInt64) {
    (self.functions, self.steps, self.seed) = (functions, steps, seed)
  }

  /// The means of the tenths of all losses of a network that spells names.
  func names() throws -> [Double] {
    var generator = SplitMix64(seed: seed)
    var network = Embedding<Double>(vocabulary: LetterVocabulary.count, width: 8, using: &generator)
      .then(Adapted(LSTM<Double>(8, 16, using: &generator), stepBackward: functions.lstmStep))
      .then(EveryStep(Dense(16, LetterVocabulary.count, .glorot, using: &generator)))
    let names = Array(try Surnames.load().prefix(2000))
    return try losses(rate: 0.02) { step, optimizer, context in
      var chosen = [String]()
      for _ in 0..<16 { chosen.append(names[generator.integer(below: names.count)]) }
      let batch = NameBatch(chosen)
      return try network.trainingStep(
        batch.inputs, number: step, with: &optimizer, in: &context
      ) { maskedCrossEntropy(logits: $0, targets: batch.targets, mask: batch.mask) }
    }
  }

  /// The same of a network that reads opinions.
  func opinions() throws -> [Double] {
    var generator = SplitMix64(seed: seed)
    var network = Embedding<Double>(vocabulary: Opinions.wordCount, width: 8, using: &generator)
      .then(Adapted(GRU<Double>(8, 12, using: &generator), stepBackward: functions.gruStep))
      .then(LastStep()).then(Dense(12, 1, .glorot, using: &generator))
    return try losses(rate: 0.02) { step, optimizer, context in
      var sentences = [Opinions.Sentence]()
      for _ in 0..<32 { sentences.append(Opinions.draw(using: &generator)) }
      let targets = Matrix(sentences.map { $0.isFor ? 1 : 0 }, shape: [32, 1])
      return try network.trainingStep(
        Opinions.tokens(sentences), number: step, with: &optimizer, in: &context
      ) { binaryCrossEntropy(logits: $0, targets: targets) }
    }
  }

  /// The same of convolutions that forecast a series: half of the mean squared error.
  func series() throws -> [Double] {
    var generator = SplitMix64(seed: seed)
    func layer(_ inputs: Int, _ outputs: Int, _ dilation: Int) -> Adapted<CausalConv1d<Double>> {
      Adapted(
        CausalConv1d(inputs, outputs, taps: 2, dilation: dilation, using: &generator),
        gradients: functions.convolution)
    }
    var network = layer(1, 6, 1).then(Activation.tanh).then(layer(6, 6, 2)).then(Activation.tanh)
      .then(layer(6, 1, 4))
    return try losses(rate: 0.01) { step, optimizer, context in
      let all = Matrix(TimeSeries.draw(8, steps: 25, using: &generator))
      let (now, next) = (columns(all, 0..<24), columns(all, 1..<25))
      return try network.trainingStep(now, number: step, with: &optimizer, in: &context) { y in
        meanSquaredError(prediction: y, target: next)
      }
    }
  }

  private func losses(
    rate: Double, _ step: (Int, inout Adam<Double>, inout Context) throws -> Double
  ) throws -> [Double] {
    var (optimizer, context) = (Adam<Double>(learningRate: rate), Context.training(seed: seed))
    let losses = try (0..<steps).map { try step($0, &optimizer, &context) }
    return means(of: losses, parts: 10)
  }
}

/// Some columns of a matrix as signals of one channel: `[m, t]` → `[m, 1, count]`.
func columns<Scalar: Real>(_ x: Tensor<Scalar>, _ range: Range<Int>) -> Tensor<Scalar> {
  var part = Tensor<Scalar>(shape: [x.rows, range.count])
  for i in 0..<x.rows { for (j, column) in range.enumerated() { part[i, j] = x[i, column] } }
  return part.reshaped([x.rows, 1, range.count])
}
