import Dispatch

/// Two computations that do not depend on each other, side by side where there are two threads.
///
/// A convolution's dx and dW are such a pair; answers in plain loops take their time.
package func both<First, Second>(
  _ first: @escaping () -> First, _ second: @escaping () -> Second
) -> (First, Second) {
  guard Threads.count > 1 else { return (first(), second()) }
  // Each thread calls one closure and writes one result, and the call waits for both.
  nonisolated(unsafe) let (one, two) = (first, second)
  // Two variables: the parts of a tuple are one variable to the law of exclusive access.
  nonisolated(unsafe) var a: First?
  nonisolated(unsafe) var b: Second?
  DispatchQueue.concurrentPerform(iterations: 2) { index in
    if index == 0 { a = one() } else { b = two() }
  }
  guard let a, let b else { fatalError("a result is missing") }
  return (a, b)
}
