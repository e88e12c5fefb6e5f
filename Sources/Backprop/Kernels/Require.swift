/// Stops with a sentence that survives optimisation, which the sentence of a `precondition` does not.
///
/// A sentence says what was asked, what came, and what to do.
@inlinable
@inline(__always)
public func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { stop(message()) }
}

/// Kept out of line, so that a check costs its caller one comparison.
@usableFromInline
@inline(never)
func stop(_ message: String) -> Never { fatalError(message) }
