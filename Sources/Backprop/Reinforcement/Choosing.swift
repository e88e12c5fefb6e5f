// From scores to actions.

public import Core

/// An action for each row, drawn with the probabilities softmax(z).
///
/// - Parameters:
///   - z: Scores of the actions, `[m, actions]`.
///   - generator: The source of randomness; one number a row.
/// - Returns: An action a row.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func sampledActions<Scalar: Real>(
  logits z: Tensor<Scalar>, using generator: inout SplitMix64
) -> [Int] {
  require(
    z.rank == 2 && z.shape[1] >= 1,
    "sampledActions: the scores are \(z.shape); they must be [m, actions], with an action at least")
  let (p, n) = (softmax(z), z.columns)
  return (0..<z.rows).map { i in
    var rest = Scalar(generator.uniform())
    for j in 0..<n - 1 {
      rest -= p.storage[i * n + j]
      if rest < 0 { return j }
    }
    // What rounding leaves, the last action that is possible takes.
    var last = n - 1
    while last > 0 && p.storage[i * n + last] == 0 { last -= 1 }
    return last
  }
}

/// The action of the largest value in each row, but with the probability ε any action.
///
/// - Parameters:
///   - q: Values of the actions, `[m, actions]`.
///   - epsilon: ε, in 0...1.
///   - generator: The source of randomness.
/// - Returns: An action a row.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func epsilonGreedyActions<Scalar: Real>(
  _ q: Tensor<Scalar>, epsilon: Double, using generator: inout SplitMix64
) -> [Int] {
  require(
    0 <= epsilon && epsilon <= 1,
    "epsilonGreedyActions: ε is \(epsilon); it must be in 0...1")
  return q.argmaxOfRows().map { best in
    generator.uniform() < epsilon ? generator.integer(below: q.columns) : best
  }
}
