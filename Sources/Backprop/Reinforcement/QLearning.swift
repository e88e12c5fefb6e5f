// The value of each action, learned from the value of the next: a target that is made of guesses, and stopped.

public import Core
import Kernels

/// The targets of Q-learning, y = r + γ(1 - done)·max Q′: `[m]`.
///
/// - Parameters:
///   - rewards: r, `[m]`.
///   - done: Whether the task ended with the step; a clock that ran out is no end.
///   - nextQ: Q′, the values of the actions in the state after the step, `[m, actions]`.
///   - gamma: γ, in 0...1.
/// - Returns: y.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func qTargets<Scalar: Real>(
  rewards: Tensor<Scalar>, done: [Bool], nextQ: Tensor<Scalar>, gamma: Scalar
) -> Tensor<Scalar> {
  require(
    nextQ.rank == 2 && nextQ.rows == done.count && nextQ.shape[1] >= 1,
    "qTargets: next values \(nextQ.shape) with \(done.count) ends; they must be [m, actions], a row for "
      + "each step")
  requireVector(rewards, done.count, "qTargets: the rewards")
  requireDiscount(gamma, "qTargets")
  let n = nextQ.columns
  var targets = rewards
  for i in done.indices where !done[i] {
    var best = nextQ.storage[i * n]
    // A NaN stays the largest.
    for j in i * n..<(i + 1) * n where !(nextQ.storage[j] <= best) && !best.isNaN {
      best = nextQ.storage[j]
    }
    targets.storage[i] += scaled(best, by: gamma)
  }
  return targets
}

/// The loss of Q-learning, 1/m Σ (Q(a) - y)², with targets y that are constants.
///
/// Only the action taken has an error. y is made of Q's own guesses (`qTargets`), or those of a frozen copy;
/// nothing of the gradient goes there.
///
/// Source: Watkins, "Learning from delayed rewards", 1989; as a loss of a network Mnih et al., "Human-level
/// control through deep reinforcement learning", 2015, which takes a network of its own for y.
///
/// - Parameters:
///   - q: Q, the values of the actions, `[m, actions]`.
///   - actions: The action taken in each row.
///   - targets: y, `[m]`.
/// - Returns: The loss, and ∂loss/∂Q.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func qLearningLoss<Scalar: Real>(
  q: Tensor<Scalar>, actions: [Int], targets: Tensor<Scalar>
) -> Loss<Scalar> {
  requireActions(actions, for: q, "qLearningLoss")
  requireVector(targets, q.rows, "qLearningLoss: the targets")
  var (errors, dQ) = (targets, Tensor<Scalar>(shape: q.shape))
  for (i, action) in actions.enumerated() {
    let place = i * q.columns + action
    errors.storage[i] = q.storage[place] - targets.storage[i]
    // forward: (Q(a) - y)²/m
    dQ.storage[place] = 2 * (errors.storage[i] / Scalar(q.rows))
  }
  let (m, squares) = (Double(q.rows), errors.storage.map { Double($0) * Double($0) })
  let loss = squares.reduce(0, +) / m
  if loss.isFinite { return (Scalar(loss), dQ) }
  return (Scalar(errors.storage.reduce(0.0) { $0 + Double($1) / m * Double($1) }), dQ)
}
