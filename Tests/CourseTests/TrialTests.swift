@testable import Problems01
import Backprop
@testable import Checking
import Course
@testable import Guiding
import Foundation
import Testing

/// Exercise 1.1 with three of its cases: each trap costs a child and a backtrace.
private var problem: Problem<ActivationQuestion, Matrix> {
  Problem(
    "1.1", "sigmoidBackward", minutes: 1, difficulty: 1, section: "", hints: [],
    cases: ActivationQuestion.cases, forward: nil,
    reference: { Chapter01Problems.sigmoid.reference($0) }, parts: [Part("dx", of: \.x)],
    misconceptions: [], alternatives: [], attempt: { _, question in question.dy })
}

/// Checks one of the misbehaving answers as a learner's is checked: in a child process.
private func verdict(on behaviour: Misbehaving) async throws -> String {
  setenv("SWIFT_BACKTRACE", Trial.backtrace, 1)
  let seconds: UInt32 = behaviour == .loops ? 1 : Trial.seconds
  let (verdict, _) = try await Trial.verdict(seconds: seconds) { first, word in
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardOutputContent, \.standardErrorContent]
    ) { [first = first as Int, word = word as String, behaviour, seconds = seconds as UInt32] in
      Trial.run(seconds: seconds, word: word) { progress in
        problem.verdict(from: first, progress: progress) {
          try behaviour.answer($0.dy, y: Activation.sigmoid($0.x))
        }
      }
    }
    var signal: Int32?
    if case .signal(let number) = result.exitStatus { signal = number }
    return Trial.Remains(
      output: result.standardOutputContent, errors: result.standardErrorContent, signal: signal)
  }
  return "\(verdict)"
}

@Test(arguments: [
  (Misbehaving.exits, ["your function ended the process"]),
  (.readsOutside, ["Index out of range"]),
  (.loops, ["no answer after 1 second: does a loop never end, or is it far too slow?"]),
  (.recurses, ["out of stack"]),
  (.prints, ["✓ passed"]),
  (.isRandom, ["differs between two calls with the same input"]),
  (.isNaN, ["is nan, should be", "is no finite number"]),
  (.isOfAnotherShape, ["dx is [1, 3], should be [5, 3], the shape of x"]),
  (.throwsAnError, ["threw an error", "out of paper"]),
  (.isRightForOneRow, ["right with x [1, 7], dy [1, 7]"]),
  (.isRightForSquares, ["the inner sizes must agree", "but right with x [4, 4], dy [4, 4]"]),
  (
    .isWrongForSquares,
    ["the inner sizes must agree", "where it does not stop", "times too large"]
  ),
])
func `an answer that misbehaves gets a verdict that says so`(
  kind: Misbehaving, words: [String]
) async throws {
  let verdict = try await verdict(on: kind)
  for word in words { #expect(verdict.contains(word), "\(verdict)") }
}
