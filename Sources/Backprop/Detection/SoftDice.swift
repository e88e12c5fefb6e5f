public import Core
import Kernels

/// Soft Dice loss: how little the pixels that are said to be of a class have in common with those that are.
///
/// For each of n classes, over the whole batch and all pixels, I = Σ p·t and S = Σ p + Σ t;
/// loss = 1 - 1/n Σ (2I + ε)/(S + ε). A class of few pixels counts as much as one of many.
///
/// Source: Milletari, Navab, Ahmadi, "V-Net", 3DV 2016, section 3, whose S has squares; here it has none, as in
/// most programs. One ratio for the whole batch, not one for each image.
///
/// - Parameters:
///   - p: Probabilities, `[m, n, h, w]`, or `[pixels, n]`.
///   - t: What they should be, in p's shape: 1 for the class of a pixel, else 0.
///   - epsilon: ε, above 0: a class that is nowhere and said to be nowhere has no loss.
/// - Returns: The loss, and its gradient -(2t·(S + ε) - (2I + ε))/(n·(S + ε)²) with respect to p.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func softDice<Scalar>(
  probabilities p: Tensor<Scalar>, targets t: Tensor<Scalar>, epsilon: Scalar = 1
) -> Loss<Scalar> {
  require(
    p.shape == t.shape && (p.rank == 2 || p.rank == 4) && p.shape[1] > 0,
    "softDice: probabilities \(p.shape) and targets \(t.shape) must both be [m, classes, h, w] or "
      + "[pixels, classes], with a class at least")
  requirePositive(epsilon, "softDice: epsilon")
  let (m, n) = (p.shape[0], p.shape[1])
  let (common, both) = (classSums(p * t), classSums(p + t))  // [n] each
  // forward: loss = 1 - 1/n Σ (2I + ε)/(S + ε)
  let below = both.map { $0 + epsilon }
  let ratio = zip(common, below).map { (2 * $0 + epsilon) / $1 }
  let loss = 1 - ratio.reduce(0.0) { $0 + Double($1) / Double(n) }
  // As (2t·(S + ε) - (2I + ε))/(S + ε)², whose square may be beyond a Scalar.
  var dP = Tensor<Scalar>(shape: p.shape)
  // The class of each number in a stretch that repeats: of one image, or of some rows, for a long loop.
  let area = p.shape[2...].reduce(1, *)
  let classes =
    p.rank == 4 ? (0..<n * area).map { $0 / area } : (0..<n * min(m, 64)).map { $0 % n }
  let (ratios, belows) = (classes.map { ratio[$0] }, classes.map { below[$0] })
  for first in stride(from: 0, to: p.count, by: max(classes.count, 1)) {
    for k in 0..<min(classes.count, p.count - first) {
      dP.storage[first + k] = (ratios[k] - 2 * t.storage[first + k]) / belows[k] / Scalar(n)
    }
  }
  return (Scalar(loss), dP)
}

/// The sum of each class over all pixels, `[m, n, h, w]` or `[pixels, n]` → `[n]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
private func classSums<Scalar>(_ values: Tensor<Scalar>) -> [Scalar] {
  let (m, n) = (values.shape[0], values.shape[1])
  guard values.rank == 4 else { return columnSums(m, n, values.storage) }
  let area = values.shape[2] * values.shape[3]
  return (0..<n).map { c in
    let sum = (0..<m).reduce(0.0) { sum, image in
      let first = (image * n + c) * area
      return sum + Double(blockedSum(first..<first + area) { values.storage[$0] })
    }
    return Scalar(sum)
  }
}
