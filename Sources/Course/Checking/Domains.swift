package import Core

// What the questions of several chapters permit.

extension Tensor where Scalar == Double {
  /// Whether each row is at least 0 and sums to 1.
  package var areDistributions: Bool {
    scalars.allSatisfy { $0 >= 0 } && sum(axis: 1).scalars.allSatisfy { abs($0 - 1) < 1e-9 }
  }
}
