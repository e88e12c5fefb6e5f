import Foundation

/// A trap, as its backtrace tells it.
enum Crash {
  /// A trap's message, and the learner's line that led to it.
  static func sentence(in errors: String, signal: Int32) -> String {
    let place = errors.firstMatch(of: /exercises\/\w+\.swift:\d+/).map { ", at \($0.0)" } ?? ""
    if let message = errors.firstMatch(of: /Fatal error: (.+)/)?.1 {
      let isMemory = message.contains("failed to allocate")
      return (isMemory ? "more memory than there is: " : "") + message + place
    }
    return switch signal {
    case SIGSEGV, SIGBUS:
      "out of stack or memory\(place): does a function call itself without an end?"
    case SIGKILL: "ended by the system\(place): did it ask for too much memory?"
    default: "a trap (signal \(signal))\(place)"
    }
  }
}
