import Checking
import Core
import Foundation
import Guiding

/// A chapter on the learner's own functions: in a process of its own, so that a crash in one of them
/// ends in a sentence, and not before its exercises have passed.
enum Mine {
  private static let childMark = "BACKPROP_WORKBOOK_CHILD"

  /// In the parent, runs this program again and ends with its status; in the child, does nothing.
  ///
  /// If a signal ended the child, the parent says what stopped it, and where. The two end together,
  /// whichever of them is told to.
  static func superviseChild() {
    let environment = ProcessInfo.processInfo.environment
    if let parent = environment[childMark].flatMap({ pid_t($0) }) { return endWith(parent) }
    let signals = Processes.handleSignals()
    do {
      let child = try Child(
        Bundle.main.executablePath ?? CommandLine.arguments[0],
        Array(CommandLine.arguments.dropFirst()),
        environment: environment.merging(
          [childMark: "\(getpid())", "SWIFT_BACKTRACE": Trial.backtrace]) { $1 },
        sharesTerminal: true)
      while child.end == nil { Event.wait(for: [child], milliseconds: 1000) }
      switch child.end {
      case .status(let status):
        FileHandle.standardError.write(Data(child.data(.errors)))
        Processes.leave(status)
      case .signal(let number) where Processes.signals.contains(number):
        Processes.leave(128 + number)
      case .signal(let number):
        ChapterCommand.complain(
          "\nyour code stopped the chapter: "
            + Crash.sentence(in: child.text(.errors), signal: number)
            + "\n`swift run workbook check` checks each function by itself")
      case nil: break
      }
    } catch {
      ChapterCommand.complain("--mine: \(error)")
      Processes.leave(71)
    }
    withExtendedLifetime(signals) { Processes.leave(1) }
  }

  /// In the child: sees to it that nothing goes on where the parent was killed.
  private static func endWith(_ parent: pid_t) {
    Thread.detachNewThread {
      while getppid() == parent { sleep(1) }
      _exit(1)
    }
  }

  /// In the child: throws unless the learner's functions pass, naming those that do not.
  static func requirePassed(_ exercises: [any Exercise], in answers: AnswerModules) throws {
    let verdicts = exercises.map { ($0, verdict(of: $0, in: answers)) }
    let failed = verdicts.filter { $0.1 != .passed }
    guard !failed.isEmpty else { return }
    throw NotReady(failed: failed.map { (id: $0.0.id, name: $0.0.name, verdict: $0.1) })
  }
}

extension Mine {
  /// What the check says of an answer; one that never ends ends the chapter.
  static func verdict(of exercise: any Exercise, in answers: AnswerModules) -> Verdict {
    let (id, name, seconds) = (exercise.id, exercise.name, Trial.seconds)
    let alarm = DispatchWorkItem {
      let verdict = Verdict.timedOut("no answer after \(seconds) seconds: does a loop never end?")
      ChapterCommand.complain("\(NotReady(failed: [(id: id, name: name, verdict: verdict)]))")
      _exit(1)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds)), execute: alarm)
    defer { alarm.cancel() }
    return Silence.during { exercise.check(answers) }
  }
}

/// Exercises that --mine needs and that do not pass.
struct NotReady: Failure {
  let failed: [(id: String, name: String, verdict: Verdict)]

  var exitCode: Int32 { 1 }
  var description: String {
    (["--mine needs these functions of yours; they are not right yet:"]
      + failed.map { "\n\($0.id) \($0.name) \($0.verdict)" }
      + [
        "\nCheck them with `swift run workbook check \(failed.map(\.id).joined(separator: " "))`, "
          + "then run this again."
      ])
      .joined(separator: "\n")
  }
}
