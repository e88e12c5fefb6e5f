import Checking
import Core
import Embeddings
import Problems11
import SequenceLayers
import SequenceSets
import Sequences

/// An encoder that reads, a decoder that writes, and between them the last state, with attention or alone.
struct Translator: Layer {
  typealias Scalar = Float
  /// The written dates, `[m][18]`, and what the decoder reads: the token before each, `[m][10]`.
  typealias Input = (written: [[Int]], before: [[Int]])
  typealias InputGradient = NoGradient

  static let hidden = 64

  var encoderTable: Embedding<Float>
  var encoder: LSTM<Float>
  var decoderTable: Embedding<Float>
  var decoder: LSTM<Float>
  var output: Dense<Float>
  /// Whether the decoder may look back at all of the encoder's states.
  let attends: Bool
  let attentionBackward: (AttentionQuestion) throws -> (dQuery: Matrix, dStates: Matrix)

  init(
    attends: Bool, seed: UInt64,
    attentionBackward: @escaping (AttentionQuestion) throws -> (dQuery: Matrix, dStates: Matrix)
  ) {
    var generator = SplitMix64(seed: seed)
    let (width, hidden) = (24, Self.hidden)
    encoderTable = Embedding(vocabulary: Dates.writtenCount, width: width, using: &generator)
    encoder = LSTM(width, hidden, using: &generator)
    decoderTable = Embedding(vocabulary: Dates.isoCount, width: width, using: &generator)
    decoder = LSTM(width, hidden, using: &generator)
    output = Dense(
      attends ? 2 * hidden : hidden, Dates.isoCount, .glorot, using: &generator)
    (self.attends, self.attentionBackward) = (attends, attentionBackward)
  }

  struct Parameters: ParameterSet {
    var tables: Pair<EmbeddingTable<Float>, EmbeddingTable<Float>>
    var cells: Pair<RecurrentParameters<Float>, RecurrentParameters<Float>>
    var output: WeightAndBias<Float>

    mutating func visit(
      _ other: Parameters, _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
    ) {
      tables.visit(other.tables) { body("tables." + $0, &$1, $2) }
      cells.visit(other.cells) { body("cells." + $0, &$1, $2) }
      output.visit(other.output) { body("output." + $0, &$1, $2) }
    }
  }

  var parameters: Parameters {
    Parameters(
      tables: Pair(encoderTable.parameters, decoderTable.parameters),
      cells: Pair(encoder.parameters, decoder.parameters), output: output.parameters)
  }

  /// What backward needs of one step of the decoder.
  struct Step {
    let cell: LSTMStepCache<Float>
    /// The decoder's state, which asks, and what the answer was made of.
    let query, weights: Tensor<Float>
    let output: Dense<Float>.Cache
  }
  struct Cache {
    let written: Embedding<Float>.Cache
    let before: Embedding<Float>.Cache
    let encoder: [LSTMStepCache<Float>]
    let states: Tensor<Float>
    let steps: [Step]
  }

  /// Reads all of the written dates: the states after every character, and the last state's two parts.
  private func encode(
    _ written: [[Int]], in context: inout Context
  ) -> (
    states: Tensor<Float>, h: Tensor<Float>, c: Tensor<Float>, table: Embedding<Float>.Cache,
    cell: [LSTMStepCache<Float>]
  ) {
    let (x, table) = encoderTable.forward(written, in: &context)
    let (states, cell) = encoder.forward(x, in: &context)
    let last = cell[cell.count - 1]
    return (states, last.o * last.tanhC, last.f * last.c + last.i * last.g, table, cell)
  }

  /// One step of the decoder: the state goes on, looks back, and says what comes next.
  private func decode(
    _ x: Tensor<Float>, _ h: Tensor<Float>, _ c: Tensor<Float>, _ states: Tensor<Float>,
    mask: [[Int]], in context: inout Context
  ) -> (logits: Tensor<Float>, h: Tensor<Float>, c: Tensor<Float>, step: Step) {
    let (h, c, cell) = lstmStep(x, h, c, decoder.parameters)
    var (read, weights) = (h, Tensor<Float>(shape: [0]))
    if attends {
      let (found, alpha) = dotAttention(h, states, mask: mask)
      (read, weights) = (besideEachOther([found, h]), alpha)
    }
    let (logits, cache) = output.forward(read, in: &context)
    return (logits, h, c, Step(cell: cell, query: h, weights: weights, output: cache))
  }

  func forward(_ x: Input, in context: inout Context) -> (output: Tensor<Float>, cache: Cache) {
    let (states, lastH, lastC, writtenCache, encoderCache) = encode(x.written, in: &context)
    let (before, beforeCache) = decoderTable.forward(x.before, in: &context)
    let mask = x.written.map { $0.map { $0 == 0 ? 0 : 1 } }
    var (h, c) = (lastH, lastC)
    var (logits, taken) = ([Tensor<Float>](), [Step]())
    for input in steps(of: before, "Translator") {
      let result = decode(input, h, c, states, mask: mask, in: &context)
      (h, c) = (result.h, result.c)
      logits.append(result.logits)
      taken.append(result.step)
    }
    return (
      joined(logits),
      Cache(
        written: writtenCache, before: beforeCache, encoder: encoderCache, states: states,
        steps: taken)
    )
  }

