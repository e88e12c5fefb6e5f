// What came after each step: from the last step to the first, one pass.

public import Core
import Kernels

/// Discounted returns, G_t = r_t + γ(1 - done_t)·G_{t+1}, with `bootstrap` after the last step.
///
/// `done` says that nothing comes after a step because the task has ended there: the pole fell. Where a
/// clock ran out, or a recording was cut, something would have come: it is estimated, and given as
/// `bootstrap`. Where a clock ran out within a recording, add γ·V of the state that was reached to that
/// step's reward, and say that it is done: it is a cut with an estimate of its own.
///
/// Source: Pardo, Tavakoli, Levdik, Kormushev, "Time limits in reinforcement learning", ICML 2018, for the
/// difference between the two.
///
/// - Parameters:
///   - rewards: r, one a step, `[T]`.
///   - done: Whether the task ended with the step.
///   - gamma: γ, the share of the future, in 0...1.
///   - bootstrap: The value of the state after the last step, where it is not done.
/// - Returns: G, `[T]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func discountedReturns<Scalar: Real>(
  rewards: Tensor<Scalar>, done: [Bool], gamma: Scalar, bootstrap: Scalar
) -> Tensor<Scalar> {
  requireVector(rewards, done.count, "discountedReturns: with \(done.count) ends, the rewards")
  requireDiscount(gamma, "discountedReturns")
  var (returns, next) = (rewards, bootstrap)
  for t in done.indices.reversed() {
    if !done[t] { returns.storage[t] += scaled(next, by: gamma) }
    next = returns.storage[t]
  }
  return returns
}

/// Generalised advantages, A_t = δ_t + γλ(1 - done_t)·A_{t+1}, with
/// δ_t = r_t + γ(1 - done_t)·V_{t+1} - V_t.
///
/// λ = 0 trusts the critic after one step, λ = 1 is the return less V; between the two, steps that are
/// further away count less. A + V is the critic's target.
///
/// Source: Schulman, Moritz, Levine, Jordan, Abbeel, "High-dimensional continuous control using generalized
/// advantage estimation", ICLR 2016, equation 16.
///
/// - Parameters:
///   - rewards: r, one a step, `[T]`.
///   - values: V of the state before each step, `[T]`.
///   - done: Whether the task ended with the step.
///   - gamma: γ, in 0...1.
///   - lambda: λ, in 0...1.
///   - bootstrap: V of the state after the last step.
/// - Returns: A, `[T]`.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func generalizedAdvantages<Scalar: Real>(
  rewards: Tensor<Scalar>, values: Tensor<Scalar>, done: [Bool], gamma: Scalar, lambda: Scalar,
  bootstrap: Scalar
) -> Tensor<Scalar> {
  requireVector(rewards, done.count, "generalizedAdvantages: with \(done.count) ends, the rewards")
  requireVector(values, done.count, "generalizedAdvantages: with \(done.count) ends, the values")
  requireDiscount(gamma, "generalizedAdvantages")
  require(
    0 <= lambda && lambda <= 1,
    "generalizedAdvantages: λ is \(lambda); it must be in 0...1")
  var (advantages, nextValue, next) = (rewards, bootstrap, Scalar(0))
  for t in done.indices.reversed() {
    if !done[t] {
      advantages.storage[t] += scaled(nextValue, by: gamma) + scaled(next, by: gamma * lambda)
    }
    advantages.storage[t] -= values.storage[t]
    (next, nextValue) = (advantages.storage[t], values.storage[t])
  }
  return advantages
}

/// Numbers less their mean, divided by their standard deviation; zeros where all are equal.
///
/// One number alone, or equal ones, say nothing of better and worse: 0/0 is not taken. Nor do numbers that
/// differ in their last digit alone. The deviation is that of the numbers themselves, divided by n.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func standardized<Scalar: Real>(_ x: Tensor<Scalar>) -> Tensor<Scalar> {
  require(x.count >= 1, "standardized: there is no number; give one at least")
  let centred = x - x.mean()
  let square = centred.squaredNorm()
  let deviation = (square / Scalar(x.count)).squareRoot()
  let size = max(abs(x.max()), abs(x.min()))
  // The mean is rounded, and squares may be beyond the range: where either would tell, go by differences.
  let isSafe =
    deviation > 16 * Scalar.ulpOfOne * size && square.isFinite
    && square >= Scalar.leastNormalMagnitude / Scalar.ulpOfOne
  return isSafe || !size.isFinite ? centred / deviation : standardizedByDifferences(x, size)
}

/// The same from how far each number is above the smallest, in units of the range: nothing is rounded away
/// of near numbers, nothing overflows, and nothing becomes 0.
private func standardizedByDifferences<Scalar: Real>(
  _ x: Tensor<Scalar>, _ size: Scalar
) -> Tensor<Scalar> {
  let unit = size < 1e-30 ? 0x1p500 : 0x1p-500
  let low = Double(x.min())
  let above = x.scalars.map { Double($0) * unit - low * unit }
  let range = above.max() ?? 0
  guard range > 0 else { return Tensor(repeating: 0, shape: x.shape) }
  let shares = above.map { $0 / range }
  let mean = shares.reduce(0, +) / Double(shares.count)
  let deviation = (shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(shares.count))
    .squareRoot()
  let isRounding = deviation * range <= Double(size) * unit * Double(Scalar.ulpOfOne)
  return Tensor(
    shares.map { isRounding ? 0 : Scalar(($0 - mean) / deviation) }, shape: x.shape)
}

/// Stops with a sentence unless γ is in 0...1.
func requireDiscount<Scalar: Real>(_ gamma: Scalar, _ owner: StaticString) {
  require(0 <= gamma && gamma <= 1, "\(owner): γ is \(gamma); it must be in 0...1")
}
