// What a row of scores says of each action: its probability π, and log π, which stays finite where π is
// rounded to 0.

public import Core
import Kernels

/// π = softmax(z) and log π, in each row: `[m, actions]`, both.
///
/// log π = (z - max z) - log Σ e^(z - max z). A score of -∞ has the probability 0 and the logarithm -∞.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
func logProbabilities<Scalar: Real>(
  _ z: Tensor<Scalar>
) -> (probabilities: Tensor<Scalar>, logs: Tensor<Scalar>) {
  let (p, n) = (softmax(z), z.columns)
  var logs = z
  for i in 0..<z.rows {
    let row = i * n..<(i + 1) * n
    var peak = row.lowerBound
    for j in row where !(z.storage[j] <= z.storage[peak]) {
      if !z.storage[peak].isNaN { peak = j }
    }
    let largest = z.storage[peak]
    guard largest.isFinite else {
      for j in row { logs.storage[j] = Scalar.log(p.storage[j]) }
      continue
    }
    // One term is e⁰ = 1: log(1 + x) keeps the digits of the others.
    let others = blockedSum(row) { $0 == peak ? 0 : Scalar.exp(z.storage[$0] - largest) }
    let rest = Scalar.log(onePlus: others)
    for j in row { logs.storage[j] = (z.storage[j] - largest) - rest }
  }
  return (p, logs)
}

/// log π(a) of one action a row: `[m]`.
///
/// What PPO keeps of the policy that has acted.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func logProbabilities<Scalar: Real>(
  of actions: [Int], logits z: Tensor<Scalar>
) -> Tensor<Scalar> {
  requireActions(actions, for: z, "logProbabilities(of:)")
  let logs = logProbabilities(z).logs
  return Tensor(actions.enumerated().map { logs.storage[$0.offset * z.columns + $0.element] })
}

/// Stops with a sentence unless there is one action a row, and each is one of the columns.
func requireActions<Scalar>(_ actions: [Int], for z: Tensor<Scalar>, _ owner: StaticString) {
  require(
    z.rank == 2 && z.rows == actions.count && z.rows >= 1 && z.shape[1] >= 1,
    "\(owner): \(z.shape) scores for \(actions.count) actions; scores must be [m, actions], with one "
      + "action taken a row, and a row at least")
  for (i, action) in actions.enumerated() {
    require(
      0 <= action && action < z.shape[1],
      "\(owner): row \(i) took the action \(action); it must be one of 0..<\(z.shape[1])")
  }
}

/// Stops with a sentence unless a vector has one number a row; [m, 1] beside [m] would be an [m, m].
func requireVector<Scalar>(
  _ vector: Tensor<Scalar>, _ rows: Int, _ name: @autoclosure () -> String
) {
  require(
    vector.shape == [rows],
    "\(name()) are \(vector.shape); they must be a vector [\(rows)], a number a row")
}
