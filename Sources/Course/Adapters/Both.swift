import Backprop
import Dispatch

/// Two computations that do not depend on each other, side by side where there are two threads.
///
/// A convolution's dx and dW are such a pair; answers in plain loops take their time.
func both<First, Second>(
  _ first: @escaping () -> First, _ second: @escaping () -> Second
) -> (First, Second) {
  guard Threads.count > 1 else { return (first(), second()) }
  // Each thread calls one closure and writes one result, and the call waits for both.
  nonisolated(unsafe) let (one, two) = (first, second)
  nonisolated(unsafe) var results: (first: First?, second: Second?)
  DispatchQueue.concurrentPerform(iterations: 2) { index in
    if index == 0 { results.first = one() } else { results.second = two() }
  }
  guard let a = results.first, let b = results.second else { fatalError("a result is missing") }
  return (a, b)
}
