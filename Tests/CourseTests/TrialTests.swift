import Backprop
import Course
import Foundation
import Testing

/// Checks one of the misbehaving answers as a learner's is checked: in a child process.
private func verdict(on id: String, _ behaviour: Misbehaving.Kind) async throws -> String {
  setenv("SWIFT_BACKTRACE", Trial.backtrace, 1)
  let exercise = try #require(Catalogue.find(id))
  let (verdict, _) = try await Trial.verdict(on: exercise, seconds: 1) { first in
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardOutputContent, \.standardErrorContent]
    ) { [id, first, behaviour] in
      Misbehaving.kind = behaviour
      Trial.run(
        try #require(Catalogue.find(id)), Misbehaving.Answers.self, from: first, seconds: 1)
    }
    var signal: Int32?
    if case .signal(let number) = result.exitStatus { signal = number }
    return Trial.Remains(
      output: result.standardOutputContent, errors: result.standardErrorContent, signal: signal)
  }
  return "\(verdict)"
}

@Test(arguments: [
  (Misbehaving.Kind.exits, ["your function ended the process"]),
  (.readsOutside, ["Index out of range"]),
  (.loops, ["no answer after 1 seconds: does a loop never end?"]),
  (.recurses, ["out of stack"]),
  (.prints, ["✓ passed"]),
  (.isRandom, ["differs between two calls with the same input"]),
  (.isNaN, ["is nan, should be", "is no finite number"]),
  (.isOfAnotherShape, ["dx is [1, 3], should be [5, 3], the shape of x"]),
  (.throwsAnError, ["threw an error", "out of paper"]),
  (.isRightForOneRow, ["right with x [1, 7], dy [1, 7]"]),
  (.isRightForSquares, ["the inner sizes must agree", "but right with x [4, 4], dy [4, 4]"]),
])
func `an answer that misbehaves gets a verdict that says so`(
  kind: Misbehaving.Kind, words: [String]
) async throws {
  let verdict = try await verdict(on: "1.1", kind)
  for word in words { #expect(verdict.contains(word), "\(verdict)") }
}
