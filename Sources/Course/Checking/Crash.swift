import Foundation

/// A trap, as its backtrace tells it.
public enum Crash {
  /// Whether a process has trapped, as far as its standard error tells.
  ///
  /// The backtrace may be half written still.
  public static func isTold(in errors: String) -> Bool {
    errors.contains("Fatal error: ") || errors.contains("*** Signal ")
  }

  /// A trap's message, and the learner's line that led to it.
  static func sentence(in errors: String, signal: Int32) -> String {
    let place = errors.firstMatch(of: /exercises\/\w+\.swift:\d+/).map { ", at \($0.0)" } ?? ""
    if let message = errors.firstMatch(of: /Fatal error: (.+)/)?.1 {
      let isMemory = message.contains("failed to allocate")
      return (isMemory ? "more memory than there is: " : "") + message + place
    }
    // A process that is ended while it writes its backtrace has another signal at last.
    let first = errors.firstMatch(of: /\*\*\* Signal (\d+)/).flatMap { Int32($0.1) }
    return switch first ?? signal {
    case SIGSEGV, SIGBUS:
      "out of stack or memory\(place): does a function call itself without an end?"
    case SIGKILL: "ended by the system\(place): did it ask for too much memory?"
    default: "a trap (signal \(signal))\(place)"
    }
  }
}
