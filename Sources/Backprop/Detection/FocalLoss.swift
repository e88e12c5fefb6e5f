public import Core
import Kernels

/// Focal loss: binary cross-entropy in which what is easy counts for less, for images where almost every
/// cell is empty.
///
/// u = (2t - 1)·z, q = σ(u), a = α where t = 1, else 1 - α; loss = Σ -a·(1 - q)^γ·log q / max(1, P), where P
/// is how many targets are 1. With γ = 0 it is weighted cross-entropy.
///
/// The factor (1 - q)^γ has a slope of its own, γ·q·log q in
/// dz = a·(2t - 1)·(1 - q)^γ·(γ·q·log q + q - 1)/max(1, P). In this form every γ of 0 or more is finite, where
/// the derivative of a power is not for γ between 0 and 1.
///
/// Source: Lin, Goyal, Girshick, He, Dollár, "Focal loss for dense object detection", ICCV 2017, equation 5
/// and appendix B.
///
/// - Parameters:
///   - z: One score for each cell, of any shape.
///   - t: 1 where there is an object, else 0; in z's shape.
///   - alpha: α, the weight of cells with an object, 0 to 1.
///   - gamma: γ, how much less the easy ones count, 0 or more.
/// - Returns: The loss, and its gradient with respect to z.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func focalLoss<Scalar>(
  logits z: Tensor<Scalar>, targets t: Tensor<Scalar>, alpha: Scalar = 0.25, gamma: Scalar = 2
) -> Loss<Scalar> {
  require(
    z.shape == t.shape, "focalLoss: logits \(z.shape) and targets \(t.shape) must have one shape")
  require(0 <= alpha && alpha <= 1, "focalLoss: alpha is \(alpha); it must be from 0 to 1")
  requireNotNegative(gamma, "focalLoss: gamma")
  var positives = 0
  for target in t.storage {
    require(
      target == 0 || target == 1, "focalLoss: a target is \(target); it must be 0 or 1")
    if target == 1 { positives += 1 }
  }
  let divisor = Scalar(max(1, positives))
  let sum = blockedSum(0..<z.count) { i in
    let terms = terms(z.storage[i], t.storage[i], alpha, gamma)
    return scaled(terms.weight * terms.damping, terms.surprise)
  }
  // forward: loss = Σ a·(1 - q)^γ·(-log q) / max(1, P)
  let dZ = generate(z.storage, t.storage) { z, t in
    let (sign, weight, damping, q, rest, surprise) = terms(z, t, alpha, gamma)
    // γ·q·log q is the slope of the factor (1 - q)^γ, q - 1 that of log q
    return sign * weight * damping * (-gamma * scaled(q, surprise) - rest) / divisor
  }
  return (sum / divisor, Tensor(dZ, shape: z.shape))
}

/// What loss and gradient of one cell are made of: 2t - 1, a, (1 - q)^γ, q, 1 - q and -log q.
@inline(__always)
private func terms<Scalar: Real>(
  _ z: Scalar, _ t: Scalar, _ alpha: Scalar, _ gamma: Scalar
) -> (
  sign: Scalar, weight: Scalar, damping: Scalar, q: Scalar, rest: Scalar, surprise: Scalar
) {
  let sign: Scalar = t == 1 ? 1 : -1
  let u = sign * z
  let (q, rest) = (logistic(u), logistic(-u))
  // -log σ(u) = log(1 + e⁻ᵘ), which is finite where σ(u) rounds to 0
  let surprise = (u < 0 ? -u : 0) + Scalar.log(onePlus: Scalar.exp(-abs(u)))
  let damping = gamma == 2 ? rest * rest : Scalar.pow(rest, gamma)
  return (sign, t == 1 ? alpha : 1 - alpha, damping, q, rest, surprise)
}

/// factor·x, 0 where the factor is 0: a cell of no weight costs nothing, however wrong it is.
@inline(__always)
private func scaled<Scalar: Real>(_ factor: Scalar, _ x: Scalar) -> Scalar {
  factor == 0 && !x.isNaN ? 0 : factor * x
}
