public import Core
public import Embeddings
import Kernels
public import Training

/// A language model of transformer blocks, with one table for reading letters and for writing them.
///
///     x = E[ids] + P   h = norm(blocks(x))   logits = h·Eᵀ
///
/// The input are ids, `[m][t]`; the output `[m·t, vocabulary]`, at each place the scores of what comes
/// next. E is used twice, so two gradients add up: dE = dLogitsᵀ·h + the embedding's scattered sum.
///
/// The blocks may be of any kind that keeps `[m, t, d]`.
///
/// Sources: Radford et al., "Language models are unsupervised multitask learners", 2019, section 2.3;
/// Press, Wolf, "Using the output embedding to improve language models", 2017, for the one table.
public struct GPT<Block: Layer>: Layer where Block: TensorLayer<Block.Scalar> {
  public typealias Scalar = Block.Scalar
  public var embedding: Embedding<Scalar>
  public var positions: LearnedPositions<Scalar>
  public var blocks: Stack<Block>
  public var norm: LayerNorm<Scalar>

  /// What each part keeps, and h, `[m·t, d]`.
  public struct Cache {
    public let ids: [[Int]]
    public let positions: LearnedPositions<Scalar>.Cache
    public let blocks: [Block.Cache]
    public let norm: LayerNorm<Scalar>.Cache
    public let h: Tensor<Scalar>
  }

  public init(
    embedding: Embedding<Scalar>, positions: LearnedPositions<Scalar>, blocks: [Block],
    norm: LayerNorm<Scalar>
  ) {
    (self.embedding, self.positions, self.norm) = (embedding, positions, norm)
    self.blocks = Stack(blocks)
  }

  /// E, `[vocabulary, d]`.
  public var table: Tensor<Scalar> { embedding.table }

  /// How many places its positions have.
  public var longest: Int { positions.parameters.table.rows }

  public var parameters: GPTParameters<Block.Parameters> {
    GPTParameters(
      table: embedding.table, positions: positions.parameters.table,
      blocks: blocks.parameters, norm: norm.parameters)
  }

  public func forward(
    _ ids: [[Int]], in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let looked = embedding.forward(ids, in: &context).output  // [m, t, d]
    let (x, positionCache) = positions.forward(looked, in: &context)
    let (b, blockCache) = blocks.forward(x, in: &context)
    let (h, normCache) = norm.forward(b.lastAxisAsColumns, in: &context)  // [m·t, d]
    let logits = matmul(h, transposed: embedding.table)  // [m·t, vocabulary]
    let cache = Cache(
      ids: ids, positions: positionCache, blocks: blockCache, norm: normCache, h: h)
    return (logits, cache)
  }

  public func backward(
    _ dLogits: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: NoGradient, gradient: GPTParameters<Block.Parameters>) {
    // forward: logits = h·Eᵀ
    let dH = matmul(dLogits, embedding.table)  // [m·t, d]
    let writing = matmul(transposed: dLogits, cache.h)  // [vocabulary, d]
    // forward: h = norm(blocks(x)), x = E[ids] + P: the second use of E
    let (m, t) = (cache.ids.count, cache.ids.first?.count ?? 0)
    let (dB, dNorm) = norm.backward(dH, cache.norm)
    let (dX, dBlocks) = blocks.backward(dB.reshaped([m, t, dH.columns]), cache.blocks)
    let (dLooked, dPositions) = positions.backward(dX, cache.positions)
    let reading = scatterAdd(
      dLooked.lastAxisAsColumns, to: Array(cache.ids.joined()), of: embedding.table.rows)
    return (
      NoGradient(),
      GPTParameters(
        table: writing + reading, positions: dPositions.table, blocks: dBlocks, norm: dNorm)
    )
  }

  public mutating func visit(
    _ other: GPTParameters<Block.Parameters>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    embedding.visit(other.embedding) { body("embedding.\($0)", &$1, $2) }
    positions.visit(other.positions) { body("positions.\($0)", &$1, $2) }
    blocks.visit(other.blocks) { body("blocks.\($0)", &$1, $2) }
    norm.visit(other.norm) { body("norm.\($0)", &$1, $2) }
  }

  public mutating func observe(_ cache: Cache) { blocks.observe(cache.blocks) }

  public mutating func visitState(_ body: (String, inout Tensor<Scalar>) -> Void) {
    blocks.visitState { body("blocks.\($0)", &$1) }
  }
}

extension GPT {
  /// A model with random parameters, of the library's blocks.
  public init<Number: Real>(
    vocabulary: Int, longest: Int, width: Int, heads: Int, depth: Int,
    mask: AttentionMask = .causal, using generator: inout some RandomNumberGenerator
  ) where Block == TransformerBlock<Number> {
    requireSize(depth, atLeast: 0, "GPT: a number of blocks")
    self.init(
      embedding: Embedding(
        vocabulary: vocabulary, width: width, .normal(0.02), using: &generator),
      positions: LearnedPositions(longest: longest, width: width, using: &generator),
      blocks: (0..<depth).map { _ in
        TransformerBlock(width: width, heads: heads, mask: mask, using: &generator)
      },
      norm: LayerNorm(width))
  }
}

extension GPT: Sendable where Block: Sendable {}

/// The parameters of a GPT, part by part.
public struct GPTParameters<Block: ParameterSet>: ParameterSet {
  public typealias Scalar = Block.Scalar
  public var embedding: EmbeddingTable<Scalar>
  public var positions: PositionTable<Scalar>
  public var blocks: ParameterList<Block>
  public var norm: ScaleAndShift<Scalar>

  /// Both tables, of letters `[vocabulary, d]` and of places `[longest, d]`, and the rest.
  public init(
    table: Tensor<Scalar>, positions: Tensor<Scalar>, blocks: ParameterList<Block>,
    norm: ScaleAndShift<Scalar>
  ) {
    (embedding, self.positions) = (EmbeddingTable(table: table), PositionTable(table: positions))
    (self.blocks, self.norm) = (blocks, norm)
  }

  public mutating func visit(
    _ other: GPTParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    embedding.visit(other.embedding) { body("embedding.\($0)", &$1, $2) }
    positions.visit(other.positions) { body("positions.\($0)", &$1, $2) }
    blocks.visit(other.blocks) { body("blocks.\($0)", &$1, $2) }
    norm.visit(other.norm) { body("norm.\($0)", &$1, $2) }
  }
}
