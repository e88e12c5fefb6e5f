public import Attention
public import Checking
public import Core
import Training

extension Adapted where Base == GraphConvolution<Double> {
  /// A graph convolution whose gradients come from an answer to 12.1.
  public init(
    _ layer: GraphConvolution<Double>,
    gradients: @escaping (GraphConvolutionQuestion) throws -> GraphConvolutionGradients
  ) {
    self.init(
      layer,
      backward: { layer, dY, x, _ in
        let (weight, bias) = (layer.parameters.weight, layer.parameters.bias)
        let question = GraphConvolutionQuestion(
          x: x, weight: weight, bias: bias, adjacency: layer.adjacency, dy: dY)
        let (dx, dW, db) = answer("12.1") { try gradients(question) }
        requireShapes("12.1", ("dx", dx, x), ("dW", dW, weight), ("db", db, bias))
        return (dx, WeightAndBias(weight: dW, bias: db))
      })
  }
}

/// What a GPT's backward pass is made of: answers to 12.2 to 12.5, and what other chapters have to give.
public struct AttentionAnswers {
  public let attention: (AttentionQuestion) throws -> AttentionGradients
  public let multiHead: (MultiHeadQuestion) throws -> HeadGradients
  public let block: (TransformerQuestion) throws -> TransformerGradients
  public let tiedOutput: (TiedOutputQuestion) throws -> TiedOutputGradients
  /// Backward of a layer norm, each row by itself: the library's, or an answer to 7.5.
  public var layerNorm:
    (_ dn: Matrix, _ x: Matrix, _ gamma: Matrix) throws -> (
      dx: Matrix, dGamma: Matrix, dBeta: Matrix
    ) = layerNormOfRowsBackward
  /// The gradient of a table of so many rows that ids have been read from, dy `[m, t, d]`: an answer to
  /// 10.1; nil for the library's.
  public var lookup: ((_ dy: Matrix, _ ids: [[Int]], _ rows: Int) throws -> Matrix)?

  public init(_ source: Source) {
    attention = Chapter12Problems.attention.function(from: source)
    multiHead = Chapter12Problems.multiHead.function(from: source)
    block = Chapter12Problems.transformerBlock.function(from: source)
    tiedOutput = Chapter12Problems.tiedOutput.function(from: source)
  }
}

/// A transformer block whose gradients come from an answer to 12.4, with attention from answers to 12.2
/// and 12.3; gelu is the library's.
public struct AdaptedBlock: Layer {
  public var block: TransformerBlock<Double>
  private let answers: AttentionAnswers

  public init(_ block: TransformerBlock<Double>, _ answers: AttentionAnswers) {
    (self.block, self.answers) = (block, answers)
  }

  public typealias Cache = (x: Matrix, u: Matrix, parts: TransformerBlock<Double>.Cache)

  public var parameters: TransformerParameters<Double> { block.parameters }

  public func forward(_ x: Matrix, in context: inout Context) -> (output: Matrix, cache: Cache) {
    let (y, parts) = block.forward(x, in: &context)
    // u is no cache's: the sum stands between two parts.
    let u = x.asRows + matmul(parts.attention.merged.asRows, parameters.attention.output)
    return (y, (x, u, parts))
  }

  public func backward(
    _ dY: Matrix, _ cache: Cache
  ) -> (dInput: Matrix, gradient: TransformerParameters<Double>) {
    let (parts, own) = (cache.parts, parameters)
    let values = TransformerCache(
      x: cache.x.asRows, u: cache.u, n2: parts.widening.x, z: parts.activation.x,
      h: parts.narrowing.x)
    let steps = TransformerSteps(
      attention: { da in
        try attention(da.reshaped(dY.shape), parts.attention)
      }, layerNorm: answers.layerNorm, gelu: geluBackward)
    let question = TransformerQuestion(
      dy: dY.asRows, cache: values, parameters: own, steps: steps)
    let found = answer("12.4") { try answers.block(question) }
    requireShapes(
      "12.4", ("dx", found.dx, question.x), ("dGamma1", found.dGamma1, question.gamma1),
      ("dBeta1", found.dBeta1, question.beta1), ("dWq", found.attention.dWq, question.wq),
      ("dWk", found.attention.dWk, question.wk), ("dWv", found.attention.dWv, question.wv),
      ("dWo", found.attention.dWo, question.wo), ("dGamma2", found.dGamma2, question.gamma2),
      ("dBeta2", found.dBeta2, question.beta2), ("dW1", found.dW1, question.w1),
      ("dc1", found.dc1, question.c1), ("dW2", found.dW2, question.w2),
      ("dc2", found.dc2, question.c2))
    let gradient = TransformerParameters(
      firstNorm: ScaleAndShift(scale: found.dGamma1, shift: found.dBeta1),
      attention: AttentionWeights(
        query: found.attention.dWq, key: found.attention.dWk, value: found.attention.dWv,
        output: found.attention.dWo),
      secondNorm: ScaleAndShift(scale: found.dGamma2, shift: found.dBeta2),
      widening: WeightAndBias(weight: found.dW1, bias: found.dc1),
      narrowing: WeightAndBias(weight: found.dW2, bias: found.dc2))
    return (found.dx.reshaped(dY.shape), gradient)
  }