  func backward(
    _ dLogits: Tensor<Float>, _ cache: Cache
  ) -> (dInput: NoGradient, gradient: Parameters) {
    let (m, n) = (dLogits.shape[0], Self.hidden)
    let dOutputs = steps(of: dLogits, "Translator")
    var dStates = Tensor<Float>(shape: cache.states.shape)
    var (dH, dC) = (Tensor<Float>(shape: [m, n]), Tensor<Float>(shape: [m, n]))
    var (outputGradient, decoderGradient) = (
      output.parameters * 0, decoder.parameters * 0
    )
    var dInputs = [Tensor<Float>]()
    for t in cache.steps.indices.reversed() {
      let step = cache.steps[t]
      let (dRead, dOutput) = output.backward(dOutputs[t], step.output)
      outputGradient = outputGradient + dOutput
      // forward: the state is read, and asks, and goes on to the next step
      var dQuery = dRead
      if attends {
        let dHalves = columnBlocks(dRead, 2)
        let (dContext, dDirect) = (dHalves[0], dHalves[1])
        let answer = attention(dContext, step, cache.states)
        dStates += answer.dStates
        dQuery = dDirect + answer.dQuery
      }
      let back = lstmStepBackward(dH + dQuery, dC, step.cell, decoder.parameters)
      decoderGradient = decoderGradient + back.gradient
      (dH, dC) = (back.dH, back.dC)
      dInputs.append(back.dX)
    }
    // forward: the decoder begins with the encoder's last state, h and c
    let (dWritten, encoderGradient) = backThroughEncoder(dStates, dH, dC, cache.encoder)
    let (_, writtenGradient) = encoderTable.backward(dWritten, cache.written)
    let (_, beforeGradient) = decoderTable.backward(joined(dInputs.reversed()), cache.before)
    return (
      NoGradient(),
      Parameters(
        tables: Pair(writtenGradient, beforeGradient),
        cells: Pair(encoderGradient, decoderGradient),
        output: outputGradient)
    )
  }

  /// The answer to 11.4, given in Double.
  private func attention(
    _ dContext: Tensor<Float>, _ step: Step, _ states: Tensor<Float>
  ) -> (dQuery: Tensor<Float>, dStates: Tensor<Float>) {
    let question = AttentionQuestion(
      query: Tensor<Double>(step.query), states: Tensor<Double>(states),
      dContext: Tensor<Double>(dContext), weights: Tensor<Double>(step.weights))
    let (dQuery, dStates) = answer("11.4") { try attentionBackward(question) }
    requireShapes(
      "11.4", ("dQuery", dQuery, question.query), ("dStates", dStates, question.states))
    return (Tensor<Float>(dQuery), Tensor<Float>(dStates))
  }

  private func backThroughEncoder(
    _ dStates: Tensor<Float>, _ dLastH: Tensor<Float>, _ dLastC: Tensor<Float>,
    _ cache: [LSTMStepCache<Float>]
  ) -> (dX: Tensor<Float>, gradient: RecurrentParameters<Float>) {
    // forward: the decoder takes the last h over
    let dLast = LastStep().backward(dLastH, .init(shape: dStates.shape)).dInput
    let back = encoder.backwardThroughTime(dStates + dLast, cache, dLastC: dLastC) {
      lstmStepBackward($0, $1, $2, encoder.parameters)
    }
    return (back.dX, back.gradient)
  }

  mutating func visit(
    _ other: Parameters, _ body: (String, inout Tensor<Float>, Tensor<Float>) -> Void
  ) {
    encoderTable.visit(other.tables.first) { body("tables.first." + $0, &$1, $2) }
    decoderTable.visit(other.tables.second) { body("tables.second." + $0, &$1, $2) }
    encoder.visit(other.cells.first) { body("cells.first." + $0, &$1, $2) }
    decoder.visit(other.cells.second) { body("cells.second." + $0, &$1, $2) }
    output.visit(other.output) { body("output." + $0, &$1, $2) }
  }

  /// Translates without a teacher: each token that is written is read at the next step.
  ///
  /// - Returns: The tokens, `[m][10]`, and where the decoder looked at each step, `[m, 18]` each.
  func translate(_ written: [[Int]]) -> (tokens: [[Int]], weights: [Tensor<Float>]) {
    var context = Context.inference
    var (states, h, c, _, _) = encode(written, in: &context)
    let mask = written.map { $0.map { $0 == 0 ? 0 : 1 } }
    var last = Array(repeating: Dates.start, count: written.count)
    var (tokens, weights) = (written.map { _ in [Int]() }, [Tensor<Float>]())
    for _ in 0..<Dates.isoLength {
      let x = decoderTable(last.map { [$0] }).reshaped([written.count, decoderTable.table.columns])
      let result = decode(x, h, c, states, mask: mask, in: &context)
      (h, c) = (result.h, result.c)
      last = result.logits.argmaxOfRows()
      for (i, token) in last.enumerated() { tokens[i].append(token) }
      weights.append(result.step.weights)
    }
    states = Tensor(shape: [0, 0, 0])
    return (tokens, weights)
  }
}
