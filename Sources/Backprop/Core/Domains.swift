import Kernels

// The domains of hyperparameters. A NaN is in none of them.

/// Stops with a sentence unless a rate, a decay or a strength is finite and at least 0.
package func requireNotNegative<Scalar: Real>(_ x: Scalar, _ name: @autoclosure () -> String) {
  require(x >= 0 && x.isFinite, "\(name()) is \(x); it must be at least 0, and finite")
}

/// Stops with a sentence unless an ε, a step or a length is finite and above 0.
package func requirePositive<Scalar: Real>(_ x: Scalar, _ name: @autoclosure () -> String) {
  require(x > 0 && x.isFinite, "\(name()) is \(x); it must be positive, and finite")
}

/// Stops with a sentence unless a number, of any sign, is finite.
package func requireFinite<Scalar: Real>(_ x: Scalar, _ name: @autoclosure () -> String) {
  require(x.isFinite, "\(name()) is \(x); it must be finite")
}

/// Stops with a sentence unless the share of an average that stays is in 0..<1.
package func requireShare<Scalar: Real>(_ x: Scalar, _ name: @autoclosure () -> String) {
  require(0 <= x && x < 1, "\(name()) is \(x); it must be at least 0, under 1")
}

/// Stops with a sentence unless a stride, a window or another size along an axis is in a range that leaves
/// room for sums and products: up to 2³⁰.
package func requireSize(_ n: Int, atLeast least: Int = 1, _ name: @autoclosure () -> String) {
  require(least <= n && n <= 1 << 30, "\(name()) of \(n); it must be \(least) or more, 2³⁰ at most")
}

/// Stops with a sentence unless an input's shape, as a cache keeps it, is one.
package func requireShape(_ shape: [Int], rank: Int, _ owner: String) {
  require(
    shape.count == rank && countOfElements(shape) != nil,
    "\(owner): the input's shape is \(shape); it must have \(rank) sizes of 0 or more")
}
