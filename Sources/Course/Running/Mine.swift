import Backprop
import Foundation

/// A chapter on the learner's own functions: in a process of its own, so that a crash in one of them
/// ends in a sentence, and not before its exercises have passed.
enum Mine {
  private static let childMark = "BACKPROP_WORKBOOK_CHILD"

  /// In the parent, runs this program again and ends with its status; in the child, does nothing.
  ///
  /// If a signal ended the child, the parent says what stopped it, and where.
  static func superviseChild() {
    guard ProcessInfo.processInfo.environment[childMark] == nil else { return }
    do {
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let errors = folder.appending(path: "errors")
      try Data().write(to: errors)

      let child = Process()
      child.executableURL = Bundle.main.executableURL
      child.arguments = Array(CommandLine.arguments.dropFirst())
      child.environment = ProcessInfo.processInfo.environment
        .merging([childMark: "1", "SWIFT_BACKTRACE": Trial.backtrace]) { $1 }
      child.standardError = try FileHandle(forWritingTo: errors)
      try child.run()
      child.waitUntilExit()
      let text = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
      if child.terminationReason == .uncaughtSignal {
        let sentence = Crash.sentence(in: text, signal: child.terminationStatus)
        ChapterCommand.complain(
          "\nyour code stopped the chapter: \(sentence)\n"
            + "`swift test --filter Exercise` checks each function by itself")
        try? FileManager.default.removeItem(at: folder)
        exit(1)
      }
      FileHandle.standardError.write(Data(text.utf8))
      try? FileManager.default.removeItem(at: folder)
      exit(child.terminationStatus)
    } catch {
      ChapterCommand.complain("--mine: cannot start a process of its own: \(error)")
      exit(71)
    }
  }

  /// In the child: throws unless the learner's functions pass, naming those that do not.
  static func requirePassed(_ names: [String], in answers: any AllChapters.Type) throws {
    let verdicts = names.compactMap(Catalogue.find).map { ($0, $0.check(answers)) }
    let failed = verdicts.filter { $0.1 != .passed }
    guard !failed.isEmpty else { return }
    throw NotReady(failed: failed.map { (id: $0.0.id, name: $0.0.name, verdict: $0.1) })
  }
}

/// Exercises that --mine needs and that do not pass.
struct NotReady: Failure {
  let failed: [(id: String, name: String, verdict: Verdict)]

  var exitCode: Int32 { 1 }
  var description: String {
    (["--mine needs these functions of yours; they are not right yet:"]
      + failed.map { "\n\($0.id) \($0.name) \($0.verdict)" }
      + ["\nCheck them with `swift test --filter Exercise`, then run this again."])
      .joined(separator: "\n")
  }
}
