public import Guiding

/// An exercise whatever its types: what the catalogue lists, and tests and commands run.
public protocol Exercise {
  /// Its number, its name, and what else the guide lists.
  var facts: ExerciseFacts { get }
  /// From a nudge to almost the code.
  var hints: [String] { get }
  /// The known wrong answers: the name for `--bug`, and what the checker says.
  var wrongAnswers: [(name: String, sentence: String)] { get }
  var caseCount: Int { get }

  /// What the function is called with in a case: x [5, 3], dy [5, 3].
  func describe(case index: Int) -> String
  /// The same in fewer words, for lists.
  func label(case index: Int) -> String
  /// Checks the function in its chapter's answers, from a case on.
  func check(
    _ answers: AnswerModules, from first: Int, progress: (CheckProgress) -> Void
  ) -> Verdict
  /// How far the function's answers are from the truth; nil where no number says it.
  func measure(_ answers: AnswerModules) -> Agreement?
  /// Checks each known wrong answer; its verdict should name it, and no other.
  func checkMisconceptions() -> [(name: String, sentence: String, verdict: Verdict)]
  /// Asks all that a diagnosis may ask about the cases; how many answers came.
  func askEverything() -> Int
  /// Checks the reference and each other right answer; all should pass.
  func checkAlternatives() -> [Verdict]
  /// The keys by which the reference, made to keep its first answer by them, would pass; none should.
  func keepersThatPass() -> [String]
}

extension Exercise {
  public var id: String { facts.id }
  public var name: String { facts.name }
  public var minutes: Int { facts.minutes }
  public var difficulty: Int { facts.difficulty }
  public var isChallenge: Bool { facts.isChallenge }
  public var section: String { facts.section }
  public var chapter: Int { facts.chapter }
  public var file: String { facts.file }

  public func check(_ answers: AnswerModules) -> Verdict {
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
    _ answers: AnswerModules, from first: Int, progress: (CheckProgress) -> Void
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
