// Small functions that many loops share; inlinable, so that each loop has its own copy.

/// x·factor, and 0 where the factor is 0, also if x is infinite: for factors that are 0 as such, or
/// vanish faster than x grows.
@inlinable
@inline(__always)
package func scaled<Scalar: Real>(_ x: Scalar, by factor: Scalar) -> Scalar {
  factor == 0 && !x.isNaN ? 0 : x * factor
}

/// σ(x) = 1/(1 + e⁻ˣ), by the exponential that does not overflow.
@inlinable
@inline(__always)
package func logistic<Scalar: Real>(_ x: Scalar) -> Scalar {
  let e = Scalar.exp(-abs(x))
  return (x < 0 ? e : 1) / (1 + e)
}

/// σ′(x) = e^(-|x|)/(1 + e^(-|x|))².
@inlinable
@inline(__always)
package func logisticSlope<Scalar: Real>(_ x: Scalar) -> Scalar {
  let e = Scalar.exp(-abs(x))
  return e / ((1 + e) * (1 + e))
}
