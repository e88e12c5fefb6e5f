public import Core
import Kernels

/// Self-attention with several heads: all queries, keys and values come from one x.
///
///     Q = x·Wq   K = x·Wk   V = x·Wv, each cut into heads   A = heads side by side   y = A·Wo
///
/// The input is `[m, t, d]`, and so is the output. There are no biases. x is used three times, so
/// three gradients add up: dx = dQ·Wqᵀ + dK·Wkᵀ + dV·Wvᵀ.
///
/// Source: Vaswani et al., "Attention is all you need", 2017, section 3.2.2.
public struct MultiHeadAttention<Scalar: Real>: Layer, Sendable {
  public var parameters: AttentionWeights<Scalar>
  public let heads: Int
  public let mask: AttentionMask

  /// What backward needs.
  public struct Cache: Sendable {
    /// x, `[m, t, d]`.
    public let x: Tensor<Scalar>
    /// Queries, keys and values as they lie, the heads side by side, `[m, t, d]`.
    let queries: Tensor<Scalar>, keys: Tensor<Scalar>, values: Tensor<Scalar>
    /// Who listened to whom, `[m, h, t, t]`.
    public let weights: Tensor<Scalar>
    /// A, what the heads gave, side by side, `[m, t, d]`.
    public let merged: Tensor<Scalar>

    /// Queries, `[m, h, t, d/h]`.
    public var q: Tensor<Scalar> { splitHeads(queries, heads: weights.shape[1]) }
    /// Keys, `[m, h, t, d/h]`.
    public var k: Tensor<Scalar> { splitHeads(keys, heads: weights.shape[1]) }
    /// Values, `[m, h, t, d/h]`.
    public var v: Tensor<Scalar> { splitHeads(values, heads: weights.shape[1]) }
  }

  public init(_ parameters: AttentionWeights<Scalar>, heads: Int, mask: AttentionMask = .none) {
    (self.parameters, self.heads, self.mask) = (parameters, heads, mask)
    requireParameters()
  }

  /// A layer with random weights.
  public init(
    width: Int, heads: Int, mask: AttentionMask = .none, _ initializer: Initializer = .glorot,
    using generator: inout some RandomNumberGenerator
  ) {
    requireSize(width, "MultiHeadAttention: a width")
    func draw() -> Tensor<Scalar> {
      initializer([width, width], fanIn: width, fanOut: width, using: &generator)
    }
    let weights = AttentionWeights(query: draw(), key: draw(), value: draw(), output: draw())
    self.init(weights, heads: heads, mask: mask)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    requireParameters()
    let width = parameters.query.rows
    require(
      x.rank == 3 && x.shape[2] == width,
      "MultiHeadAttention: the input is \(x.shape); it must be [m, t, \(width)]")
    let rows = x.lastAxisAsColumns  // [m·t, d]
    func part(_ weight: Tensor<Scalar>) -> Tensor<Scalar> {
      matmul(rows, weight).reshaped(x.shape)
    }
    let (q, k, v) = (part(parameters.query), part(parameters.key), part(parameters.value))
    let (merged, weights) = attentionOfHeads(q, k, v, heads: heads, mask: mask)
    let y = matmul(merged.lastAxisAsColumns, parameters.output).reshaped(x.shape)
    return (
      y, Cache(x: x, queries: q, keys: k, values: v, weights: weights, merged: merged)
    )
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: AttentionWeights<Scalar>) {
    requireParameters()
    require(
      dY.shape == cache.x.shape,
      "MultiHeadAttention backward: dY is \(dY.shape), should be \(cache.x.shape), the shape of x")
    require(
      cache.weights.shape[1] == heads,
      "MultiHeadAttention backward: a cache of \(cache.weights.shape[1]) heads in a layer of \(heads); "
        + "give it the cache of its own forward pass")
    let (rows, dRows) = (cache.x.lastAxisAsColumns, dY.lastAxisAsColumns)
    // forward: y = A·Wo
    let dOutput = matmul(transposed: cache.merged.lastAxisAsColumns, dRows)  // [d, d]
    let dMerged = matmul(dRows, transposed: parameters.output).reshaped(dY.shape)
    // forward: A = heads side by side
    let (dQ, dK, dV) = attentionOfHeadsBackward(
      dMerged, cache.queries, cache.keys, cache.values, weights: cache.weights)
    let (dQuery, dKey, dValue) = (
      dQ.lastAxisAsColumns, dK.lastAxisAsColumns, dV.lastAxisAsColumns
    )
    // forward: Q = x·Wq, K = x·Wk, V = x·Wv: x is used three times
    let dX =
      matmul(dQuery, transposed: parameters.query) + matmul(dKey, transposed: parameters.key)
      + matmul(dValue, transposed: parameters.value)  // [m·t, d]
    return (
      dX.reshaped(cache.x.shape),
      AttentionWeights(
        query: matmul(transposed: rows, dQuery), key: matmul(transposed: rows, dKey),
        value: matmul(transposed: rows, dValue), output: dOutput)
    )
  }

  public mutating func visit(
    _ other: AttentionWeights<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    parameters.visit(other, body)
  }

  private func requireParameters() {
    let width = parameters.query.rank == 2 ? parameters.query.rows : 0
    require(
      parameters.named.allSatisfy { $0.value.shape == [width, width] },
      "MultiHeadAttention: the weights are \(parameters.named.map(\.value.shape)); all must be [d, d]"
    )
    require(
      width >= 1 && heads >= 1 && width % heads == 0,
      "MultiHeadAttention: \(heads) heads of a width of \(width); the width must be a multiple of the "
        + "heads")
  }
}

/// The four matrices of attention with heads, each `[d, d]`; head k has columns of the first three, and
/// rows of the last.
public struct AttentionWeights<Scalar: Real>: ParameterSet {
  public var query: Tensor<Scalar>, key: Tensor<Scalar>
  public var value: Tensor<Scalar>, output: Tensor<Scalar>

  public init(
    query: Tensor<Scalar>, key: Tensor<Scalar>, value: Tensor<Scalar>, output: Tensor<Scalar>
  ) {
    (self.query, self.key, self.value, self.output) = (query, key, value, output)
  }

  public mutating func visit(
    _ other: AttentionWeights, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("queryWeight", &query, other.query)
    body("keyWeight", &key, other.key)
    body("valueWeight", &value, other.value)
    body("outputWeight", &output, other.output)
  }
}
