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
  let (m, n, area) = (p.shape[0], p.shape[1], p.shape[2...].reduce(1, *))
  /// The sum over all pixels of a class, of a function of their places.
  func sum(_ c: Int, _ f: (_ place: Int) -> Scalar) -> Scalar {
    if area == 1 { return blockedSum(0..<m) { f($0 * n + c) } }
    var sum = 0.0
    for image in 0..<m {
      let first = (image * n + c) * area
      sum += Double(blockedSum(first..<first + area, f))
    }
    return Scalar(sum)
  }
  var (mean, dP) = (0.0, Tensor<Scalar>(shape: p.shape))
  for c in 0..<n {
    let common = sum(c) { p.storage[$0] * t.storage[$0] }
    let both = sum(c) { p.storage[$0] + t.storage[$0] }
    // forward: loss = 1 - 1/n Σ (2I + ε)/(S + ε)
    let below = both + epsilon
    let ratio = (2 * common + epsilon) / below
    mean += Double(ratio) / Double(n)
    for image in 0..<m {
      let first = (image * n + c) * area
      for place in first..<first + area {
        // As (2t·(S + ε) - (2I + ε))/(S + ε)², whose square may be beyond a Scalar
        dP.storage[place] = (ratio - 2 * t.storage[place]) / below / Scalar(n)
      }
    }
  }
  return (Scalar(1 - mean), dP)
}
