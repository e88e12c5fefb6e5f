public import Attention
public import Checking
public import Core
import Training

/// The input and the parameters of a transformer block, and the gradient that arrives at its output;
/// all places of all sequences as rows.
public struct TransformerQuestion: Question {
  public var x: Matrix
  public var gamma1: Matrix, beta1: Matrix
  public var wq: Matrix, wk: Matrix, wv: Matrix, wo: Matrix
  public var gamma2: Matrix, beta2: Matrix
  public var w1: Matrix, c1: Matrix, w2: Matrix, c2: Matrix
  public var dy: Matrix
  /// How many sequences the rows are, and into how many heads attention cuts them.
  public let sequences: Int, heads: Int
  public let mask: AttentionMask
  /// The block's forward pass and its steps, where a network has run them.
  private let known: (cache: TransformerCache, steps: TransformerSteps)?

  /// A question about a block in a network, whose forward pass has been run.
  public init(
    dy: Matrix, cache: TransformerCache, parameters: TransformerParameters<Double>,
    steps: TransformerSteps
  ) {
    self.init(x: cache.x, parameters, dy: dy, sequences: 1, heads: 1, .none, (cache, steps))
  }

  /// A question with numbers of one's own; x and dy are `[sequences·t, d]`.
  public init(
    x: Matrix, _ parameters: TransformerParameters<Double>, dy: Matrix, sequences: Int,
    heads: Int, mask: AttentionMask
  ) {
    self.init(x: x, parameters, dy: dy, sequences: sequences, heads: heads, mask, nil)
  }

  private init(
    x: Matrix, _ parameters: TransformerParameters<Double>, dy: Matrix, sequences: Int,
    heads: Int, _ mask: AttentionMask,
    _ known: (cache: TransformerCache, steps: TransformerSteps)?
  ) {
    (self.x, self.dy, self.sequences, self.heads, self.mask) = (x, dy, sequences, heads, mask)
    self.known = known
    (gamma1, beta1) = (parameters.firstNorm.scale, parameters.firstNorm.shift)
    (wq, wk) = (parameters.attention.query, parameters.attention.key)
    (wv, wo) = (parameters.attention.value, parameters.attention.output)
    (gamma2, beta2) = (parameters.secondNorm.scale, parameters.secondNorm.shift)
    (w1, c1) = (parameters.widening.weight, parameters.widening.bias)
    (w2, c2) = (parameters.narrowing.weight, parameters.narrowing.bias)
  }

  /// Random ones: m sequences of t places and a width d.
  public init(
    _ m: Int, _ t: Int, _ d: Int, heads: Int, wide: Int, mask: AttentionMask, seed: UInt64
  ) {
    var generator = SplitMix64(caseSeed: seed)
    func draw(_ shape: [Int]) -> Matrix { Tensor(shape: shape, using: &generator) }
    func norm() -> ScaleAndShift<Double> {
      ScaleAndShift(scale: draw([d]), shift: draw([d]))
    }
    let parameters = TransformerParameters(
      firstNorm: norm(),
      attention: AttentionWeights(
        query: draw([d, d]), key: draw([d, d]), value: draw([d, d]), output: draw([d, d])),
      secondNorm: norm(),
      widening: WeightAndBias(weight: draw([d, wide]), bias: draw([wide])),
      narrowing: WeightAndBias(weight: draw([wide, d]), bias: draw([d])))
    self.init(
      x: draw([m * t, d]), parameters, dy: draw([m * t, d]), sequences: m, heads: heads,
      mask: mask)
  }

  public static var inputs: [(name: String, path: WritableKeyPath<Self, Matrix>)] {
    [
      ("x", \.x), ("gamma1", \.gamma1), ("beta1", \.beta1), ("Wq", \.wq), ("Wk", \.wk),
      ("Wv", \.wv), ("Wo", \.wo), ("gamma2", \.gamma2), ("beta2", \.beta2), ("W1", \.w1),
      ("c1", \.c1), ("W2", \.w2), ("c2", \.c2), ("dy", \.dy),
    ]
  }
  public var isPermitted: Bool { true }
  public var summary: String {
    "x \(x.shape), \(sequences) sequence\(sequences == 1 ? "" : "s"), W1 \(w1.shape), dy \(dy.shape)"
  }
  public var label: String { "x \(x.shape), W1 \(w1.shape)" }

