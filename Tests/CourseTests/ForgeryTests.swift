import Backprop
@testable import Checking
import Course
@testable import Guiding
import Foundation
import Testing

/// Checks an answer to 1.1 that is wrong, and claims to have passed.
///
/// Messages go to standard output, as under `swift test`, or to another descriptor, as in the guide; both
/// are the same pipe here, so that whatever the answer writes comes to the parent.
private func verdict(on forgery: Forgery, channel: Int32, isRight: Bool = false) async throws
  -> Verdict
{
  try await Trial.verdict { first, word in
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardOutputContent, \.standardErrorContent]
    ) {
      [
        first = first as Int, word = word as String, forgery, channel = channel as Int32,
        isRight = isRight as Bool
      ] in
      Forgery.status = EXIT_FAILURE
      Forgery.spared = Set((3..<1024).filter { fcntl($0, F_GETFD) >= 0 })
      if channel != 1 { dup2(1, channel) }
      Trial.run(channel: channel, word: word) { progress in
        Chapter01Problems.sigmoid.verdict(from: first, progress: progress) {
          forgery.commit()
          let y = Activation.sigmoid($0.x)
          return isRight ? $0.dy * y * (1 - y) : $0.dy
        }
      }
    }
    var signal: Int32?
    if case .signal(let number) = result.exitStatus { signal = number }
    return Trial.Remains(
      output: result.standardOutputContent, errors: result.standardErrorContent, signal: signal)
  }.verdict
}

@Test(arguments: Forgery.allCases, [Int32(1), 70])
func `a wrong answer does not pass, whatever it writes`(
  forgery: Forgery, channel: Int32
) async throws {
  let verdict = try await verdict(on: forgery, channel: channel)
  #expect(verdict != .passed)
  guard case .todo = verdict else { return }
  Issue.record("it was written: \(verdict)")
}

@Test func `a right answer passes although it writes what looks like a verdict`() async throws {
  for forgery in [Forgery.writesEverywhere, .writesThroughTheSystem, .looksForTheWord] {
    #expect(try await verdict(on: forgery, channel: 70, isRight: true) == .passed)
  }
}

@Test func `the first half of a word lets nothing pass`() {
  let word = Trial.newWord()
  #expect(word.count == 64 && Trial.newWord() != word)
  func received(_ sent: some StringProtocol, _ verdict: String) -> Verdict? {
    Trial.received("verdict", word: word, in: Array("\u{1E}\(sent) verdict \(verdict)\n".utf8))
  }
  let (pass, wrong) = ("{\"passed\":{}}", "{\"wrong\":{\"_0\":\"no\"}}")
  #expect(received(word, pass) == .passed)
  #expect(received(word.prefix(32), pass) == nil)
  #expect(received(word.prefix(32), wrong) == .wrong("no"))
  #expect(received("", wrong) == nil && received("verdict", wrong) == nil)
  #expect(received(Trial.newWord(), pass) == nil)
}
