// Connectionist temporal classification: labels without places, by a sum over all alignments.

public import Core

/// The negative log-probability of labels whose places in time are unknown.
///
///     y = softmax of each frame    e = the label with a blank before, between and behind
///     α_t(s) = y_t(e_s) · (α_{t-1}(s) + α_{t-1}(s-1) + α_{t-1}(s-2))
///     p = α_T(S) + α_T(S-1)    L = 1/m Σ -log p
///
/// A path says one class a frame; it is read by joining equal neighbours and dropping blanks. p is the
/// sum over all paths that are read as the label. The step from s - 2 exists only where e_s is no blank
/// and differs from e_{s-2}. L is divided by the number of sequences, not by the labels' lengths.
///
/// The gradient is (y_t(k) - γ_t(k))/m, γ the occupation: how much of p passes through class k at t.
/// All sums are taken over logarithms, in Double, and each frame's γ is divided by its own sum, which is 1 but
/// for rounding: of large scores the rounding is more than that.
///
/// Source: Graves, Fernández, Gomez, Schmidhuber, "Connectionist Temporal Classification", 2006,
/// equations 5 to 8 and 16.
///
/// - Parameters:
///   - z: One score for each class in each frame, `[t, m, n]`; class 0 is the blank. Scores, not
///     probabilities, and not their logarithms.
///   - labels: The classes of each sequence in their order, without blanks; may be empty. A label needs a
///     frame for each class, and one more for each equal pair of neighbours.
/// - Returns: The loss, and its gradient, `[t, m, n]`. Where a label is impossible, because scores are
///   -∞ or another class's is ∞, the loss is ∞ and the gradient not a number.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func ctc<Scalar: Real>(logits z: Tensor<Scalar>, labels: [[Int]]) -> Loss<Scalar> {
  let (frames, m, n) = requireAlignable(z, labels)
  let y = softmax(Tensor<Double>(z).reshaped([frames * m, n]))
  var (total, dZ) = (0.0, y.map { $0 / Double(m) })
  for (place, label) in labels.enumerated() {
    let lattice = Lattice(Tensor<Double>(z), place, label)
    total -= lattice.logProbability
    for t in 0..<frames {
      for (s, class_) in lattice.extended.enumerated() {
        dZ.storage[(t * m + place) * n + class_] -= lattice.occupation(t, s) / Double(m)
      }
    }
  }
  return (Scalar(total / Double(m)), Tensor<Scalar>(dZ.reshaped(z.shape)))
}

/// The occupation γ: how much of p passes through each class in each frame.
///
/// - Parameters:
///   - z: The scores of one sequence, `[t, n]`.
///   - label: Its classes.
/// - Returns: γ, `[t, n]`, rows of sum 1.
public func ctcOccupation<Scalar: Real>(
  logits z: Tensor<Scalar>, label: [Int]
) -> Tensor<Double> {
  let (frames, n) = (z.rows, z.columns)
  let z = Tensor<Double>(z).reshaped([frames, 1, n])
  _ = requireAlignable(z, [label])
  let lattice = Lattice(z, 0, label)
  var gamma = Tensor<Double>(shape: [frames, n])
  for t in 0..<frames {
    for (s, class_) in lattice.extended.enumerated() {
      gamma[t, class_] += lattice.occupation(t, s)
    }
  }
  return gamma
}

/// What the likeliest path is read as: the best class of each frame, equal neighbours joined, blanks
/// dropped.
///
/// Not always the likeliest label: that one may gather more probability over many paths.
public func ctcBestPath<Scalar: Real>(logits z: Tensor<Scalar>) -> [[Int]] {
  requireShape(z.shape, rank: 3, "ctcBestPath: logits")
  let (frames, m, n) = (z.shape[0], z.shape[1], z.shape[2])
  let best = z.reshaped([frames * m, n]).argmaxOfRows()
  return (0..<m).map { place in
    let path = (0..<frames).map { best[$0 * m + place] }
    return path.indices.filter { path[$0] != 0 && ($0 == 0 || path[$0] != path[$0 - 1]) }
      .map { path[$0] }
  }
}

/// The logarithms of α and β over all frames and places of one extended label.
private struct Lattice {
  /// e: blanks around and between.
  let extended: [Int]
  /// γ: the share of p that passes through each place in each frame.
  private let occupations: [[Double]]
  let logProbability: Double

