// Is a gradient right? Compare it with differences of the function itself, which knows no calculus.

/// The gradient of f at x by central differences, one element after the other:
/// ∂f/∂xᵢ ≈ (f(x + h·eᵢ) - f(x - h·eᵢ)) / 2h.
///
/// Two errors pull in opposite directions. Truncation leaves h²/6·f‴, which shrinks with h; rounding
/// of f leaves about ε·abs(f)/h, which grows. Their sum is least near h = ∛ε, 6e-6 in Double, where ten
/// of sixteen digits are right. The one-sided difference leaves h/2·f″ and gets eight at best.
///
/// - Parameters:
///   - f: The function to differentiate. It must give the same number for the same input: fix the
///     seed of anything random.
///   - x: The place to differentiate at, away from kinks.
///   - h: The step. The difference is divided by the step as it was rounded at each xᵢ; where xᵢ is so
///     large that little or nothing would be left of it, from 4e7 on for h = 1e-5, it is ∛ε·abs(xᵢ).
/// - Returns: The gradient, in x's shape, as exact as `roundingOfDifferences(loss:)` says.
/// - Complexity: two evaluations of f an element.
public func numericalGradient(
  of f: (Tensor<Double>) throws -> Double, at x: Tensor<Double>, step h: Double = 1e-5
) rethrows -> Tensor<Double> {
  require(
    h > 0 && h.isFinite,
    "numericalGradient: the step is \(h); it must be positive and finite, such as 1e-5")
  var (point, gradient) = (x, x)
  for i in 0..<x.count {
    let (right, left) = neighbours(of: x.scalars[i], step: h)
    point.scalars[i] = right
    let above = try f(point)
    point.scalars[i] = left
    let below = try f(point)
    point.scalars[i] = x.scalars[i]
    gradient.scalars[i] = (above - below) / (right - left)
  }
  return gradient
}

/// x + h and x - h, further apart where h is lost in the rounding of x.
package func neighbours(of x: Double, step h: Double) -> (right: Double, left: Double) {
  let h = h >= 1024 * x.ulp ? h : max(h, Double.pow(Double.ulpOfOne, 1.0 / 3) * abs(x))
  return (x + h, x - h)
}

/// The largest relative error between two gradients: abs(a - b) / max(abs(a), abs(b)) over all elements.
///
/// A figure to print; to decide, use ``gradientsAgree(_:_:loss:)``. Elements below 1e-8 on both sides are
/// measured against 1e-8, because differences cannot tell them from 0.
///
/// - Returns: NaN if a NaN is anywhere in either; infinity if one has an infinity that the other has not.
public func maximumRelativeError(_ a: Tensor<Double>, _ b: Tensor<Double>) -> Double {
  require(
    a.shape == b.shape,
    "maximumRelativeError: the shapes \(a.shape) and \(b.shape) must be the same")
  var largest = 0.0
  for (a, b) in zip(a.scalars, b.scalars) where a != b {
    let gap = abs(a - b)
    let error = gap.isInfinite ? gap : gap / max(abs(a), abs(b), 1e-8)
    if !(error <= largest) { largest = error }
    if largest.isNaN { break }
  }
  return largest
}

/// What rounding may do to a central difference with the step 1e-5: 1e-8 + 1e-10·abs(loss).
///
/// The loss is rounded by ε·abs(loss), times a few where it is a sum of many terms, and the difference of
/// two of them divided by 2e-5. A smaller derivative cannot be told from 0, or from its double: check a
/// part of the loss, or divide it, until this is small beside the derivatives.
public func roundingOfDifferences(loss: Double) -> Double { 1e-8 + 1e-10 * abs(loss) }

/// Whether a derivative agrees with its central difference:
/// abs(a - b) ≤ 1e-8 + 1e-10·abs(loss) + 1e-6·max(abs(a), abs(b)).
///
/// The first two terms are what rounding of the loss does to the difference, `roundingOfDifferences`:
/// derivatives below that agree whatever they are. The third is what truncation does. NaN agrees with
/// nothing, itself included; neither does an infinity.
public func derivativesAgree(_ a: Double, _ b: Double, loss: Double) -> Bool {
  guard a.isFinite, b.isFinite, loss.isFinite else { return false }
  return abs(a - b) <= roundingOfDifferences(loss: loss) + 1e-6 * max(abs(a), abs(b))
}

/// Whether a gradient has the shape of its central differences and agrees with every one of them.
public func gradientsAgree(_ a: Tensor<Double>, _ b: Tensor<Double>, loss: Double) -> Bool {
  a.shape == b.shape && firstDisagreement(a, b, loss: loss) == nil
}

/// The place of the first element that does not agree, in row-major order; nil if all do.
public func firstDisagreement(
  _ a: Tensor<Double>, _ b: Tensor<Double>, loss: Double
) -> Int? {
  require(
    a.shape == b.shape, "firstDisagreement: the shapes \(a.shape) and \(b.shape) must be the same")
  return (0..<a.count).first { !derivativesAgree(a.scalars[$0], b.scalars[$0], loss: loss) }
}
