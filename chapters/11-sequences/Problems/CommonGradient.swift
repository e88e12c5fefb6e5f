import Checking
import Core

/// The d of which some gradients are made, dW = inputᵀ·d for each of several inputs and db = Σ d over the
/// batch; nil where they are made of none, or more than one would do.
///
/// - Parameters:
///   - gradients: Each input `[m, in]` and the gradient of its weights, `[in, k]`.
///   - db: The gradient of the bias, `[k]`.
/// - Returns: d, `[m, k]`.
func commonGradient(of gradients: [(input: Matrix, dW: Matrix)], db: Matrix) -> Matrix? {
  guard let m = gradients.first?.input.rows else { return nil }
  let samples = (0..<m).map { row in
    gradients.flatMap { gradient in (0..<gradient.input.columns).map { gradient.input[row, $0] } }
      + [1.0]
  }
  var d = Matrix(shape: [m, db.count])
  for k in 0..<db.count {
    let sums = gradients.flatMap { gradient in (0..<gradient.dW.rows).map { gradient.dW[$0, k] } }
    guard let found = Combination(of: sums + [db[k]], over: samples) else { return nil }
    for row in 0..<m { d[row, k] = found.factors[row] }
  }
  return d
}

/// Names in a list, as a sentence has them: i, f and o.
func listed(_ names: [String]) -> String {
  names.count < 2
    ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
}
