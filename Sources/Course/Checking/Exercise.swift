/// An exercise whatever its types: what the catalogue lists, and tests and commands run.
public protocol Exercise {
  /// Chapter and number, such as 4.1.
  var id: String { get }
  /// The function's name.
  var name: String { get }
  var minutes: Int { get }
  /// From 1, a line that the lesson has nearly written, to 5.
  var difficulty: Int { get }
  /// Whether no chapter needs it.
  var isChallenge: Bool { get }
  /// The heading in the lesson that explains it.
  var section: String { get }
  /// From a nudge to almost the code.
  var hints: [String] { get }
  /// The known wrong answers: the name for `--bug`, and what the checker says.
  var wrongAnswers: [(name: String, sentence: String)] { get }
  var caseCount: Int { get }

  /// What the function is called with in a case: x [5, 3], dy [5, 3].
  func describe(case index: Int) -> String
  /// The same in fewer words, for lists.
  func label(case index: Int) -> String
  /// Checks the function in a module of answers, from a case on.
  func check(
    _ answers: any AllChapters.Type, from first: Int, progress: (Progress) -> Void
  ) -> Verdict
  /// How far the function's answers are from the truth; nil where no number says it.
  func measure(_ answers: any AllChapters.Type) -> Agreement?
  /// Checks each known wrong answer; its verdict should name it, and no other.
  func checkMisconceptions() -> [(name: String, sentence: String, verdict: Verdict)]
  /// Asks all that a diagnosis may ask about the cases; how many answers came.
  func askEverything() -> Int
  /// Checks the reference and each other right answer; all should pass.
  func checkAlternatives() -> [Verdict]
  /// The keys by which the reference, made to keep its first answer by them, would pass; none should.
  func keepersThatPass() -> [String]
}

/// How far a check has come, for a process that may be stopped in the middle of it.
public enum Progress: Sendable {
  /// A case is about to be run.
  case running(Int)
  /// A case is asked about once more, or one like it: what the function is called with.
  case again(Int, String)
  /// The function has answered a case; what follows is the check's own work on it.
  case answered(Int)
  /// A case was right.
  case right(Int)
  /// A case was wrong; its numbers, before anybody looks for what explains them.
  case unexplained(String)
  /// A case was wrong; the diagnosis of all cases so far.
  case wrong(String)
}

extension Exercise {
  /// The chapter's number.
  public var chapter: Int { Int(id.prefix { $0 != "." }) ?? 0 }
  /// The learner's file, such as Chapter04.swift.
  public var file: String { "Chapter0\(chapter).swift" }

  public func check(_ answers: any AllChapters.Type) -> Verdict {
    check(answers, from: 0) { _ in }
  }
}

extension Problem {
  public var wrongAnswers: [(name: String, sentence: String)] {
    misconceptions.map { ($0.name, $0.sentence) }
  }
  public var caseCount: Int { cases.count }

  public func describe(case index: Int) -> String { shapes(of: cases[index].input) }
  public func label(case index: Int) -> String { cases[index].input.label }

  public func check(
    _ answers: any AllChapters.Type, from first: Int, progress: (Progress) -> Void
  ) -> Verdict {
    let verdict = verdict(from: first, progress: progress) { try attempt(answers, $0) }
    guard verdict == .passed, first == 0, let promise else { return verdict }
    for (index, test) in cases.enumerated() {
      progress(.again(index, test.input.summary))
      do {
        guard let broken = try promise(answers, test.input) else { continue }
        return .wrong("with \(test.input.summary):\n✗ " + broken)
      } catch {
        return .wrong("\(name) threw an error: \(error)")
      }
    }
    return verdict
  }

  public func checkMisconceptions() -> [(name: String, sentence: String, verdict: Verdict)] {
    misconceptions.map { ($0.name, $0.sentence, verdict($0.answer)) }
  }

  public func checkAlternatives() -> [Verdict] {
    ([reference] + alternatives).map { verdict($0) }
  }
}
