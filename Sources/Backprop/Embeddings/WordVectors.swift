// Words by the company they keep: two tables, one for a word in the middle, one for a word beside it.

public import Core

/// Negative sampling: a pair of words that stood together, against some that were drawn.
///
///     loss = 1/m Σᵢ [softplus(-u·V[o]) + Σₖ softplus(u·V[nₖ])],   u = U[c]
///
/// softplus(-x) is -log σ(x): the word beside it is a 1, the drawn ones are 0. A word drawn twice counts
/// twice, and one that happens to be o is kept.
///
/// Source: Mikolov et al., "Distributed representations of words and phrases and their
/// compositionality", 2013, equation 4; as a mean over the pairs.
///
/// - Parameters:
///   - u: Words in the middle, `[words, d]`.
///   - v: Words beside them, `[words, d]`.
///   - centres: c, one a pair.
///   - contexts: o, one a pair.
///   - negatives: n, some for each pair.
/// - Returns: The loss, ∂loss/∂U and ∂loss/∂V.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func negativeSampling<Scalar: Real>(
  _ u: Tensor<Scalar>, _ v: Tensor<Scalar>, centres: [Int], contexts: [Int], negatives: [[Int]]
) -> (loss: Scalar, dU: Tensor<Scalar>, dV: Tensor<Scalar>) {
  require(
    u.rank == 2 && v.rank == 2 && u.columns == v.columns,
    "negativeSampling: U is \(u.shape), V is \(v.shape); both must be [words, d], of one width")
  require(
    !centres.isEmpty && centres.count == contexts.count && centres.count == negatives.count,
    "negativeSampling: \(centres.count) centres, \(contexts.count) contexts and \(negatives.count) "
      + "lists of negatives; give one of each for every pair, and a pair at least")
  requireIds(centres, below: u.rows, "negativeSampling, centres")
  requireIds(contexts, below: v.rows, "negativeSampling, contexts")
  requireIds(Array(negatives.joined()), below: v.rows, "negativeSampling, negatives")
  let (d, m) = (u.columns, Scalar(centres.count))
  let (softplus, sigmoid) = (Activation<Scalar>.softplus, Activation<Scalar>.sigmoid)
  var (dU, dV) = (Tensor<Scalar>(shape: u.shape), Tensor<Scalar>(shape: v.shape))
  var loss = 0.0
  for i in centres.indices {
    let c = centres[i] * d
    for (k, word) in ([contexts[i]] + negatives[i]).enumerated() {
      let w = word * d
      var sum = 0.0
      for j in 0..<d { sum += Double(u.storage[c + j]) * Double(v.storage[w + j]) }
      let score = Scalar(sum)
      loss += Double(softplus.value(at: k == 0 ? -score : score))
      // forward: softplus(-x) for the pair, slope σ(x) - 1 = -σ(-x); softplus(x) for the others, slope σ(x)
      let g = (k == 0 ? -sigmoid.value(at: -score) : sigmoid.value(at: score)) / m
      for j in 0..<d {
        dU.storage[c + j] += g * v.storage[w + j]
        dV.storage[w + j] += g * u.storage[c + j]
      }
    }
  }
  return (Scalar(loss / Double(m)), dU, dV)
}

/// From which words negatives are drawn: counts to the power ¾, normalised.
///
/// Between how often words occur and all alike. Source: Mikolov et al., 2013, section 2.2.
public func noiseDistribution(counts: [Int]) -> [Double] {
  require(
    counts.allSatisfy { $0 >= 0 } && counts.contains { $0 > 0 },
    "noiseDistribution: the counts must be 0 or more, and one of them above 0")
  let weights = counts.map { Double.pow(Double($0), 0.75) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}

/// The parameters of GloVe, or their gradients: a vector and a bias for a word in the middle, and both
/// for a word beside it.
public struct GloVeParameters<Scalar: Real>: Equatable, ParameterSet {
  /// w, `[words, d]`.
  public var words: Tensor<Scalar>
  /// c, `[words, d]`.
  public var contexts: Tensor<Scalar>
  /// b, `[words]`.
  public var wordBias: Tensor<Scalar>
  /// b′, `[words]`.
  public var contextBias: Tensor<Scalar>

  public init(
    words: Tensor<Scalar>, contexts: Tensor<Scalar>, wordBias: Tensor<Scalar>,
    contextBias: Tensor<Scalar>
  ) {
    (self.words, self.contexts) = (words, contexts)
    (self.wordBias, self.contextBias) = (wordBias, contextBias)
  }

  public mutating func visit(
    _ other: GloVeParameters, _ body: (String, inout Tensor<Scalar>, Tensor<Scalar>) -> Void
  ) {
    body("words", &words, other.words)
    body("contexts", &contexts, other.contexts)
    body("wordBias", &wordBias, other.wordBias)
    body("contextBias", &contextBias, other.contextBias)
  }
}

/// The loss of GloVe: logarithms of counts, approximated by products of vectors.
///
///     loss = Σ f(x)·(w·c + b + b′ - log x)²   over the pairs with a count x > 0,   f = min(1, (x/100)^¾)
///
/// A sum, not a mean.
///
/// Source: Pennington, Socher, Manning, "GloVe", 2014, equations 8 and 9.
///
/// - Parameters:
///   - counts: How often word i and word j stood together, `[words, words]`, each at least 0.
///   - parameters: Vectors and biases.
/// - Returns: The loss and its gradients.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func gloVeLoss<Scalar: Real>(
  counts: Tensor<Scalar>, _ parameters: GloVeParameters<Scalar>
) -> (loss: Scalar, gradient: GloVeParameters<Scalar>) {
  let (w, c) = (parameters.words, parameters.contexts)
  let (b, b2) = (parameters.wordBias, parameters.contextBias)
  require(
    w.rank == 2 && c.rank == 2 && w.columns == c.columns && b.shape == [w.rows]
      && b2.shape == [c.rows] && counts.shape == [w.rows, c.rows],
    "gloVeLoss: counts \(counts.shape), words \(w.shape), contexts \(c.shape), biases \(b.shape) and "
      + "\(b2.shape); they must be [n, k], [n, d], [k, d], [n] and [k]")
  require(
    counts.storage.allSatisfy { $0 >= 0 && $0.isFinite },
    "gloVeLoss: a count is below 0, or no number; counts must be 0 or more")
  let d = w.columns
  var (gradient, loss) = (parameters * 0, 0.0)
  for i in 0..<w.rows {
    for k in 0..<c.rows where counts.storage[i * c.rows + k] > 0 {
      let x = counts.storage[i * c.rows + k]
      let f = min(1, Scalar.pow(x / 100, 0.75))
      var e = b.storage[i] + b2.storage[k] - Scalar.log(x)
      for j in 0..<d { e += w.storage[i * d + j] * c.storage[k * d + j] }
      loss += Double(f * e * e)
      // forward: f·e², e = w·c + b + b′ - log x
      let g = 2 * f * e
      for j in 0..<d {
        gradient.words.storage[i * d + j] += g * c.storage[k * d + j]
        gradient.contexts.storage[k * d + j] += g * w.storage[i * d + j]
      }
      gradient.wordBias.storage[i] += g
      gradient.contextBias.storage[k] += g
    }
  }
  return (Scalar(loss), gradient)
}
