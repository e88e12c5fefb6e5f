import Course
import Foundation
import HostileAnswers01
import HostileAnswers02
import Running
import Solutions

// Chapters 1 and 2 over functions that misbehave; the others' verdicts must not suffer.
let misbehaving: AnswerModules = [HostileAnswers01.Answers.self, HostileAnswers02.Answers.self]
if let uses = ProcessInfo.processInfo.environment["HOSTILE_CHAPTER"] {
  // A chapter over them: it says which process it is, and never ends.
  let chapters = [
    ChapterModules(
      Chapter01Problems.self, HostileAnswers01.Answers.self, HostileAnswers01.Answers.self),
    ChapterModules(
      Chapter02Problems.self, HostileAnswers02.Answers.self, HostileAnswers02.Answers.self),
  ]
  ChapterCommand(1, "A chapter without an end.", uses: [uses], of: chapters).run { _, _ in
    print("process \(getpid())")
    fflush(nil)
    while true { usleep(10_000) }
  }
}
// The first module that has a chapter's contract answers for it.
CheckerProgram.run(misbehaving + Solutions.all, on: Catalogue.chapters)
