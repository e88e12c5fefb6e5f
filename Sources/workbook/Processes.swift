import Foundation
import Synchronization

/// The children that run now, for the moment when the guide must leave.
enum Processes {
  /// What asks the guide to leave.
  static let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
  private static let groups = Mutex<Set<pid_t>>([])

  /// Starts a child and notes its group, with no moment between in which it would be forgotten.
  static func starting(_ start: () -> (failure: Int32, group: pid_t?)) -> Int32 {
    groups.withLock { groups in
      let (failure, group) = start()
      if let group { groups.insert(group) }
      return failure
    }
  }

  static func ended(_ group: pid_t) { groups.withLock { _ = $0.remove(group) } }

  /// Leaves at once, with the terminal as it was and no process behind.
  static func leave(_ status: Int32) -> Never {
    Keys.restore()
    groups.withLock { groups in
      // `swift build` ends its own children, which are in other groups, when it is interrupted.
      for group in groups { kill(-group, SIGINT) }
      for _ in 0..<100 where !groups.isEmpty {
        groups = groups.filter { waitpid($0, nil, WNOHANG) == 0 }
        if !groups.isEmpty { usleep(10_000) }
      }
      for group in groups {
        kill(-group, SIGKILL)
        waitpid(group, nil, 0)
      }
    }
    _exit(status)
  }

  /// Sees to it that Ctrl-C, a closed terminal and `kill` leave nothing behind.
  static func handleSignals() -> [any DispatchSourceSignal] {
    signal(SIGPIPE, SIG_IGN)
    let goesOn = DispatchSource.makeSignalSource(signal: SIGCONT, queue: .global())
    goesOn.setEventHandler { Keys.resume() }
    goesOn.resume()
    return [goesOn]
      + signals.map { number in
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
        source.setEventHandler { leave(128 + number) }
        source.resume()
        return source
      }
  }
}
