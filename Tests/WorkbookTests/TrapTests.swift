import Foundation
import Testing

/// What is said about a function that traps: why, and in which of its lines.
@Suite(.aside) struct TrapTests {
  @Test(arguments: [
    ("rows", "is outside a tensor of shape"), ("index", "Index out of range"),
    ("nil", "Unexpectedly found nil while unwrapping an Optional value"),
    ("overflow", "arithmetic overflow"), ("division", "Division by zero"),
    ("range", "Range requires lowerBound <= upperBound"), ("count", "count < 0"),
    ("nan", "either infinite or NaN"), ("try", "'try!' expression unexpectedly raised an error"),
    ("cast", "as!: a value of type Swift.String is no Swift.Double"),
    ("precondition", "precondition failed: the shapes differ"), ("fatal", "in my own words"),
    ("closure", "Index out of range"), ("memory", "more memory than there is"),
    ("access", "at the same time (exclusive access)"),
    ("pointer", "a pointer to nothing was followed"), ("abort", "abort() was called"),
  ])
  func `a trap is told with its reason and its line`(kind: String, reason: String) throws {
    let source = try String(
      contentsOf: package.appending(path: "Tests/HostileAnswers/exercises/Chapter01.swift"),
      encoding: .utf8)
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    let line = try #require(lines.firstIndex { $0.hasSuffix("  // \(kind)") }) + 1
    let copy = try Copy(checker: "HostileChecker")
    let run = try launch(
      [product("workbook"), "check", "1.6"], folder: copy.root,
      environment: copy.environment.merging(["HOSTILE_TRAP": kind]) { $1 })
    let said = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("! 1.6 geluBackward ★ (a challenge): crashed"), "\(run)")
    #expect(said.contains(reason), "\(said)")
    #expect(said.contains("at exercises/Chapter01.swift:\(line)"), "\(said)")
  }
}
