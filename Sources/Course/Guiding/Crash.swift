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
  package static func sentence(in errors: String, signal: Int32) -> String {
    // What stands before the backtrace is the message, after whatever the function wrote itself.
    let start = errors.firstRange(of: "\n*** Signal ")?.lowerBound ?? errors.endIndex
    let (said, trace) = (errors[..<start], errors[start...])
    let message = message(in: said)
    let line = message?.line ?? trace.firstMatch(of: /exercises\/[^\/:\n]+\.swift:\d+/)?.0
    let place = line.map { ", at \($0)" } ?? ""
    if let message { return message.reason + place }
    if trace.contains(#/ abort \+ \d+ in /#) { return "abort() was called\(place)" }
    if let failure = trace.firstMatch(of: /\*\*\* Swift runtime failure: (.+?) \*\*\*/)?.1 {
      let meaning = failure == "arithmetic overflow" ? ": a result does not fit its type" : ""
      return failure + meaning + place
    }
    // A process that is ended while it writes its backtrace has another signal at last.
    let first = trace.firstMatch(of: /\*\*\* Signal (\d+)/).flatMap { Int32($0.1) }
    switch first ?? signal {
    case SIGSEGV, SIGBUS:
      if trace.contains(/dereference at 0x0{12}[0-9a-f]{4}\b/) {
        return "a pointer to nothing was followed\(place)"
      }
      return "out of stack or memory\(place): does a function call itself without an end?"
    case SIGKILL: return "ended by the system\(place): did it ask for too much memory?"
    case SIGILL, SIGTRAP: return "a trap (signal \(first ?? signal))\(place)"
    default: return "ended by signal \(first ?? signal)\(place)"
    }
  }

  /// What the runtime says last before a backtrace; with the line, where it is the learner's.
  private static func message(in said: Substring) -> (reason: String, line: Substring?)? {
    // A conflict of access is followed by its frames.
    let lines = said.split(separator: "\n").suffix(60)
    for text in lines.reversed() {
      // Files are named with their module: Exercises/Chapter01.swift:12: Fatal error: …
      if let trap = text.wholeMatch(
        of: /(?:(\w+)\/([^\/:]+\.swift:\d+): )?(\w+ (?:error|failed))(?:: (.+))?/),
        ["Fatal error", "Precondition failed", "Assertion failed"].contains(trap.3)
      {
        let isOwn = trap.1.map { $0.hasPrefix("Exercises") || $0.hasPrefix("Hostile") } ?? false
        return (
          reason(String(trap.3), trap.4.map(String.init)),
          isOwn ? trap.2.map { "exercises/\($0)" } : nil
        )
      }
      if let cast = text.firstMatch(of: /Could not cast value of type '(.+?)'.* to '(.+?)'/) {
        return ("as!: a value of type \(cast.1) is no \(cast.2)", nil)
      }
      if text.contains("Simultaneous accesses to ") {
        return ("one variable is changed in two places at the same time (exclusive access)", nil)
      }
    }
    return nil
  }

  private static func reason(_ kind: String, _ text: String?) -> String {
    // An address says nothing, and another thing each time.
    let text = text?.replacing(#/ 0x[0-9a-f]+/#, with: "")
    guard kind == "Fatal error" else {
      return kind.lowercased() + (text.map { ": \($0)" } ?? "")
    }
    guard let text else { return "a fatal error" }
    return (text.contains("failed to allocate") ? "more memory than there is: " : "") + text
  }
}

/// Stands in for the C library's `abort`, which hides its caller from a backtrace.
///
/// Failed casts, conflicts of access and memory that is not there end in it. It traps, for a signal
/// to the process might come to another thread.
@_cdecl("abort") func abortInSight() {
  _ = Int.max + Int(getpid())
}
