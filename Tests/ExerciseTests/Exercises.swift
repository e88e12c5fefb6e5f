import Course
import Foundation
import Synchronization
import Testing

/// The tests of all exercises.
///
/// Where nothing else is tested, the run prints a line for each, in the course's order, and under it what
/// is wrong.
@Suite(.aLineEach) enum Exercises {}

/// What came of each exercise so far.
let results = Mutex<[String: String]>([:])

extension Trait where Self == ALineEach {
  static var aLineEach: Self { Self() }
}

/// Keeps the test runner's own lines back, four for each test in whatever order they end.
struct ALineEach: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing run: @Sendable () async throws -> Void
  ) async throws {
    guard Self.isAlone, let output = Self.silence() else { return try await run() }
    defer {
      fflush(nil)
      dup2(output, STDOUT_FILENO)
      close(output)
      let results = results.withLock { $0 }
      print(Catalogue.all.compactMap { results[$0.id] }.joined(separator: "\n"))
    }
    try await run()
  }

  /// Whether the command line asks for exercises, and for nothing else.
  private static var isAlone: Bool {
    let words = CommandLine.arguments
    let asked = zip(words, words.dropFirst()).filter { $0.0 == "--filter" }.map(\.1)
    return !asked.isEmpty && asked.allSatisfy { $0.hasPrefix("Exercise") }
  }

  /// Sends standard output nowhere; where it went, if that worked.
  private static func silence() -> Int32? {
    fflush(nil)
    let (output, nowhere) = (dup(STDOUT_FILENO), open("/dev/null", O_WRONLY))
    defer { if nowhere >= 0 { close(nowhere) } }
    guard output >= 0, nowhere >= 0, dup2(nowhere, STDOUT_FILENO) >= 0 else {
      if output >= 0 { close(output) }
      return nil
    }
    return output
  }
}
