// What the pool of threads uses of Dispatch, for an Embedded Swift that has none.

import System

public enum DispatchTimeInterval: Sendable {
  case milliseconds(Int)
  case nanoseconds(Int)
}

public struct DispatchTime: Comparable, Sendable {
  public var uptimeNanoseconds: UInt64
  public static let distantFuture = DispatchTime(uptimeNanoseconds: .max)

  public static func now() -> DispatchTime {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return DispatchTime(
      uptimeNanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
  }

  public static func < (a: DispatchTime, b: DispatchTime) -> Bool {
    a.uptimeNanoseconds < b.uptimeNanoseconds
  }

  public static func + (time: DispatchTime, interval: DispatchTimeInterval) -> DispatchTime {
    let nanoseconds =
      switch interval {
      case .milliseconds(let count): count * 1_000_000
      case .nanoseconds(let count): count
      }
    return DispatchTime(uptimeNanoseconds: time.uptimeNanoseconds + UInt64(nanoseconds))
  }
}

public final class DispatchSemaphore: @unchecked Sendable {
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  public init(value: Int) { sem_init(semaphore, 0, UInt32(value)) }
  public func wait() { while sem_wait(semaphore) != 0 {} }
  public func signal() { sem_post(semaphore) }
}
