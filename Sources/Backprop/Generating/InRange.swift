// Products and sums whose result a Scalar can hold, though not everything on the way to it.

import Core
import Kernels

/// e^(ℓ/2)·x: a standard deviation times a number, also where e^(ℓ/2) alone is beyond the range.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func deviation<Scalar: Real>(_ logVariance: Scalar, times x: Scalar) -> Scalar {
  let whole = Scalar.exp(logVariance / 2)
  guard whole.isInfinite, logVariance.isFinite else { return scaled(whole, by: x) }
  let root = Scalar.exp(logVariance / 4)
  return scaled(root, by: scaled(root, by: x))
}

/// 1/m Σ f over some places; where the sum overflows, of numbers divided before.
@inline(__always)
func sum<Scalar: Real>(_ count: Int, over m: Scalar, _ f: (Int) -> Scalar) -> Scalar {
  let sum = blockedSum(0..<count, f) / m
  return sum.isInfinite ? blockedSum(0..<count) { f($0) / m } : sum
}
