import Foundation

/// An exercise checked in a process of its own: nothing that is written there can stop the others.
public enum Trial {
  public static let seconds: UInt32 = 10
  /// What begins a line of ours in the child's output; all else is the learner's own printing.
  static let mark = "\u{1E}"

  /// Asks for the backtrace that carries a trap's reason and place; set where children inherit it.
  public static let backtrace =
    "enable=yes,color=no,interactive=no,threads=crashed,registers=none,images=none,output-to=stderr"

  /// In the child: says which case comes, and in the end the verdict.
  ///
  /// The status is a failure always, whoever calls `exit`: only a printed verdict counts.
  public static func run(
    _ exercise: any Exercise, _ answers: any AllChapters.Type, from first: Int = 0
  ) {
    run { exercise.check(answers, from: first, progress: $0) }
  }

  /// The same for any check, which is given what to call as it goes.
  static func run(
    seconds: UInt32 = seconds, _ check: (_ progress: (Progress) -> Void) -> Verdict
  ) {
    alarm(seconds)
    atexit {
      fflush(nil)
      _exit(EXIT_FAILURE)
    }
    let verdict = check {
      switch $0 {
      case .running(let index): print("\n\(mark)case \(index)")
      case .right(let index): print("\n\(mark)right \(index)")
      case .wrong(let diagnosis): send("sofar", .wrong(diagnosis))
      }
      fflush(nil)
    }
    send("verdict", verdict)
  }

  private static func send(_ word: String, _ verdict: Verdict) {
    let line = (try? JSONEncoder().encode(verdict)) ?? Data()
    print("\n\(mark)\(word) " + String(decoding: line, as: UTF8.self))
  }

  /// What a child left behind.
  public struct Remains: Sendable {
    public let output: [UInt8]
    public let errors: [UInt8]
    /// The signal that ended it, if one did.
    public let signal: Int32?

    public init(output: [UInt8], errors: [UInt8], signal: Int32?) {
      (self.output, self.errors, self.signal) = (output, errors, signal)
    }
  }

  /// In the parent: the verdict of an exercise, and what the learner's function printed.
  ///
  /// Where a case stops the child, another child goes on with the next one: its findings help to
  /// say why the first has stopped.
  public static func verdict(
    on exercise: any Exercise, seconds: UInt32 = seconds,
    child: (_ first: Int) async throws -> Remains
  ) async rethrows -> (verdict: Verdict, printed: String) {
    var remains = try await child(0)
    let printed = learnersOwn(remains.output)
    if let verdict = received("verdict", in: remains.output) { return (verdict, printed) }
    let stopped = numbers("case", in: remains.output).last ?? 0
    var reason = reason(in: remains, seconds: seconds)
    reason += "\nwith \(exercise.describe(case: stopped))"
    var right = numbers("right", in: remains.output)
    var known = received("sofar", in: remains.output)
    var next = stopped + 1
    while known == nil && !timedOut(remains) && next < exercise.caseCount {
      remains = try await child(next)
      right += numbers("right", in: remains.output)
      known = received("sofar", in: remains.output)
      next = (numbers("case", in: remains.output).last ?? next) + 1
    }
    if case .wrong(let diagnosis) = known {
      reason += "\nand where it does not stop, it is not right yet:\n" + diagnosis
    } else if !right.isEmpty {
      let list = right.map { exercise.label(case: $0) }
      reason += "\nbut right with " + list.joined(separator: "; with ")
    }
    return (.stopped(reason), printed)
  }

  private static func lines(of output: [UInt8]) -> [Substring] {
    String(decoding: output, as: UTF8.self).split(separator: "\n")
  }

  /// Swift Testing ends its streams with bytes that are no text: they decode as U+FFFD.
  private static func learnersOwn(_ output: [UInt8]) -> String {
    lines(of: output).filter { !$0.hasPrefix(mark) && !$0.contains("\u{FFFD}") }
      .joined(separator: "\n")
  }

  /// The last verdict that a child has sent with a word.
  private static func received(_ word: String, in output: [UInt8]) -> Verdict? {
    let start = mark + word + " "
    guard let line = lines(of: output).last(where: { $0.hasPrefix(start) }) else { return nil }
    return try? JSONDecoder().decode(Verdict.self, from: Data(line.dropFirst(start.count).utf8))
  }

  /// The cases that a child has named with a word, in its order.
  private static func numbers(_ word: String, in output: [UInt8]) -> [Int] {
    lines(of: output).filter { $0.hasPrefix(mark + word + " ") }
      .compactMap { Int($0.drop { $0 != " " }.dropFirst()) }
  }

  /// Whether the time was up; writing a long backtrace may use up the rest of it after a trap.
  private static func timedOut(_ remains: Remains) -> Bool {
    let errors = String(decoding: remains.errors, as: UTF8.self)
    return remains.signal == SIGALRM && !errors.contains("Fatal error: ")
  }

  /// Why a child gave no verdict: the trap's message, and the learner's line that led to it.
  private static func reason(in remains: Remains, seconds: UInt32) -> String {
    if timedOut(remains) {
      return "no answer after \(seconds) seconds: does a loop never end?"
    }
    guard let signal = remains.signal else { return "your function ended the process" }
    return Crash.sentence(in: String(decoding: remains.errors, as: UTF8.self), signal: signal)
  }
}
