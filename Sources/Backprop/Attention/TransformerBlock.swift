public import Core
import Kernels
public import Training

/// A transformer block with the norms in front: two branches past which the road goes on.
///
///     u = x + attention(norm₁(x))   y = u + W₂·gelu(W₁·norm₂(u) + c₁) + c₂
///
/// The input is `[m, t, d]`, and so is the output. Only attention mixes places; all else treats each
/// place by itself, as a row of `[m·t, d]`.
///
/// Sources: Vaswani et al., 2017, section 3.1 and 3.3, with the norms behind the sums; Xiong et al.,
/// "On layer normalization in the transformer architecture", 2020, figure 1b, with them in front.
public struct TransformerBlock<Scalar: Real>: Layer, Sendable {
  public var firstNorm: LayerNorm<Scalar>
  public var attention: MultiHeadAttention<Scalar>
  public var secondNorm: LayerNorm<Scalar>
  /// W₁ `[d, 4d]` and c₁.
  public var widening: Dense<Scalar>
  /// W₂ `[4d, d]` and c₂.
  public var narrowing: Dense<Scalar>

  /// What each part keeps.
  public struct Cache: Sendable {
    public let firstNorm: LayerNorm<Scalar>.Cache
    public let attention: MultiHeadAttention<Scalar>.Cache
    public let secondNorm: LayerNorm<Scalar>.Cache
    public let widening: Dense<Scalar>.Cache
    public let activation: Activation<Scalar>.Cache
    public let narrowing: Dense<Scalar>.Cache
  }

  /// A block with random weights, four times as wide inside.
  public init(
    width: Int, heads: Int, mask: AttentionMask = .none,
    using generator: inout some RandomNumberGenerator
  ) {
    firstNorm = LayerNorm(width)
    attention = MultiHeadAttention(width: width, heads: heads, mask: mask, using: &generator)
    secondNorm = LayerNorm(width)
    widening = Dense(width, 4 * width, .glorot, using: &generator)
    narrowing = Dense(4 * width, width, .glorot, using: &generator)
  }

  public var parameters: TransformerParameters<Scalar> {
    TransformerParameters(
      firstNorm: firstNorm.parameters, attention: attention.parameters,
      secondNorm: secondNorm.parameters, widening: widening.parameters,
      narrowing: narrowing.parameters)
  }

  public func forward(
    _ x: Tensor<Scalar>, in context: inout Context
  ) -> (output: Tensor<Scalar>, cache: Cache) {
    let width = firstNorm.parameters.scale.count
    require(
      x.rank == 3 && x.shape[2] == width,
      "TransformerBlock: the input is \(x.shape); it must be [m, t, \(width)]")
    let rows = x.lastAxisAsColumns  // [m·t, d]
    let (n1, firstCache) = firstNorm.forward(rows, in: &context)
    let (a, attentionCache) = attention.forward(n1.reshaped(x.shape), in: &context)
    let u = rows + a.lastAxisAsColumns
    let (n2, secondCache) = secondNorm.forward(u, in: &context)
    let (z, wideningCache) = widening.forward(n2, in: &context)  // [m·t, 4d]
    let (h, activationCache) = Activation.gelu.forward(z, in: &context)
    let (f, narrowingCache) = narrowing.forward(h, in: &context)
    return (
      (u + f).reshaped(x.shape),
      Cache(
        firstNorm: firstCache, attention: attentionCache, secondNorm: secondCache,
        widening: wideningCache, activation: activationCache, narrowing: narrowingCache)
    )
  }

  public func backward(
    _ dY: Tensor<Scalar>, _ cache: Cache
  ) -> (dInput: Tensor<Scalar>, gradient: TransformerParameters<Scalar>) {
    let dRows = dY.lastAxisAsColumns
    // forward: y = u + W₂·gelu(W₁·norm₂(u) + c₁) + c₂, so u gets two gradients
    let (dH, dNarrowing) = narrowing.backward(dRows, cache.narrowing)
    let dZ = Activation.gelu.backward(dH, cache.activation).dInput
    let (dN2, dWidening) = widening.backward(dZ, cache.widening)
    let (dBranch2, dSecondNorm) = secondNorm.backward(dN2, cache.secondNorm)
    let dU = dRows + dBranch2
    // forward: u = x + attention(norm₁(x)), and so does x
    let (dN1, dAttention) = attention.backward(dU.reshaped(dY.shape), cache.attention)
    let (dBranch1, dFirstNorm) = firstNorm.backward(dN1.lastAxisAsColumns, cache.firstNorm)
    return (
      (dU + dBranch1).reshaped(dY.shape),
      TransformerParameters(
        firstNorm: dFirstNorm, attention: dAttention, secondNorm: dSecondNorm,
        widening: dWidening, narrowing: dNarrowing)
    )
  }

  public mutating func visit(
    _ other: TransformerParameters<Scalar>,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    firstNorm.visit(other.firstNorm) { body("firstNorm.\($0)", &$1, $2) }
    attention.visit(other.attention) { body("attention.\($0)", &$1, $2) }
    secondNorm.visit(other.secondNorm) { body("secondNorm.\($0)", &$1, $2) }
    widening.visit(other.widening) { body("widening.\($0)", &$1, $2) }
    narrowing.visit(other.narrowing) { body("narrowing.\($0)", &$1, $2) }
  }
}

/// The parameters of a transformer block, part by part.
public struct TransformerParameters<Scalar: Real>: ParameterSet {
  public var firstNorm: ScaleAndShift<Scalar>
  public var attention: AttentionWeights<Scalar>
  public var secondNorm: ScaleAndShift<Scalar>
  public var widening: WeightAndBias<Scalar>
  public var narrowing: WeightAndBias<Scalar>

  public init(
    firstNorm: ScaleAndShift<Scalar>, attention: AttentionWeights<Scalar>,
    secondNorm: ScaleAndShift<Scalar>, widening: WeightAndBias<Scalar>,
    narrowing: WeightAndBias<Scalar>
  ) {
    (self.firstNorm, self.attention, self.secondNorm) = (firstNorm, attention, secondNorm)
    (self.widening, self.narrowing) = (widening, narrowing)
  }

  public mutating func visit(
    _ other: TransformerParameters,
    _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    firstNorm.visit(other.firstNorm) { body("firstNorm.\($0)", &$1, $2) }
    attention.visit(other.attention) { body("attention.\($0)", &$1, $2) }
    secondNorm.visit(other.secondNorm) { body("secondNorm.\($0)", &$1, $2) }
    widening.visit(other.widening) { body("widening.\($0)", &$1, $2) }
    narrowing.visit(other.narrowing) { body("narrowing.\($0)", &$1, $2) }
  }
}
