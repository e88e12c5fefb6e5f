import Foundation

/// An exercise checked in a process of its own: nothing that is written there can stop the others.
public enum Trial {
  public static let seconds: UInt32 = 10
  /// What a check may take of memory: many times what the largest exercise needs.
  public static let mebibytes = 1024
  /// What begins a line of ours in the child's output; all else is the learner's own printing.
  static let mark = "\u{1E}"
  /// The environment variable that hands a run's word to its child, which wipes it.
  public static let wordVariable = "WORKBOOK_WORD"

  /// A word that only one run knows, so that what a function prints is never taken for a message.
  ///
  /// Its first half goes with every message, the whole of it with `passed` alone: whoever reads the
  /// messages of a wrong answer does not learn what would let it pass.
  public static func newWord() -> String {
    (0..<4).map { _ in String(UInt64.random(in: (1 << 60)...UInt64.max), radix: 16) }.joined()
  }

  /// Asks for the backtrace that carries a trap's reason and place; set where children inherit it.
  public static let backtrace =
    "enable=yes,color=no,interactive=no,threads=crashed,registers=none,images=none,output-to=stderr"

  /// In the child: says which case comes, and in the end the verdict.
  ///
  /// The status is a failure always, whoever calls `exit`: only a sent verdict counts.
  ///
  /// - Parameters:
  ///   - seconds: How long the process may take, whoever watches it.
  ///   - channel: The file descriptor that messages go to.
  ///   - word: The run's word, which the parent knows.
  ///   - check: The check, which is given what to call as it goes.
  /// - Returns: The verdict that was sent.
  @discardableResult
  package static func run(
    seconds: UInt32 = seconds, channel: Int32 = 1, word: String,
    _ check: (_ progress: (CheckProgress) -> Void) -> Verdict
  ) -> Verdict {
    let sender = Sender(channel: channel, word: word)
    defer { sender.close() }
    alarm(seconds)
    Silence.allow()
    atexit {
      fflush(nil)
      _exit(EXIT_FAILURE)
    }
    let verdict = check {
      switch $0 {
      case .running(let index, let count, let input): sender.send("case \(index)/\(count) \(input)")
      case .again(let index, let input): sender.send("case \(index) \(input)")
      case .answered(let index): sender.send("answered \(index)")
      case .right(let index, let label): sender.send("right \(index) \(label)")
      case .unexplained(let numbers): sender.send("sofar", .wrong(numbers))
      case .wrong(let diagnosis): sender.send("sofar", .wrong(diagnosis))
      }
    }
    sender.send("verdict", verdict)
    return verdict
  }

  /// Sends messages on a descriptor of its own, which no function is told of.
  private struct Sender {
    private let channel: Int32
    private let word: String
    private let isCopy: Bool

    init(channel: Int32, word: String) {
      // Not inherited by programs that a function starts, and under no number that it could know.
      let copy = fcntl(channel, F_DUPFD_CLOEXEC, Int32.random(in: 64...900))
      isCopy = copy >= 0
      if isCopy && channel > STDERR_FILENO { Foundation.close(channel) }
      (self.channel, self.word) = (isCopy ? copy : channel, word)
    }

    func send(_ kind: String, _ verdict: Verdict) {
      let line = (try? JSONEncoder().encode(verdict)) ?? Data()
      send(kind + " " + String(decoding: line, as: UTF8.self), isPass: verdict == .passed)
    }

    /// Writes a message at once, after what the learner's function has printed so far.
    func send(_ message: String, isPass: Bool = false) {
      fflush(nil)
      let word = isPass ? word : half(word)
      FileHandle(fileDescriptor: channel).write(Data("\n\(mark)\(word) \(message)\n".utf8))
    }

    func close() { if isCopy { Foundation.close(channel) } }
  }

  private static func half(_ word: String) -> String { String(word.prefix(word.count / 2)) }

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
    seconds: UInt32 = seconds,
    child: (_ first: Int, _ word: String) async throws -> Remains
  ) async rethrows -> (verdict: Verdict, printed: String) {
    var inquiry = Inquiry(seconds: seconds)
    var printed: String?
    while let first = inquiry.nextCase {
      let remains = try await child(first, inquiry.word)
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

  /// The last verdict of a kind that a child has sent with the run's word.
  static func received(_ kind: String, word: String, in output: [UInt8]) -> Verdict? {
    for line in lines(of: output).reversed() {
      for (sent, isPass) in [(word, true), (half(word), false)] {
        let start = mark + sent + " " + kind + " "
        guard line.hasPrefix(start) else { continue }
        let text = Data(line.dropFirst(start.count).utf8)
        let verdict = try? JSONDecoder().decode(Verdict.self, from: text)
        if let verdict, isPass || verdict != .passed { return verdict }
      }
    }
    return nil
  }

  /// Whether the function has answered the case that it was given last: what followed was the check's work.
  static func hasAnswered(word: String, in output: [UInt8]) -> Bool {
    let start = mark + half(word) + " "
    let kinds = lines(of: output).filter { $0.hasPrefix(start) }
      .compactMap { $0.dropFirst(start.count).split(separator: " ").first }
    return kinds.last { $0 == "case" || $0 == "answered" } == "answered"
  }

  /// The cases that a child has named in messages of a kind, in its order: each one's number, of how
  /// many where that is said, and what it asks.
  static func cases(
    _ kind: String, word: String, in output: [UInt8]
  ) -> [(number: Int, count: Int?, input: String)] {
    let start = mark + half(word) + " " + kind + " "
    return lines(of: output).filter { $0.hasPrefix(start) }.compactMap { line in
      let rest = line.dropFirst(start.count).split(separator: " ", maxSplits: 1)
      let numbers = (rest.first ?? "").split(separator: "/")
      guard let number = numbers.first.flatMap({ Int($0) }) else { return nil }
      return (
        number, numbers.count > 1 ? Int(numbers[1]) : nil, rest.count > 1 ? String(rest[1]) : ""
      )
    }
  }
}