  init(_ z: Tensor<Double>, _ place: Int, _ label: [Int]) {
    let (frames, m, n) = (z.shape[0], z.shape[1], z.shape[2])
    let extended = [0] + label.flatMap { [$0, 0] }
    let count = extended.count
    let y = (0..<frames).map { t in
      let row = logSoftmax(Array(z.storage[(t * m + place) * n..<(t * m + place + 1) * n]))
      return extended.map { row[$0] }
    }
    /// Whether a path may come from s - 2 to s.
    let skips = (0..<count).map {
      $0 >= 2 && extended[$0] != 0 && extended[$0] != extended[$0 - 2]
    }
    let none = [Double](repeating: -.infinity, count: count)
    // α_t(s) = y_t(e_s) · (α_{t-1}(s) + α_{t-1}(s-1) + α_{t-1}(s-2))
    var alpha = Array(repeating: none, count: frames)
    for s in 0..<min(2, count) { alpha[0][s] = y[0][s] }
    for t in 1..<max(frames, 1) {
      for s in 0..<count {
        var sum = alpha[t - 1][s]
        if s >= 1 { sum = logSum(sum, alpha[t - 1][s - 1]) }
        if skips[s] { sum = logSum(sum, alpha[t - 1][s - 2]) }
        alpha[t][s] = sum + y[t][s]
      }
    }
    // β_t(s) = Σ over the next places s′ of β_{t+1}(s′) · y_{t+1}(e_s′): y at t is in α alone
    var beta = Array(repeating: none, count: frames)
    for s in max(count - 2, 0)..<count { beta[frames - 1][s] = 0 }
    for t in (0..<frames - 1).reversed() {
      for s in 0..<count {
        var sum = beta[t + 1][s] + y[t + 1][s]
        if s + 1 < count { sum = logSum(sum, beta[t + 1][s + 1] + y[t + 1][s + 1]) }
        if s + 2 < count, skips[s + 2] { sum = logSum(sum, beta[t + 1][s + 2] + y[t + 1][s + 2]) }
        beta[t][s] = sum
      }
    }
    let last = alpha[frames - 1]
    self.extended = extended
    let sum = count == 1 ? last[0] : logSum(last[count - 1], last[count - 2])
    logProbability = sum > 0 ? 0 : sum  // by rounding
    // γ_t(s) = α_t(s)·β_t(s) / Σ over s
    occupations = zip(alpha, beta).map { alpha, beta in
      let terms = zip(alpha, beta).map { $0 + $1 }
      let largest = terms.reduce(-.infinity) { $0 >= $1 || $0.isNaN ? $0 : $1 }
      let shares = terms.map { Double.exp($0 - largest) }
      let sum = shares.reduce(0, +)
      return shares.map { $0 / sum }
    }
  }

  /// γ: the share of p that passes through place s at time t.
  func occupation(_ t: Int, _ s: Int) -> Double { occupations[t][s] }
}

/// log softmax of a frame's scores; a single score of ∞ takes all, and -∞ nothing.
private func logSoftmax(_ scores: [Double]) -> [Double] {
  let row = Tensor(scores, shape: [1, scores.count])
  let normalizer = logSumExp(row)[0]
  guard normalizer.isInfinite else { return scores.map { $0 - normalizer } }
  return softmax(row).scalars.map { Double.log($0) }
}

/// log(eᵃ + eᵇ), without overflow; -∞ stands for nothing.
private func logSum(_ a: Double, _ b: Double) -> Double {
  if a == -.infinity { return b }
  if b == -.infinity { return a }
  let (larger, smaller) = a > b ? (a, b) : (b, a)
  return larger + Double.log(onePlus: Double.exp(smaller - larger))
}

/// Stops with a sentence unless each label can be read from so many frames.
private func requireAlignable<Scalar: Real>(
  _ z: Tensor<Scalar>, _ labels: [[Int]]
) -> (frames: Int, m: Int, n: Int) {
  requireShape(z.shape, rank: 3, "ctc: logits")
  let (frames, m, n) = (z.shape[0], z.shape[1], z.shape[2])
  require(
    frames >= 1 && m >= 1 && labels.count == m,
    "ctc: logits \(z.shape) and \(labels.count) labels; logits are [frames, sequences, classes], with a "
      + "label for each sequence")
  for (place, label) in labels.enumerated() {
    require(
      label.allSatisfy { 1 <= $0 && $0 < n },
      "ctc: label \(place) is \(label); with \(n) classes its own are 1 to \(n - 1), and 0 is the blank"
    )
    let needed = label.count + zip(label, label.dropFirst()).count { $0 == $1 }
    require(
      needed <= frames,
      "ctc: label \(place) has \(label.count) classes and needs \(needed) frames, a blank between equal "
        + "neighbours included; there are \(frames)")
  }
  return (frames, m, n)
}
