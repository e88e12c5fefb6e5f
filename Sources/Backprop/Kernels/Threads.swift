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
@usableFromInline
package func parallel(_ count: Int, grain: Int, worth: Bool, _ body: (Range<Int>) -> Void) {
  require(
    count >= 0 && grain >= 1,
    "parallel: \(count) elements in parts of \(grain); it takes 0 or more, in parts of 1 or more")
  let threads = Threads.count
  guard worth, threads > 1, count >= 2 &* grain else { return body(0..<count) }
  let wanted = min(threads, Crew.mostParts)
  let share = (count &+ wanted &- 1) / wanted
  let part = (share &+ grain &- 1) / grain &* grain
  Crew.shared.run((count &+ part &- 1) / part, threads: threads) { index in
    body(index &* part..<min((index &+ 1) &* part, count))
  }
}

#if arch(x86_64)
  /// `pause`: a spinning thread leaves the core to the other thread on it.
  ///
  /// Two processors are often two threads of one core. A loop that spins at full speed takes nearly
  /// half of what the other computes with. The standard library's Mutex spins with the same line.
  @_extern(c, "llvm.x86.sse2.pause")
  private func spinPause()
#else
  /// Processors of this kind run one thread on a core.
  private func spinPause() {}
#endif

/// Threads that wait for work beside the caller.
///
/// They spin for a millisecond before they sleep: waking a sleeping thread takes 30 to 60 µs, as long
/// as a whole matrix product here. Nobody waits for one that is not awake yet: the caller takes parts
/// as the others do, and the region ends when every part is done. It takes them from the front, the
/// others from the back: so a thread meets the parts that it had in the region before, and finds them
/// in its own cache. On a busy machine the system may hold a thread back in the middle of its part;
/// for some milliseconds the caller then works alone.
final class Crew: @unchecked Sendable {
  static let shared = Crew()
  static let mostParts = 0xFFFF

  /// The region in hand: its number, how many parts it has, how many are taken from the back, and how
  /// many from the front, 16 bits each.
  private let region = Atomic<UInt64>(0)
  /// How many parts of it are done.
  private let finished = Atomic<Int>(0)
  /// How many members may work on it.
  private let wanted = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let members: [Member]
  /// What the parts are; written before `region`, and read by those only who have taken a part.
  private nonisolated(unsafe) var job: (Int) -> Void = { _ in }
  /// Until when the caller works alone, and for how many milliseconds it will after the next delay;
  /// used by the thread only that has set `busy`.
  private nonisolated(unsafe) var (alone, penalty) = (DispatchTime.now(), Crew.leastPenalty)
  private static let (leastPenalty, mostPenalty) = (4, 64)

  final class Member: Sendable {
    let asleep = Atomic<Bool>(false)
    let wake = DispatchSemaphore(value: 0)
  }

  private init() {
    let processors = min(ProcessInfo.processInfo.activeProcessorCount, Threads.mostUseful)
    members = (1..<max(2, processors)).map { _ in Member() }
    for index in members.indices {
      let thread = Thread { [self] in serve(index) }
      thread.stackSize = 8 << 20
      thread.start()
    }
  }

  /// Calls `body` with 0, 1, … parts - 1, each once, at the same time where threads are free.
  func run(_ parts: Int, threads: Int, _ body: (Int) -> Void) {
    // Another caller has the threads: do the work here, with the same result.
    guard !busy.exchange(true, ordering: .acquiring) else {
      for part in 0..<parts { body(part) }
      return
    }
    defer { busy.store(false, ordering: .releasing) }
    let start = DispatchTime.now()
    guard start >= alone else {
      for part in 0..<parts { body(part) }
      return
    }
    withoutActuallyEscaping(body) { body in
      job = body
      finished.store(0, ordering: .relaxed)
      wanted.store(threads &- 1, ordering: .relaxed)
      let number = region.load(ordering: .relaxed) >> 48 &+ 1
      region.store(number << 48 | UInt64(parts) << 32, ordering: .sequentiallyConsistent)
      for member in members.prefix(threads &- 1)
      where member.asleep.exchange(false, ordering: .sequentiallyConsistent) {
        member.wake.signal()
      }
      work(from: .front)
      if waited(for: parts, since: start) {
        alone = .now() + .milliseconds(penalty)
        penalty = min(2 &* penalty, Self.mostPenalty)
      } else {
        penalty = max(penalty / 2, Self.leastPenalty)
      }
      job = { _ in }
    }
  }

  /// Waits until all parts of a region are done that began at `start`.
  ///
  /// - Returns: Whether that took longer than uneven parts explain, or a processor that has slept and
  ///   is slow at first.
  private func waited(for parts: Int, since start: DispatchTime) -> Bool {
    var (spins, limit) = (0, DispatchTime.distantFuture)
    while finished.load(ordering: .acquiring) < parts {
      spinPause()
      spins &+= 1
      if spins == 1000 {
        let now = DispatchTime.now()
        let own = Int(now.uptimeNanoseconds &- start.uptimeNanoseconds)
        limit = now + .nanoseconds(200_000 &+ 2 &* own)
      }
      if spins > 1000 { sched_yield() }
    }
    return spins > 1000 && DispatchTime.now() > limit
  }

  private enum End { case front, back }

  /// Takes parts of the region in hand, and does them, until all are taken.
  private func work(from end: End) {
    while let part = takePart(from: end) {
      perform(part)
      finished.add(1, ordering: .releasing)
    }
  }

  private func takePart(from end: End) -> Int? {
    var seen = region.load(ordering: .relaxed)
    while true {
      let (parts, back, front) = (seen >> 32 & 0xFFFF, seen >> 16 & 0xFFFF, seen & 0xFFFF)
      guard front &+ back < parts else { return nil }
      let (exchanged, original) = region.weakCompareExchange(
        expected: seen, desired: seen &+ (end == .front ? 1 : 1 << 16), ordering: .acquiring)
      if exchanged { return Int(end == .front ? front : parts &- 1 &- back) }
      seen = original
    }
  }

  /// Not inlined, so that the closure is released before the caller learns that it has ended.
  @inline(never)
  private func perform(_ part: Int) { job(part) }

  private func serve(_ index: Int) {
    let member = members[index]
    var seen: UInt64 = 0
    while true {
      var (spins, patience) = (0, DispatchTime.distantFuture)
      while region.load(ordering: .acquiring) >> 48 == seen {
        spinPause()
        spins &+= 1
        // The clock is looked at now and then: how long a turn takes depends on the processor.
        guard spins & 255 == 0 else { continue }
        if spins == 256 { patience = .now() + .milliseconds(1) }
        guard DispatchTime.now() > patience else { continue }
        spins = 0
        member.asleep.store(true, ordering: .sequentiallyConsistent)
        let called =
          region.load(ordering: .sequentiallyConsistent) >> 48 != seen
          && member.asleep.exchange(false, ordering: .sequentiallyConsistent)
        if !called { member.wake.wait() }
      }
      seen = region.load(ordering: .acquiring) >> 48
      if index < wanted.load(ordering: .relaxed) { work(from: .back) }
    }
  }
}
