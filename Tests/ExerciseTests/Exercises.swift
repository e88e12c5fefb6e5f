import Course
import Foundation
import Synchronization
import Testing

// The tests of all exercises. Where nothing else is tested, the run prints a line for each, in the
// course's order, and under it what is wrong. (The runner would print a doc comment.)
@Suite(.aLineEach) enum Exercises {}

/// What came of each exercise so far.
let results = Mutex<[String: String]>([:])

extension Trait where Self == ALineEach {
  static var aLineEach: Self {
    _ = ALineEach.refusal
    return Self()
  }
}

/// Keeps the test runner's own lines back, four for each test in whatever order they end.
struct ALineEach: SuiteTrait, TestScoping {
  func provideScope(
    for test: Test, testCase: Test.Case?, performing run: @Sendable () async throws -> Void
  ) async throws {
    guard Self.isAlone, let runners = Self.silence() else { return try await run() }
    defer {
      dup2(runners, STDERR_FILENO)
      close(runners)
      let results = results.withLock { $0 }
      let lines = Catalogue.all.compactMap { results[$0.id] }.joined(separator: "\n")
      FileHandle.standardError.write(Data("\n\(lines)\n\n".utf8))
    }
    try await run()
  }

  /// Whether the command line asks for exercises, and for nothing else.
  static let isAlone: Bool = {
    let words = CommandLine.arguments
    let asked = zip(words, words.dropFirst()).filter { $0.0 == "--filter" }.map(\.1)
    return !asked.isEmpty && asked.allSatisfy { $0.hasPrefix("Exercise") }
  }()

  /// A run that has found no exercise fails: the runner would call it passed.
  fileprivate static let refusal: Void = {
    guard isAlone else { return }
    atexit {
      guard results.withLock({ $0.isEmpty }) else { return }
      FileHandle.standardError.write(Data("No exercise has such a name.\n".utf8))
      _exit(EXIT_FAILURE)
    }
  }()

  /// Sends the error output, the runner's, nowhere; where it went, if that worked.
  private static func silence() -> Int32? {
    let (runners, nowhere) = (dup(STDERR_FILENO), open("/dev/null", O_WRONLY))
    defer { if nowhere >= 0 { close(nowhere) } }
    guard runners >= 0, nowhere >= 0, dup2(nowhere, STDERR_FILENO) >= 0 else {
      if runners >= 0 { close(runners) }
      return nil
    }
    return runners
  }
}
