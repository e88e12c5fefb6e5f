import Foundation

/// What the children that check one exercise leave behind, on its way to a verdict.
///
/// Where a case stops a child, another one goes on with the next case: its findings help to say
/// why the first has stopped.
public struct Inquiry {
  /// The case that the next child begins with; nil once the verdict is known.
  public private(set) var nextCase: Int? = 0
  /// What came of the exercise, as far as is known.
  public private(set) var verdict = Verdict.stopped("not checked")

  /// What only this inquiry and its children know.
  public let word: String

  private let seconds: UInt32
  private var reason: String?
  /// How many cases there are, as far as a child has said it.
  private var count = 0
  private var right = [String]()
  private var diagnosis: String?
  private var isTimedOut = false

  public init(seconds: UInt32 = Trial.seconds, word: String = Trial.newWord()) {
    (self.seconds, self.word) = (seconds, word)
  }

  /// Takes in what a child that began with `nextCase` has left behind.
  public mutating func add(_ remains: Trial.Remains) {
    guard let first = nextCase else { return }
    if reason == nil, let verdict = Trial.received("verdict", word: word, in: remains.output) {
      (self.verdict, nextCase) = (verdict, nil)
      return
    }
    let named = Trial.cases("case", word: word, in: remains.output)
    count = max(count, named.lazy.compactMap(\.count).max() ?? 0)
    let stopped = named.last?.number ?? first
    let input = named.last.map { "\nwith \($0.input)" } ?? ""
    if hasAnswer(in: remains.output) {
      concludeWithoutCheck(input, remains)
      return
    }
    if reason == nil {
      reason = cause(remains) + input
      isTimedOut = timedOut(remains)
    }
    takeFindings(remains)
    nextCase = stopped + 1
    if diagnosis != nil || timedOut(remains) || stopped + 1 >= count {
      nextCase = nil
    }
    conclude()
  }

  /// What a child has found out before it stopped.
  private mutating func takeFindings(_ remains: Trial.Remains) {
    right += Trial.cases("right", word: word, in: remains.output).map(\.input)
    if case .wrong(let text)? = Trial.received("sofar", word: word, in: remains.output) {
      diagnosis = text
    }
  }

  /// Ends where the check itself has stopped, on a case that the function had answered: nothing of
  /// that is told as the learner's, and the numbers that are known make the verdict.
  private mutating func concludeWithoutCheck(_ input: String, _ remains: Trial.Remains) {
    takeFindings(remains)
    nextCase = nil
    if reason != nil {
      conclude()
    } else if let diagnosis {
      verdict = .wrong(diagnosis)
    } else if timedOut(remains) {
      verdict = .timedOut(
        "your function has answered, but its answer could not be checked in \(time): is the "
          + "computer busy? `swift run workbook check --timeout 60` waits longer" + input)
    } else {
      verdict = .stopped(
        "the check stopped while it looked at your answer, which is a fault of the course, not of "
          + "your function" + input)
    }
  }

  private mutating func conclude() {
    var text = reason ?? ""
    if let diagnosis {
      text += "\nand where it does not stop, it is not right yet:\n" + diagnosis
    } else if !right.isEmpty {
      text +=
        "\nbut right with " + right.joined(separator: "; with ")
    }
    verdict = isTimedOut ? .timedOut(text) : .stopped(text)
  }

  private var time: String { seconds == 1 ? "1 second" : "\(seconds) seconds" }

  /// Whether a child that still runs has its function's answer, and is at the check's own work.
  public func hasAnswer(in output: [UInt8]) -> Bool {
    Trial.hasAnswered(word: word, in: output)
  }

  /// Whether the time was up; writing a long backtrace may use up the rest of it after a trap.
  private func timedOut(_ remains: Trial.Remains) -> Bool {
    let errors = String(decoding: remains.errors, as: UTF8.self)
    return remains.signal == SIGALRM && !Crash.isTold(in: errors)
  }

  /// Why a child gave no verdict: the trap's message, and the learner's line that led to it.
  private func cause(_ remains: Trial.Remains) -> String {
    if timedOut(remains) {
      return "no answer after \(time): does a loop never end, or is it far too slow?"
    }
    guard let signal = remains.signal else {
      return "your function ended the process: it should return, not exit"
    }
    return Crash.sentence(in: String(decoding: remains.errors, as: UTF8.self), signal: signal)
  }
}
