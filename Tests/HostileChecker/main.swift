import Course
import Foundation
import HostileAnswers

let environment = ProcessInfo.processInfo.environment
if let uses = environment["HOSTILE_CHAPTER"] {
  // A chapter over functions that misbehave: it says which process it is, and never ends.
  ChapterCommand(1, "A chapter without an end.", uses: [uses]).run(
    exercises: Answers.self, solutions: Answers.self
  ) { _, _ in
    print("process \(getpid())")
    fflush(nil)
    while true { usleep(10_000) }
  }
}
// The checker over functions that misbehave.
CheckerProgram.run(Answers.self)
