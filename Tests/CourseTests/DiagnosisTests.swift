@testable import Problems01
import Backprop
@testable import Checking
import Course
@testable import Guiding
import Foundation
import Testing

@Test(arguments: Catalogue.all.map(\.id), [0, 1, 2] as [UInt64])
func `what a diagnosis asks stays within what the function's comment permits`(
  id: String, seed: UInt64
) throws {
  let exercise = try #require(Catalogue.all(seed: seed).first { $0.id == id })
  // Where the library refused a question, this process would end here.
  #expect(CaseSeed.$current.withValue(seed) { exercise.askEverything() } >= 0)
}

/// A problem whose check traps, once its function has answered.
private func faulty(_ trapping: Int) -> Problem<ActivationQuestion, Matrix> {
  var asked = 0
  return Problem(
    "1.1", "sigmoidBackward", minutes: 1, difficulty: 1, section: "", hints: [],
    cases: ActivationQuestion.cases, forward: nil,
    reference: {
      asked += 1
      if asked == trapping { fatalError("a question that the library refuses") }
      return Chapter01Problems.sigmoid.reference($0)
    }, parts: [Part("dx", of: \.x)],
    misconceptions: [], alternatives: [], attempt: { _, question in question.dy })
}

/// What the guide says where the check of a wrong answer traps at the reference's n-th answer.
private func verdict(whereCheckTrapsAt trapping: Int) async throws -> Verdict {
  setenv("SWIFT_BACKTRACE", Trial.backtrace, 1)
  return try await Trial.verdict { first, word in
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardOutputContent, \.standardErrorContent]
    ) { [first = first as Int, word = word as String, trapping = trapping as Int] in
      Trial.run(word: word) { progress in
        faulty(trapping).verdict(from: first, progress: progress) { $0.dy }
      }
    }
    var signal: Int32?
    if case .signal(let number) = result.exitStatus { signal = number }
    return Trial.Remains(
      output: result.standardOutputContent, errors: result.standardErrorContent, signal: signal)
  }.verdict
}

@Test func `a trap inside a diagnosis leaves the verdict with its numbers`() async throws {
  // The first answer is the case's own, the second a question of its diagnosis.
  guard case .wrong(let text) = try await verdict(whereCheckTrapsAt: 2) else {
    Issue.record("not a wrong answer, as it should be")
    return
  }
  #expect(text.contains("✗ dx[0, 0] is") && text.contains("15 of 15 elements are wrong"))
  #expect(!text.contains("refuses"))
}

@Test func `a trap of the check itself is not told as the learner's`() async throws {
  let text = "\(try await verdict(whereCheckTrapsAt: 1))"
  #expect(text.contains("a fault of the course, not of your function") && !text.contains("refuses"))
}

@Test func `time that ends while an answer is looked at is not told as the learner's`() {
  var inquiry = Inquiry(seconds: 3)
  let mark = "\n\u{1E}\(inquiry.word.prefix(inquiry.word.count / 2))"
  let named = Array("\(mark) case 0/2 x [1, 1]\n".utf8)
  #expect(!inquiry.hasAnswer(in: named))
  let answered = named + Array("\(mark) answered 0\n".utf8)
  #expect(inquiry.hasAnswer(in: answered))
  #expect(!inquiry.hasAnswer(in: answered + Array("\(mark) case 1/2 x [2, 1]\n".utf8)))
  inquiry.add(Trial.Remains(output: answered, errors: [], signal: SIGALRM))
  guard case .timedOut(let text) = inquiry.verdict else {
    Issue.record("\(inquiry.verdict)")
    return
  }
  #expect(text.contains("could not be checked in 3 seconds") && text.contains("x [1, 1]"))
  #expect(!text.contains("loop") && inquiry.nextCase == nil)
}
