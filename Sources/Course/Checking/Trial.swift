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
  /// The status is a failure always, whoever calls `exit`: only a sent verdict counts.
  ///
  /// - Parameters:
  ///   - exercise: What is checked.
  ///   - answers: The module whose function is checked.
  ///   - first: The case to begin with.
  ///   - seconds: How long the process may take, whoever watches it.
  ///   - channel: The file descriptor that messages go to.
  public static func run(
    _ exercise: any Exercise, _ answers: any AllChapters.Type, from first: Int = 0,
    seconds: UInt32 = seconds, channel: Int32 = 1
  ) {
    run(seconds: seconds, channel: channel) { exercise.check(answers, from: first, progress: $0) }
  }

  /// The same for any check, which is given what to call as it goes.
  @discardableResult
  package static func run(
    seconds: UInt32 = seconds, channel: Int32 = 1,
    _ check: (_ progress: (Progress) -> Void) -> Verdict
  ) -> Verdict {
    alarm(seconds)
    atexit {
      fflush(nil)
      _exit(EXIT_FAILURE)
    }
    let verdict = check {
      switch $0 {
      case .running(let index): send("case \(index)", to: channel)
      case .answered(let index): send("answered \(index)", to: channel)
      case .right(let index): send("right \(index)", to: channel)
      case .unexplained(let numbers): send("sofar", .wrong(numbers), to: channel)
      case .wrong(let diagnosis): send("sofar", .wrong(diagnosis), to: channel)
      }
    }
    send("verdict", verdict, to: channel)
    return verdict
  }

  private static func send(_ word: String, _ verdict: Verdict, to channel: Int32) {
    let line = (try? JSONEncoder().encode(verdict)) ?? Data()
    send(word + " " + String(decoding: line, as: UTF8.self), to: channel)
  }

  /// Writes a message at once, after what the learner's function has printed so far.
  private static func send(_ message: String, to channel: Int32) {
    fflush(nil)
    FileHandle(fileDescriptor: channel).write(Data("\n\(mark)\(message)\n".utf8))
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
  public static func verdict(
    on exercise: any Exercise, seconds: UInt32 = seconds,
    child: (_ first: Int) async throws -> Remains
  ) async rethrows -> (verdict: Verdict, printed: String) {
    var inquiry = Inquiry(exercise, seconds: seconds)
    var printed: String?
    while let first = inquiry.nextCase {
      let remains = try await child(first)
      printed = printed ?? learnersOwn(remains.output)
      inquiry.add(remains)
    }
    return (inquiry.verdict, printed ?? "")
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
  static func received(_ word: String, in output: [UInt8]) -> Verdict? {
    let start = mark + word + " "
    guard let line = lines(of: output).last(where: { $0.hasPrefix(start) }) else { return nil }
    return try? JSONDecoder().decode(Verdict.self, from: Data(line.dropFirst(start.count).utf8))
  }

  /// The cases that a child has named with a word, in its order.
  static func numbers(_ word: String, in output: [UInt8]) -> [Int] {
    lines(of: output).filter { $0.hasPrefix(mark + word + " ") }
      .compactMap { Int($0.drop { $0 != " " }.dropFirst()) }
  }
}
