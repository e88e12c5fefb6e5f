import Course
import Exercises01
import Exercises02
import Exercises03
import Exercises04
import Exercises05
import Exercises06
import Exercises07
import Exercises08
import Exercises09
import Exercises10
import Exercises11
import Exercises12
import Exercises13
import Exercises14
import Exercises15
import Exercises16
import Foundation
import Synchronization
import Testing

/// Children inherit this: without it an exit test's traps come back without their place.
private let backtraces: Void = { setenv("SWIFT_BACKTRACE", Trial.backtrace, 1) }()

/// What the learner has written.
private let learners: AnswerModules = [
  Exercises01.Answers.self, Exercises02.Answers.self, Exercises03.Answers.self,
  Exercises04.Answers.self, Exercises05.Answers.self, Exercises06.Answers.self,
  Exercises07.Answers.self, Exercises08.Answers.self,
  Exercises09.Answers.self, Exercises10.Answers.self, Exercises11.Answers.self,
  Exercises12.Answers.self,
  Exercises13.Answers.self,
  Exercises14.Answers.self,
  Exercises15.Answers.self,
  Exercises16.Answers.self,
]

/// Checks an exercise in a child process, and reports what came of it at the learner's function.
///
/// The child always exits with a failure, so that an `exit(0)` in an answer cannot look like
/// a pass: what counts is the verdict that it prints.
func check(_ id: String) async throws {
  _ = backtraces
  let exercise = try #require(Catalogue.find(id))
  results.withLock { $0[id] = "\(id) \(exercise.name) ✗ no verdict came: a fault of the course" }
  let (verdict, printed) = try await Trial.verdict { first, word in
    let result = try await #require(
      processExitsWith: .failure,
      observing: [\.standardOutputContent, \.standardErrorContent]
    ) { [id, first = first as Int, word = word as String] in
      let exercise = try #require(Catalogue.find(id))
      Trial.run(word: word) { exercise.check(learners, from: first, progress: $0) }
    }
    var signal: Int32?
    if case .signal(let number) = result.exitStatus { signal = number }
    return Trial.Remains(
      output: result.standardOutputContent, errors: result.standardErrorContent, signal: signal)
  }
  let line = "\(id) \(exercise.name) \(verdict)"
  if ALineEach.isAlone {
    results.withLock { $0[id] = line + (printed.isEmpty ? "" : "\nIt printed:\n" + printed) }
  } else if !printed.isEmpty {
    print(printed)
  }
  if verdict != .passed {
    Issue.record("\(line)", sourceLocation: try place(of: exercise))
  }
}

/// Where the exercise's function is, so that an IDE shows the verdict there.
private func place(of exercise: any Exercise) throws -> SourceLocation {
  let package = URL(filePath: #filePath).appending(path: "../../..").standardized
  let file = package.appending(path: "exercises/\(exercise.file)")
  let source = try String(contentsOf: file, encoding: .utf8)
  return SourceLocation(
    fileID: "Exercises\(twoDigits(exercise.chapter))/\(exercise.file)", filePath: file.path,
    line: Stubs.line(of: exercise.id, in: source) ?? 1, column: 1)
}
