public import Core
import Kernels

/// Which columns of a score matrix a row may see: who may listen to whom.
public enum AttentionMask: Equatable, Sendable {
  /// All of them.
  case none
  /// Row i sees the columns j ≤ i: a place in a text knows itself and what stands before it.
  case causal
  /// Row i sees column j where `[i][j]` is true; each row must see one column at least.
  case visible([[Bool]])

  /// Stops with a sentence unless the mask fits scores of a size and leaves each row a column.
  func require(rows: Int, columns: Int) {
    switch self {
    case .none: break
    case .causal:
      Kernels.require(
        rows == columns,
        "a causal mask: \(rows) queries and \(columns) keys; both must be the places of one sequence"
      )
    case .visible(let table):
      Kernels.require(
        table.count == rows && table.allSatisfy { $0.count == columns },
        "a mask of \(table.count) rows with \(table.map(\.count)) columns for scores of "
          + "[\(rows), \(columns)]; it must be of their size")
      for (i, row) in table.enumerated() {
        Kernels.require(
          row.contains(true),
          "a mask: row \(i) sees no column, and has no weights to share out; let it see one at least"
        )
      }
    }
  }

  /// Whether row i sees column j.
  @inline(__always)
  func shows(_ i: Int, _ j: Int) -> Bool {
    switch self {
    case .none: true
    case .causal: j <= i
    case .visible(let table): table[i][j]
    }
  }
}

extension AttentionMask {
  /// What is added to scores of a size, 0 where they are seen and -∞ where they are not; nil for no mask.
  @specialized(where Scalar == Float)
  @specialized(where Scalar == Double)
  func summands<Scalar: Real>(
    rows: Int, columns: Int, as type: Scalar.Type = Scalar.self
  ) -> [Scalar]? {
    guard self != .none else { return nil }
    var summands = [Scalar](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for j in 0..<columns where !shows(i, j) { summands[i * columns + j] = -.infinity }
    }
    return summands
  }
}

/// P = softmax by rows, with the columns that a row may not see left out: `[.., t, t′]`.
///
/// Their scores count as -∞, not as a large negative number, which a network can learn to pass. So
/// P is 0 there, and so is the gradient of the score, P ⊙ (dP - Σ dP ⊙ P): backward needs no mask.
///
/// - Parameters:
///   - scores: The last two axes are `[t, t′]`, a row a query.
///   - mask: The same for all of them.
/// - Returns: Rows that sum to 1.
@specialized(where Scalar == Float)
@specialized(where Scalar == Double)
public func maskedSoftmax<Scalar>(
  _ scores: Tensor<Scalar>, _ mask: AttentionMask = .none
) -> Tensor<Scalar> {
  require(
    scores.rank >= 2, "maskedSoftmax: the scores are \(scores.shape); they must be [.., t, t′]")
  let (rows, columns) = (scores.shape[scores.rank - 2], scores.shape[scores.rank - 1])
  mask.require(rows: rows, columns: columns)
  var masked = scores
  if let summands = mask.summands(rows: rows, columns: columns, as: Scalar.self) {
    // Set, not added: what is masked may be infinite.
    for start in stride(from: 0, to: masked.count, by: max(1, summands.count)) {
      for (place, summand) in summands.enumerated() where summand != 0 {
        masked.storage[start + place] = summand
      }
    }
  }
  return softmax(masked.lastAxisAsColumns).reshaped(scores.shape)
}

extension Tensor {
  /// The last axis as columns, all others as rows: `[m, t, d]` → `[m·t, d]`.
  var lastAxisAsColumns: Tensor {
    let columns = shape.last ?? 1
    return reshaped([shape.dropLast().reduce(1, *), columns])
  }
}
