// Few bits, pretended: a number is rounded to one of few levels and goes on as a number.

public import Core
import Kernels

/// The largest level of b bits, q = 2^(b-1) - 1: levels are whole numbers from -q to q.
public func quantizationLimit(bits: Int) -> Int {
  require(2 <= bits && bits <= 16, "quantization: \(bits) bits; take 2 to 16")
  return (1 << (bits - 1)) - 1
}

/// The step that brings a tensor's largest number to the last level, max|W|/q.
///
/// It is rounded up where its own rounding would leave that number beyond q. Of zeros alone it is 1: any
/// step does.
///
/// - Parameters:
///   - weight: W, any shape, with an element at least.
///   - bits: b, from 2 to 16.
/// - Returns: s, above 0; NaN where W has one.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func quantizationStep<Scalar: Real>(of weight: Tensor<Scalar>, bits: Int) -> Scalar {
  let q = Scalar(quantizationLimit(bits: bits))
  let (high, low) = (weight.max(), weight.min())
  let largest = high > -low ? high : -low
  if largest == 0 { return 1 }
  let step = largest / q
  if step == 0 { return .leastNonzeroMagnitude }
  // q·s - max|W| rounds once here, and so its sign is the true one.
  return (-largest).addingProduct(q, step) < 0 ? step.nextUp : step
}

/// y = s·clip(round(W/s), -q, q): each number on the nearest of 2q + 1 levels.
///
/// A number half way goes to the even level.
///
/// Source: Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
/// inference", 2018, section 3, there with a zero point.
///
/// - Parameters:
///   - weight: W, any shape.
///   - step: s, above 0.
///   - bits: b, from 2 to 16; q = 2^(b-1) - 1.
/// - Returns: y, of W's shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func fakeQuantize<Scalar: Real>(
  _ weight: Tensor<Scalar>, step: Scalar, bits: Int
) -> Tensor<Scalar> {
  let q = Scalar(quantizationLimit(bits: bits))
  requireStep(step, "fakeQuantize")
  // Level 0 is 0 whatever the step, also an infinite one.
  return weight.map { scaled(step, by: level($0 / step, q)) }
}

/// The straight-through gradient: dW = dy where |W/s| ≤ q, and 0 beyond.
///
/// It is no derivative. Rounding has the slope 0 almost everywhere, with which nothing is ever learned; so
/// backward takes rounding for the identity, and keeps what clipping does.
///
/// Source: Bengio, Léonard, Courville, "Estimating or propagating gradients through stochastic neurons for
/// conditional computation", 2013, section 3.
///
/// - Parameters:
///   - dY: ∂loss/∂y, of W's shape.
///   - weight: W.
///   - step: s, a constant.
///   - bits: b.
/// - Returns: What is passed to W, of its shape.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func fakeQuantizeBackward<Scalar: Real>(
  _ dY: Tensor<Scalar>, weight: Tensor<Scalar>, step: Scalar, bits: Int
) -> Tensor<Scalar> {
  requireSameShapes(dY, weight, "fakeQuantizeBackward")
  let q = Scalar(quantizationLimit(bits: bits))
  requireStep(step, "fakeQuantizeBackward")
  // forward: y = s·clip(round(W/s), -q, q), with round taken for the identity
  return dY.zip(weight) { abs($1 / step) > q ? 0 : $0 }
}

/// The same with a step that is learned: its gradient says whether finer or wider levels lose less.
///
///     v = W/s    ds = Σ dy·(round(v) - v)  where |v| ≤ q,  Σ dy·(±q)  beyond
///
/// Source: Esser et al., "Learned step size quantization", 2020, equation 3, without the scale of its
/// section 2.2.
///
/// - Parameters:
///   - dY: ∂loss/∂y, of W's shape.
///   - weight: W.
///   - step: s.
///   - bits: b.
/// - Returns: What is passed to W, and to s.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func learnedStepBackward<Scalar: Real>(
  _ dY: Tensor<Scalar>, weight: Tensor<Scalar>, step: Scalar, bits: Int
) -> (dWeight: Tensor<Scalar>, dStep: Scalar) {
  requireSameShapes(dY, weight, "learnedStepBackward")
  let q = Scalar(quantizationLimit(bits: bits))
  requireStep(step, "learnedStepBackward")
  // forward: y = s·clip(round(v), -q, q) with v = W/s; round taken for the identity where v has a slope
  let shares = weight.map { weight -> Scalar in
    let v = weight / step
    return abs(v) > q ? level(v, q) : level(v, q) - v
  }
  return (
    fakeQuantizeBackward(dY, weight: weight, step: step, bits: bits), (dY * shares).sum()
  )
}

/// clip(round(v), -q, q); NaN stays.
@inline(__always)
private func level<Scalar: Real>(_ v: Scalar, _ q: Scalar) -> Scalar {
  v > q ? q : v < -q ? -q : v.rounded(.toNearestOrEven)
}

private func requireSameShapes<Scalar: Real>(
  _ dY: Tensor<Scalar>, _ weight: Tensor<Scalar>, _ name: String
) {
  require(
    dY.shape == weight.shape,
    "\(name): dy is \(dY.shape), W is \(weight.shape); both must be of one shape")
}

/// A NaN goes through: it comes from weights that are none.
private func requireStep<Scalar: Real>(_ step: Scalar, _ name: String) {
  require(
    step > 0 || step.isNaN,
    "\(name): the step is \(step); it must be above 0. A step that is learned is best kept there by the "
      + "optimizer's rate, or learned as its logarithm")
}
