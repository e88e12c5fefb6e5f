// What the checks of the kernels are made with.

import Kernels

nonisolated(unsafe) var (checks, failures) = (0, 0)

/// Counts a check, and says which has failed.
func check(_ holds: Bool, _ claim: @autoclosure () -> String) {
  checks += 1
  guard !holds else { return }
  failures += 1
  print("✗ \(claim())")
}

/// Numbers between -1 and 1, the same for each seed.
func random<Scalar: Real>(_ count: Int, _ seed: UInt64) -> [Scalar] {
  var state = seed
  return (0..<count).map { _ in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Scalar(Int(state >> 40) - 1 << 23) / Scalar(1 << 23)
  }
}

/// Whether numbers are the same to the last bit, or NaN both.
func same<Scalar: Real>(_ a: [Scalar], _ b: [Scalar]) -> Bool {
  a.count == b.count && zip(a, b).allSatisfy { $0 == $1 || ($0 != $0 && $1 != $1) }
}

/// Whether numbers differ by no more than the roundings of so many summands, none above 1.
func near<Scalar: Real>(_ a: [Scalar], _ b: [Scalar], summands: Int) -> Bool {
  let most = Scalar.ulpOfOne * Scalar(max(summands, 1))
  return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= most }
}

/// Whether a result is the same to the last bit on 1, 2 and 3 threads.
func isTheSameOnThreads<Scalar: Real>(_ work: () -> [Scalar]) -> Bool {
  defer { Threads.count = 1 }
  Threads.count = 1
  let expected = work()
  return [2, 3].allSatisfy { threads in
    Threads.count = threads
    return (0..<3).allSatisfy { _ in same(work(), expected) }
  }
}
