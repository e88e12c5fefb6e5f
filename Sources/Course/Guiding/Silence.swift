import Foundation
import Synchronization

/// Standard output, turned away for a while, so that nobody reads twice what a function prints.
package enum Silence {
  private static let isAllowed = Atomic(false)
  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  /// Says that this process does nothing else than to check one function.
  static func allow() { isAllowed.store(true, ordering: .relaxed) }

  /// Calls a function again that has been called before; what it prints is not wanted again.
  package static func again<Result>(_ body: () throws -> Result) rethrows -> Result {
    isAllowed.load(ordering: .relaxed) ? try during(body) : try body()
  }

  package static func during<Result>(_ body: () throws -> Result) rethrows -> Result {
    fflush(nil)
    let output = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10)
    // Without a number to keep it under, it stays as it is.
    guard output >= 0, nowhere >= 0 else { return try body() }
    dup2(nowhere, STDOUT_FILENO)
    defer {
      fflush(nil)
      dup2(output, STDOUT_FILENO)
      close(output)
    }
    return try body()
  }
}
