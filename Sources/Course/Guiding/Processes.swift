package import Dispatch
import Foundation
import Synchronization

/// The children that run now, for the moment when their parent must leave.
package enum Processes {
  /// What asks a program to leave.
  package static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  /// What `kill` is told to reach each child: its group, or itself.
  private static let targets = Mutex<Set<pid_t>>([])
  /// Puts the terminal back as it was.
  private static let tidying = Mutex<@Sendable () -> Void>({})
  /// What is handled or ignored here, and shall not be so in a child.
  private static let handled = Mutex<Set<Int32>>([SIGPIPE])

  static var ownSignals: Set<Int32> { handled.withLock { $0 } }

  /// Starts a child and notes it, with no moment between in which it would be forgotten.
  static func starting(_ start: () -> (failure: Int32, target: pid_t?)) -> Int32 {
    targets.withLock { targets in
      let (failure, target) = start()
      if let target { targets.insert(target) }
      return failure
    }
  }

  static func ended(_ target: pid_t) { targets.withLock { _ = $0.remove(target) } }

  /// Leaves at once, with the terminal as it was and no process behind.
  ///
  /// The first to leave says with which status: whoever waits for a child meanwhile, and finds it
  /// ended by this, does not get past the note of it.
  package static func leave(_ status: Int32) -> Never {
    tidying.withLock { $0() }
    targets.withLock { targets -> Never in
      // `swift build` ends its own children, which are in other groups, when it is interrupted.
      for target in targets { kill(target, SIGINT) }
      for _ in 0..<100 where !targets.isEmpty {
        targets = targets.filter { waitpid(abs($0), nil, WNOHANG) == 0 }
        if !targets.isEmpty { usleep(10_000) }
      }
      for target in targets {
        kill(target, SIGKILL)
        waitpid(abs(target), nil, 0)
      }
      _exit(status)
    }
  }

  /// Sees to it that Ctrl-C, a closed terminal and `kill` leave nothing behind.
  ///
  /// - Parameter tidy: What is done before, such as putting the terminal back as it was.
  /// - Returns: What must be kept for as long as signals are to be handled.
  package static func handleSignals(
    tidy: @escaping @Sendable () -> Void = {}
  ) -> [any DispatchSourceSignal] {
    tidying.withLock { $0 = tidy }
    signal(SIGPIPE, SIG_IGN)
    // Where `nohup` has asked that the program outlive its terminal, it does.
    let before = signal(SIGHUP, SIG_IGN)
    let isNohup = before.map { unsafeBitCast($0, to: Int.self) } == 1
    return signals.filter { $0 != SIGHUP || !isNohup }.map { number in
      handle(number) { leave(128 + number) }
    }
  }

  /// Lets something else be done than a signal would do by itself.
  package static func handle(
    _ number: Int32, _ body: @escaping @Sendable () -> Void
  ) -> any DispatchSourceSignal {
    handled.withLock { _ = $0.insert(number) }
    signal(number, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler(handler: body)
    source.resume()
    return source
  }
}
