import Foundation

/// A trap, as its backtrace tells it.
enum Crash {
  /// A trap's message, and the learner's line that led to it.
  static func sentence(in errors: String, signal: Int32) -> String {
    let unnamed =
      switch signal {
      case SIGSEGV, SIGBUS: "out of stack or memory: does a function call itself without an end?"
      case SIGKILL: "ended by the system: did it ask for too much memory?"
      default: "a trap (signal \(signal))"
      }
    let message = errors.firstMatch(of: /Fatal error: (.+)/).map { String($0.1) } ?? unnamed
    let place = errors.firstMatch(of: /exercises\/\w+\.swift:\d+/)?.0
    return message + (place.map { ", at \($0)" } ?? "")
  }
}