  /// Attention's step: 12.3, which is given 12.2.
  private func attention(
    _ dY: Matrix, _ cache: MultiHeadAttention<Double>.Cache
  ) throws -> HeadGradients {
    let weights = block.attention.parameters
    let parameters = HeadParameters(
      wq: weights.query, wk: weights.key, wv: weights.value, wo: weights.output)
    let question = MultiHeadQuestion(
      dy: dY, x: cache.x, merged: cache.merged, parameters: parameters,
      heads: block.attention.heads,
      attention: { dHeads in
        let found = try answers.attention(
          AttentionQuestion(
            q: cache.q, k: cache.k, v: cache.v, dy: dHeads, mask: block.attention.mask,
            weights: cache.weights))
        requireShapes(
          "12.2", ("dQ", found.dQ, cache.q), ("dK", found.dK, cache.k),
          ("dV", found.dV, cache.v))
        return found
      })
    var found = try answers.multiHead(question)
    requireShapes(
      "12.3", ("dx", found.dx, cache.x), ("dWq", found.dWq, weights.query),
      ("dWk", found.dWk, weights.key), ("dWv", found.dWv, weights.value),
      ("dWo", found.dWo, weights.output))
    found.dx = found.dx.asRows
    return found
  }

  public mutating func visit(
    _ other: TransformerParameters<Double>, _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    block.visit(other, body)
  }
}

/// A small GPT that goes backward through answers to 12.2 to 12.5, and through those of other chapters
/// for what stands around them.
///
/// The tied output needs dx, which comes from the blocks, which need dh: so 12.5 is asked twice, first
/// for dh, with zeros for dx.
public struct AdaptedGPT: Layer {
  public typealias Scalar = Double
  public var model: GPT<AdaptedBlock>
  private let answers: AttentionAnswers

  public init(_ model: GPT<TransformerBlock<Double>>, _ answers: AttentionAnswers) {
    self.model = GPT(
      embedding: model.embedding, positions: model.positions,
      blocks: model.blocks.layers.map { AdaptedBlock($0, answers) }, norm: model.norm)
    self.answers = answers
  }

  public var parameters: GPTParameters<TransformerParameters<Double>> { model.parameters }

  public func forward(
    _ ids: [[Int]], in context: inout Context
  ) -> (output: Matrix, cache: GPT<AdaptedBlock>.Cache) {
    model.forward(ids, in: &context)
  }

  public func backward(
    _ dLogits: Matrix, _ cache: GPT<AdaptedBlock>.Cache
  ) -> (dInput: NoGradient, gradient: GPTParameters<TransformerParameters<Double>>) {
    let (table, ids) = (model.table, Array(cache.ids.joined()))
    func ask(_ dx: Matrix) -> TiedOutputGradients {
      let found = answer("12.5") {
        try answers.tiedOutput(
          TiedOutputQuestion(table: table, h: cache.h, dLogits: dLogits, ids: ids, dx: dx))
      }
      requireShapes("12.5", ("dTable", found.dTable, table), ("dh", found.dh, cache.h))
      return found
    }
    let dh = ask(Matrix(shape: [ids.count, table.columns])).dh
    // forward: h = norm(b), b = blocks(x), x = E[ids] + P
    let (dB, dNorm) = throughNorm(dh, cache.norm)
    let (dX, dBlocks) = model.blocks.backward(
      dB.reshaped(cache.positions.shape), cache.blocks)
    return (
      NoGradient(),
      GPTParameters(
        table: ask(dX.asRows).dTable, positions: positionGradient(dX, cache.positions),
        blocks: dBlocks, norm: dNorm)
    )
  }

  /// The last layer norm.
  private func throughNorm(
    _ dn: Matrix, _ cache: LayerNorm<Double>.Cache
  ) -> (dx: Matrix, gradient: ScaleAndShift<Double>) {
    let gamma = model.norm.parameters.scale
    // x̂ times the deviation is x less its mean, which the mean does not change.
    let x = (cache.standard.transposed / cache.inverse).transposed
    let found = answer("7.5") { try answers.layerNorm(dn, x, gamma) }
    requireShapes(
      "7.5", ("dx", found.dx, x), ("dGamma", found.dGamma, gamma), ("dBeta", found.dBeta, gamma))
    return (found.dx, ScaleAndShift(scale: found.dGamma, shift: found.dBeta))
  }

  /// A position is looked up, too: place s of each sequence reads row s.
  private func positionGradient(
    _ dX: Matrix, _ cache: LearnedPositions<Double>.Cache
  ) -> Matrix {
    guard let lookup = answers.lookup else {
      return model.positions.backward(dX, cache).gradient.table
    }
    let table = model.positions.parameters.table
    let ids = [[Int]](repeating: Array(0..<dX.shape[1]), count: dX.shape[0])
    let dTable = answer("10.1") { try lookup(dX, ids, table.rows) }
    requireShapes("10.1", ("dTable", dTable, table))
    return dTable
  }

  public mutating func visit(
    _ other: GPTParameters<TransformerParameters<Double>>,
    _ body: (String, inout Matrix, Matrix) -> Void
  ) {
    model.visit(other, body)
  }
}
