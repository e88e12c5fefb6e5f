import Guiding
import Foundation

/// The commands about one function: hint, solution, reset.
extension Commands {
  /// One more hint, or all of them.
  func hint(_ named: ExerciseFacts?, all: Bool) throws -> Int32 {
    let exercise: ExerciseFacts
    if let named {
      exercise = named
    } else {
      guard let next = Guide.next(in: try guide.results(folder.outline.all)) else {
        Screen.say("Every exercise is done; name one to see its hints.")
        return 0
      }
      exercise = next.exercise
    }
    let ladder = Hints(folder: folder)
    let hints = try ladder.all(for: exercise, from: guide)
    let count = hints.count
    let shown = all ? count : ladder.next(for: exercise, of: count)
    Screen.say("\(pages.title(exercise)), \(folder.place(of: exercise))", style: .bold)
    Hints.show(hints.prefix(shown))
    Screen.print()
    if shown < count {
      Screen.say("\(count - shown) more: ask again, or `hint \(exercise.id) --all`", style: .faint)
    } else {
      Screen.say(
        "That was the last; `solution \(exercise.id) --peek` shows it done.", style: .faint)
    }
    return 0
  }

  /// The solution, and how the learner's version differs; only after a pass, or on request.
  func solution(_ exercise: ExerciseFacts, peek: Bool) throws -> Int32 {
    if !peek {
      guard let result = try guide.results([exercise]).first else { return 1 }
      guard result.state == .done else {
        Screen.say(
          "\(exercise.id) \(exercise.name) does not pass yet (\(result.state.rawValue)). "
            + "`swift run workbook hint \(exercise.id)` helps without giving it away; "
            + "`solution \(exercise.id) --peek` shows it now.")
        return 1
      }
    }
    let neighbours = folder.neighbours(of: exercise)
    guard
      let solution = FunctionText(
        of: exercise, among: neighbours, in: try folder.text(folder.solution(exercise)))
    else { throw Trouble("solutions/\(exercise.file) has no exercise \(exercise.id)", status: 65) }
    Screen.say("\(pages.title(exercise)), solutions/\(exercise.file)", style: .bold)
    Screen.print(code(of: solution))
    Screen.print()
    let pieces = ExerciseFiles(folder).pieces(of: exercise, among: neighbours).map(\.piece)
    guard let own = pieces.first(where: { $0.name == exercise.name }) else {
      Screen.say("exercises/ has no \(exercise.name) to compare it with.")
      return 0
    }
    let stub = try Stubs.function(
      of: exercise, fromSolution: folder.text(folder.solution(exercise)))
    guard own.text != stub else { return 0 }
    let difference = Self.difference(from: code(of: own), to: code(of: solution))
    guard difference.contains(where: { $0.sign != " " }) else {
      Screen.say("Yours is the same, letter by letter.")
      return 0
    }
    Screen.say("From yours (-) to this one (+); there is more than one right way:")
    for line in difference {
      let style: Screen.Style = line.sign == "-" ? .bad : line.sign == "+" ? .good : .plain
      Screen.print(Screen.styled("\(line.sign) \(line.text)", style))
    }
    return 0
  }

  /// The lines of two texts: those of one alone, those of the other alone, and those of both.
  private static func difference(
    from one: String, to other: String
  ) -> [(sign: Character, text: String)] {
    let (old, new) = (one.sourceLines, other.sourceLines)
    let changes = new.difference(from: old)
    let removed = Set(
      changes.removals.map { if case .remove(let line, _, _) = $0 { line } else { -1 } })
    var added = changes.insertions.compactMap { change in
      if case .insert(let line, let text, _) = change { (line: line, text: text) } else { nil }
    }[...]
    var (lines, count) = ([(sign: Character, text: String)](), 0)
    func addNew() {
      while let first = added.first, first.line == count {
        lines.append(("+", first.text))
        added.removeFirst()
        count += 1
      }
    }
    for (line, text) in old.enumerated() {
      // What was taken out stands above what came in its place.
      if removed.contains(line) {
        lines.append(("-", text))
        continue
      }
      addNew()
      lines.append((" ", text))
      count += 1
    }
    addNew()
    return lines
  }

  /// A function without its comment, which both versions share.
  private func code(of function: FunctionText) -> String {
    function.text.sourceLines.drop { $0.contains("//") && !$0.contains("func ") }
      .joined(separator: "\n")
  }

  /// Puts one function back to its beginning, where it belongs; the rest of the file stays, and
  /// nothing is lost.
  ///
  /// - Returns: What was done, in sentences.
  func reset(_ exercise: ExerciseFacts) throws -> [String] {
    let solution = try folder.text(folder.solution(exercise))
    let stub = try Stubs.function(of: exercise, fromSolution: solution)
    let files = ExerciseFiles(folder)
    let neighbours = folder.neighbours(of: exercise)
    let file = folder.exercise(exercise)
    let isThere = FileManager.default.fileExists(atPath: file.path)
    let source = isThere ? try folder.text(file) : ""
    let restored = try Restoring(
      exercise, among: neighbours, in: source, solution: solution)
    var removed = restored.removed
    var changed = restored.source == source ? [] : [(file, restored.source)]
    // What has been moved into another file would be there twice.
    for (path, text) in files.texts where path != exercise.file {
      let other = folder.exercises.appending(path: path).resolvingSymlinksInPath()
      guard text.contains(exercise.name), other != file.resolvingSymlinksInPath() else { continue }
      var all = SourceLines(text)
      for piece in Restoring.pieces(
        of: exercise, among: neighbours, in: text, like: stub
      ).reversed() {
        removed.append(all.text(of: piece.lines))
        all.replace(piece.lines, with: [])
      }
      if all.source != text { changed.append((folder.exercises.appending(path: path), all.source)) }
    }
    guard !changed.isEmpty else {
      return ["\(exercise.id) \(exercise.name) is at its beginning already."]
    }
    let lost = removed.filter { !Restoring.isShipped($0, stub) }.joined(separator: "\n")
    let discarded = try lost.isEmpty ? nil : keep(lost, as: "\(exercise.id)-\(exercise.name)")
    for (file, text) in changed { try folder.write(text, to: file) }
    Hints(folder: folder).forget(exercise)
    let whole = isThere ? [] : ["exercises/\(exercise.file) was missing: all of it is as shipped."]
    return [
      "\(exercise.id) \(exercise.name) is at its beginning again: \(folder.place(of: exercise))"
    ]
      + whole + (discarded.map { ["What you had is in \($0)"] } ?? [])
  }

  /// Keeps a discarded text beside the file that it was in, under a number of its own.
  ///
  /// The folder's name begins with a dot: neither git nor the compiler looks into it.
  func keep(_ text: String, as title: String) throws -> String {
    for number in 1... {
      let name = ".discarded/\(title)-\(number).swift"
      let file = folder.exercises.appending(path: name)
      let kept = text + (text.hasSuffix("\n") ? "" : "\n")
      if (try? folder.text(file)) == kept { return "exercises/\(name)" }
      guard !FileManager.default.fileExists(atPath: file.path) else { continue }
      try folder.write(kept, to: file)
      return "exercises/\(name)"
    }
    return ""
  }
}
