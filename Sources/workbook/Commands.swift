import Guiding
import Foundation

/// What each command does; each returns the status that the guide ends with.
struct Commands {
  let folder: Folder
  let guide: Guide
  let pages: Pages

  init(_ request: Request) throws {
    folder = try Folder()
    guide = Guide(folder: folder, limit: request.timeout)
    pages = Pages(folder: folder)
  }

  func map() throws -> Int32 {
    pages.map(try guide.results(folder.outline.all))
    sayStrays()
    return 0
  }

  /// Verdicts: in full where somebody has begun, a line elsewhere.
  ///
  /// What is named is checked now, whatever is known of it.
  func check(_ exercises: [ExerciseFacts], named: Bool, anew: Bool) throws -> Int32 {
    let results = try guide.results(exercises, anew: named || anew)
    var told = [Finding]()
    for result in results {
      if case .uncompiled = result.finding, told.contains(result.finding) {
        // One error that stops a whole chapter is shown once.
        pages.line(result)
        continue
      }
      told.append(result.finding)
      if result.state.isTried || named && exercises.count == 1 || !result.printed.isEmpty {
        pages.verdict(result)
      } else {
        pages.line(result)
      }
    }
    if results.count > 1 {
      Screen.print()
      pages.bar(results)
    }
    sayStrays()
    return results.allSatisfy { $0.state == .done } ? 0 : 1
  }

  /// Names files that somebody may edit in vain.
  private func sayStrays() {
    for sentence in ExerciseFiles(folder).strays(folder.outline) {
      Screen.print()
      Screen.say(sentence, style: .odd)
    }
  }

  /// Lists the exercises.
  func list() -> Int32 {
    for chapter in folder.outline.chapters {
      pages.part(before: chapter)
      Screen.say(folder.title(chapter), style: .bold)
      for exercise in folder.outline.chapter(chapter) {
        let star = exercise.isChallenge ? " ★" : ""
        let name = "\(exercise.id) \(exercise.name)\(star)"
        let gap = String(repeating: " ", count: max(2, 42 - name.count))
        let facts = "\(exercise.minutes) min, difficulty \(exercise.difficulty)"
        let full = "\(name)\(gap)\(facts)"
        if full.count <= Screen.width {
          Screen.print(full)
        } else {
          Screen.say(name)
          Screen.say(facts, indent: 4)
        }
      }
      Screen.print()
    }
    Screen.say("★ a challenge: no chapter needs it")
    return 0
  }

  /// Writes exercises/ anew from solutions/, or only says which files differ.
  ///
  /// A file that is missing is written; what a learner may have changed only after a question, and a
  /// copy is kept. Line ends are the clone's own: they are no difference.
  func stubs(checkOnly: Bool, unasked: Bool) throws -> Int32 {
    let solutions = folder.root.appending(path: "solutions")
    let names = try FileManager.default.contentsOfDirectory(atPath: solutions.path)
      .filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") }.sorted()
    var different = [(name: String, old: String?, new: String)]()
    for name in names {
      let solution = try folder.text(solutions.appending(path: name))
      let stub = try Stubs.stub(solution)
      for exercise in folder.outline.all where exercise.file == name {
        guard stub.contains("throw Todo(\"\(exercise.id)\")") else {
          throw Trouble(
            "solutions/\(name) has no exercise \(exercise.id) that a stub can be made of",
            status: 65)
        }
      }
      let file = folder.exercises.appending(path: name)
      let old =
        FileManager.default.fileExists(atPath: file.path) ? try folder.text(file) : nil
      if let old, old.withLineFeeds == stub { continue }
      let end = SourceLines(old ?? solution).usualEnd
      different.append((name, old, stub.replacing("\n", with: end)))
    }
    if checkOnly {
      for (name, _, _) in different {
        Screen.print("exercises/\(name) is not what solutions/\(name) gives")
      }
      return different.isEmpty ? 0 : 1
    }
    for (name, _, new) in different.filter({ $0.old == nil }) { try writeStub(name, new) }
    let changed = different.filter { $0.old != nil }
    guard !changed.isEmpty else { return 0 }
    guard try unasked || mayOverwrite(changed.map(\.name)) else { return 1 }
    for (name, old, new) in changed {
      let solution = try folder.text(solutions.appending(path: name))
      if let old, old.withLineFeeds != solution.withLineFeeds {
        let kept = try keep(old, as: String(name.dropLast(6)))
        Screen.print("what exercises/\(name) was is in \(kept)")
      }
      try writeStub(name, new)
    }
    return 0
  }

  private func writeStub(_ name: String, _ text: String) throws {
    try folder.write(text, to: folder.exercises.appending(path: name))
    Screen.print("exercises/\(name) written")
  }

  /// Asks at the keyboard; where there is none, the answer is a flag.
  private func mayOverwrite(_ names: [String]) throws -> Bool {
    let files = names.map { "exercises/\($0)" }.joined(separator: ", ")
    guard isatty(STDIN_FILENO) == 1, Screen.isTerminal else {
      throw Trouble(
        "this would put all functions in \(files) back to their beginning; "
          + "`stubs --yes` does it, and keeps a copy of each in exercises/.discarded/", status: 64)
    }
    Screen.say("This puts all functions back to their beginning in \(files).")
    Screen.say("What you have is kept in exercises/.discarded/. Go on? y does it, Enter not.")
    guard readLine()?.lowercased().hasPrefix("y") == true else {
      Screen.say("Nothing has been changed.")
      return false
    }
    return true
  }
}
