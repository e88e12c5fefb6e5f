import Foundation
import Testing

/// Runs tests that wait for programs on a few threads of their own.
///
/// The pool that all tests share has a thread for each core, and none to spare for one that waits: with
/// all of them in `waitUntilExit` nobody takes note of the children that have ended.
struct Aside: SuiteTrait, TestTrait, TestScoping {
  var isRecursive: Bool { true }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing run: @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Threads.shared) { try await run() }
  }
}

extension Trait where Self == Aside {
  static var aside: Self { Self() }
}

/// As many threads as there are cores, and no more jobs at once: these tests measure time, too.
private final class Threads: TaskExecutor {
  static let shared = Threads()
  private let queue = OperationQueue()

  private init() {
    queue.maxConcurrentOperationCount = ProcessInfo.processInfo.activeProcessorCount
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.addOperation { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