  public var parameters: TransformerValues {
    TransformerValues(gamma1: gamma1, gamma2: gamma2, w1: w1, w2: w2)
  }

  /// The forward pass, its values and the steps back.
  private var run: (y: Matrix, cache: TransformerCache, steps: TransformerSteps) {
    var context = Context.inference
    let shape = [sequences, x.rows / sequences, x.columns]
    let attention = MultiHeadAttention(
      AttentionWeights(query: wq, key: wk, value: wv, output: wo), heads: heads, mask: mask)
    let n1 = layerNormOfRows(x, gamma1, beta1)
    let (a, attentionCache) = attention.forward(n1.reshaped(shape), in: &context)
    let u = x + a.asRows
    let n2 = layerNormOfRows(u, gamma2, beta2)
    let z = matmul(n2, w1) + c1
    let h = Activation.gelu(z)
    let steps = TransformerSteps(
      attention: { da in
        let (dx, gradient) = attention.backward(da.reshaped(shape), attentionCache)
        return HeadGradients(
          dx: dx.asRows, dWq: gradient.query, dWk: gradient.key, dWv: gradient.value,
          dWo: gradient.output)
      }, layerNorm: layerNormOfRowsBackward, gelu: geluBackward)
    return (u + matmul(h, w2) + c2, TransformerCache(x: x, u: u, n2: n2, z: z, h: h), steps)
  }

  /// The forward pass.
  var y: Matrix { run.y }

  /// What the function is given beside parameters and dy.
  public var given: (cache: TransformerCache, steps: TransformerSteps) {
    if let known { return known }
    let run = run
    return (run.cache, run.steps)
  }

  static var cases: [Case<TransformerQuestion>] {
    [
      Case(TransformerQuestion(2, 3, 4, heads: 2, wide: 6, mask: .causal, seed: 1231)),
      Case(TransformerQuestion(1, 4, 3, heads: 1, wide: 3, mask: .none, seed: 1232)),
      Case(TransformerQuestion(3, 1, 5, heads: 1, wide: 2, mask: .causal, seed: 1233)),
      Case(TransformerQuestion(1, 4, 4, heads: 4, wide: 4, mask: .none, seed: 1234)),
      Case(TransformerQuestion(1, 1, 4, heads: 2, wide: 3, mask: .causal, seed: 1236)),
      Case(TransformerQuestion(2, 2, 6, heads: 3, wide: 7, mask: .causal, seed: 1235)).rounded(
        "gamma1", "beta1", "Wq", "Wk", "Wv", "Wo", "gamma2", "beta2", "W1", "c1", "W2", "c2", "dy"),
    ]
  }
}

/// ε of layer norm in this chapter.
private let epsilon = 1e-5

/// n = γ·x̂ + β, each row by itself.
private func layerNormOfRows(_ x: Matrix, _ gamma: Matrix, _ beta: Matrix) -> Matrix {
  var layer = LayerNorm<Double>(gamma.count, epsilon: epsilon)
  layer.parameters = ScaleAndShift(scale: gamma, shift: beta)
  return layer(x)
}

/// Its gradients.
package func layerNormOfRowsBackward(
  _ dn: Matrix, _ x: Matrix, _ gamma: Matrix
) -> (dx: Matrix, dGamma: Matrix, dBeta: Matrix) {
  var layer = LayerNorm<Double>(gamma.count, epsilon: epsilon)
  layer.parameters = ScaleAndShift(scale: gamma, shift: 0 * gamma)
  var context = Context.inference
  let (dx, gradient) = layer.backward(dn, layer.forward(x, in: &context).cache)
  return (dx, gradient.scale, gradient.shift)
}

/// dz = dh·gelu′(z).
package func geluBackward(_ dh: Matrix, _ z: Matrix) -> Matrix {
  Activation.gelu.backward(dh, Activation.Cache(x: z)).dInput
}
