import Dispatch
import Foundation
import Synchronization

/// How far two threads are from each other: the nanoseconds in which a number goes there and back.
///
/// Below 100 where their cores share a cache, several hundred where they do not. A rented machine may
/// have them near now and far a minute later, and a step on two threads then takes twice as long: a
/// measurement says little without this. It takes 30 ms.
func distanceOfThreads() -> Double { Exchange().nanoseconds() }

/// A number that two threads count up in turn.
private final class Exchange: Sendable {
  private let number = Atomic<Int>(0)
  private let ended = Atomic<Bool>(false)

  /// The shortest mean of some intervals: what lengthens the others is something else.
  func nanoseconds() -> Double {
    Thread { [self] in
      while !ended.load(ordering: .relaxed) { take(1024, turnsFrom: 1) }
    }.start()
    defer { ended.store(true, ordering: .relaxed) }
    return (0..<15).map { _ in
      let (start, before) = (DispatchTime.now(), number.load(ordering: .relaxed))
      while DispatchTime.now() < start + .milliseconds(2) { take(1024, turnsFrom: 0) }
      let time = DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds
      return 2 * Double(time) / Double(number.load(ordering: .relaxed) - before)
    }.min() ?? .infinity
  }

  /// Looks at the number a few times, and adds 1 whenever it is `first` or a multiple of 2 beyond.
  @inline(__always)
  private func take(_ looks: Int, turnsFrom first: Int) {
    for _ in 0..<looks {
      let seen = number.load(ordering: .acquiring)
      if seen & 1 == first { number.store(seen &+ 1, ordering: .releasing) }
    }
  }
}
