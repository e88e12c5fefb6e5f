import Checking
import Core

// What the questions about policies share.

/// The softmax of each row, and its logarithm, which is finite where the softmax is rounded to 0.
func policy(_ logits: Matrix) -> (pi: Matrix, log: Matrix) {
  let sums = logSumExp(logits)
  var log = logits
  for i in 0..<logits.rows {
    for j in 0..<logits.columns { log[i, j] -= sums[i] }
  }
  return (softmax(logits), log)
}

/// The entropy of each row.
func entropies(_ logits: Matrix) -> Matrix {
  let (pi, log) = policy(logits)
  return -(pi * log).sum(axis: 1)
}

/// A row for each number of a vector, with that number in each column.
func spread(_ vector: Matrix, _ columns: Int) -> Matrix {
  Matrix(
    vector.scalars.flatMap { [Double](repeating: $0, count: columns) },
    shape: [vector.count, columns])
}

/// Ones at the actions taken.
func taken(_ actions: [Int], _ columns: Int) -> Matrix { oneHot(actions, classes: columns) }

/// The element of one action a row.
func picked(_ x: Matrix, _ actions: [Int]) -> Matrix {
  Matrix(actions.enumerated().map { x[$0.offset, $0.element] })
}
