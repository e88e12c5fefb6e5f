import Synchronization
import Dispatch
import Foundation

/// How many threads the kernels use.
///
/// Whatever their number, results are the same to the last bit: work is shared out by elements of
/// the result, and no sum is ever split.
public enum Threads {
  private static let chosen = Atomic<Int>(
    min(ProcessInfo.processInfo.activeProcessorCount, mostUseful))
  /// Beyond this, waking a thread costs more than these matrices give back.
  static let mostUseful = 4

  /// The number in use, 1 or more; at first that of the machine's processors, 4 at most.
  public static var count: Int {
    get { chosen.load(ordering: .relaxed) }
    set {
      require(newValue >= 1, "Threads.count: \(newValue) threads cannot compute; use 1 or more")
      chosen.store(newValue, ordering: .relaxed)
    }
  }
}

/// Calls `body` on parts of 0..<count, on several threads where that is worth it.
///
/// - Parameters:
///   - count: How many elements there are to share out.
///   - grain: Parts begin at multiples of this.
///   - worth: Whether there is enough work; a region costs about a microsecond.
///   - body: Works on a part; parts do not overlap.
public func parallel(_ count: Int, grain: Int, worth: Bool, _ body: (Range<Int>) -> Void) {
  let threads = Threads.count
  guard worth, threads > 1, count >= 2 &* grain else { return body(0..<count) }
  let share = (count &+ threads &- 1) / threads
  let part = (share &+ grain &- 1) / grain &* grain
  Crew.shared.run(threads) { index in
    let lower = min(index &* part, count)
    let upper = min(lower &+ part, count)
    if lower < upper { body(lower..<upper) }
  }
}

/// Threads that wait for work beside the caller.
///
/// They spin for a millisecond before they sleep: waking a sleeping thread takes 30 to 60 µs,
/// as long as a whole matrix product here.
final class Crew: @unchecked Sendable {
  static let shared = Crew()

  /// The number of the region that is running or was last.
  private let issued = Atomic<Int>(0)
  private let working = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let members: [Member]
  /// What the region's threads do; written before `issued`, read after it.
  private nonisolated(unsafe) var job: (Int) -> Void = { _ in }

  final class Member: Sendable {
    let asleep = Atomic<Bool>(false)
    let wake = DispatchSemaphore(value: 0)
  }

  private init() {
    let processors = min(ProcessInfo.processInfo.activeProcessorCount, Threads.mostUseful)
    members = (1..<max(2, processors)).map { _ in Member() }
    for index in members.indices {
      let thread = Thread { [unowned self] in serve(index) }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  /// Calls `body` with 0, 1, … parts - 1, each once, at the same time where threads are free.
  func run(_ parts: Int, _ body: (Int) -> Void) {
    // Another caller has the threads: do the work here, with the same result.
    guard !busy.exchange(true, ordering: .acquiring) else {
      for part in 0..<parts { body(part) }
      return
    }
    let helpers = min(parts &- 1, members.count)
    withoutActuallyEscaping(body) { body in
      job = { index in
        guard index <= helpers else { return }
        for part in stride(from: index, to: parts, by: helpers &+ 1) { body(part) }
      }
      working.store(members.count, ordering: .relaxed)
      issued.add(1, ordering: .sequentiallyConsistent)
      for member in members where member.asleep.exchange(false, ordering: .sequentiallyConsistent) {
        member.wake.signal()
      }
      perform(0)
      var spins = 0
      while working.load(ordering: .acquiring) > 0 {
        spins &+= 1
        if spins > 20_000 { sched_yield() }
      }
      job = { _ in }
    }
    busy.store(false, ordering: .releasing)
  }

  private func serve(_ index: Int) {
    let member = members[index]
    var seen = 0
    while true {
      var (spins, patience) = (0, DispatchTime.distantFuture)
      while issued.load(ordering: .acquiring) == seen {
        spins &+= 1
        // The clock is looked at now and then: how long a turn takes depends on the processor.
        guard spins & 1023 == 0 else { continue }
        if spins == 1024 { patience = .now() + .milliseconds(1) }
        guard DispatchTime.now() > patience else { continue }
        spins = 0
        member.asleep.store(true, ordering: .sequentiallyConsistent)
        let called =
          issued.load(ordering: .sequentiallyConsistent) != seen
          && member.asleep.exchange(false, ordering: .sequentiallyConsistent)
        if !called { member.wake.wait() }
      }
      seen &+= 1
      perform(index &+ 1)
      working.subtract(1, ordering: .releasing)
    }
  }

  /// Not inlined, so that the closure is released before the caller learns that it has ended.
  @inline(never)
  private func perform(_ index: Int) { job(index) }
}
