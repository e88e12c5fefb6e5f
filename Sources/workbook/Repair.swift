import Guiding
import Foundation

/// A copy of a chapter's file in which what does not compile is left out, and why it is.
///
/// A function that is left out is a `Todo` at the end of the file; where it was there are empty lines,
/// so that every other function keeps its line. Where an error lies outside the functions, the whole
/// chapter is left out.
struct Repair {
  let folder: Folder
  let chapter: Int
  /// The exercises that are left out, each with the reason.
  private(set) var broken = [String: String]()

  private let files: ExerciseFiles
  /// The exercises of the chapter.
  private let exercises: [ExerciseFacts]
  /// What the file held, and what the copy will.
  private let source: String
  private var text: String

  init(_ folder: Folder, chapter: Int) {
    (self.folder, self.chapter) = (folder, chapter)
    files = ExerciseFiles(folder)
    exercises = folder.outline.chapter(chapter)
    source = files.text(chapterFile(chapter)) ?? ""
    text = source
    inspect()
  }

  private var file: String { chapterFile(chapter) }

  /// Whether nothing of the chapter is left; that may be seen without the compiler.
  var isEmpty: Bool { broken.count == exercises.count }

  // MARK: What is wrong

  /// Leaves out the chapter if it can be seen without the compiler that there is none.
  private mutating func inspect() {
    guard !source.contains("func ") else { return }
    let putBack = "`swift run workbook reset \(exercises.first?.id ?? "")` puts it back"
    if let trouble = files.troubles.first(where: { $0.contains("exercises/\(file)") }) {
      leaveOutAll(trouble)
    } else if let other = files.others(holding: chapter).first, files.text(file) == nil {
      leaveOutAll(
        "exercises/\(file) is missing; exercises/\(other) holds chapter \(chapter), but under that "
          + "name it is not compiled: call it \(file) again, or \(putBack)")
    } else {
      leaveOutAll("exercises/\(file) is missing or empty: \(putBack)")
    }
  }

  /// What is wrong with the line that opens the answers.
  private var whatTheHeadLacks: String? {
    let head = Restoring.head(of: chapter)
    let isOpened = source.contains(/\b(?:enum|struct|class|actor)\s+Answers\b/)
    if isOpened && ExerciseFiles.conforms(source, to: chapter) { return nil }
    return source.contains(/\bextension\s+Answers\b/)
      ? "exercises/\(file) is as in an older version of the course: where it says `extension Answers`, "
        + "it must be `\(head)`, and above it `import Problems\(twoDigits(chapter))`"
      : "exercises/\(file) has lost its line `\(head)`: "
        + "put it back above the first function, or `reset` any function of it"
  }

  /// Leaves out what the compiler complains about; true if that is something new.
  mutating func take(_ log: String) throws -> Bool {
    let (before, old) = (broken.count, text)
    let all = CompilerMessage.all(in: log).filter { $0.file == file }
    // Where a brace is missing, functions seem to be missing too.
    let messages = all.filter { !$0.isAboutConformance }
    if let whatTheHeadLacks {
      leaveOutAll(whatTheHeadLacks)
      return true
    }
    for message in messages { try take(message) }
    if messages.isEmpty {
      let unmet = CompilerMessage.unmet(in: log)
      for exercise in exercises where unmet.contains(exercise.name) {
        try leaveOut(exercise, whatIsMissing(exercise))
      }
    }
    if broken.count == before && text == old, let message = messages.first ?? all.first {
      leaveOutAll(try explained(message))
    }
    return broken.count > before || text != old
  }

  private mutating func take(_ message: CompilerMessage) throws {
    let line = message.line - 1
    let inOrder = FunctionText.all(of: exercises, in: source).compactMap { id, piece in
      exercises.first { $0.id == id }.map { ($0, piece) }
    }
    // Braces that do not match in one function bring errors to lines all over the file.
    if let (exercise, piece) = inOrder.first(where: { !$0.1.isClosed })
      ?? Self.early(inOrder, in: source)
    {
      cut(piece, toTheNext: true)
      guard broken[exercise.id] == nil else { return }
      // The compiler finds such an error wherever it loses its way.
      let place = "exercises/\(file):\(piece.signatureLine)"
      let words = piece.lines.contains(line) ? "; the compiler says\n\(message.text)" : ""
      return try leaveOut(exercise, "its braces do not match, it begins at \(place)\(words)")
    }
    let depth = SourceLines(source).depths.last ?? 0
    if let (exercise, piece) = inOrder.first(where: { $0.1.lines.contains(line) }), depth == 0 {
      cut(piece)
      return try leaveOut(exercise, explained(message, in: exercise))
    }
    leaveOutAll(
      depth > 0
        ? "exercises/\(file) has a `{` more than `}` outside its functions: "
          + "is its last line, `}`, still there?" : try explained(message))
  }

  /// A message with what the compiler cannot know about the course.
  private func explained(
    _ message: CompilerMessage, in exercise: ExerciseFacts? = nil
  ) throws -> String {
    var advice = [String]()
    if let exercise, message.text.contains("protocol 'Chapter") {
      advice.append(try "its first line must be `\(signature(exercise))`")
    }
    if let match = message.text.firstMatch(
      of: /cannot find (?:type )?'(\w+)' in scope|has no member '(\w+)'/)
    {
      let name = String(match.1 ?? match.2 ?? "")
      if let other = folder.outline.find(name), other.chapter != chapter {
        advice.append(
          "\(name) is a function of chapter \(other.chapter), and each chapter is compiled by itself: "
            + "copy what you need from exercises/\(other.file), or use the library's")
      } else if let path = files.declaring(name, beside: file) {
        advice.append(
          "\(name) is in exercises/\(path), which is not compiled with this chapter: "
            + "move it into exercises/\(file), above or below `enum Answers`")
      }
    }
    if message.text.contains("error: no such module '") {
      advice.append("`import Problems\(twoDigits(chapter))` brings all that this chapter needs")
    }
    return ([message.text] + advice.map { "→ \($0)" }).joined(separator: "\n")
  }

  private func whatIsMissing(_ exercise: ExerciseFacts) throws -> String {
    let putBack = "`swift run workbook reset \(exercise.id)` puts it back as it was shipped"
    let pieces = files.pieces(of: exercise, among: exercises).filter { $0.piece.name != nil }
    guard let (path, piece) = pieces.first else {
      return "\(exercise.name) is missing, no file in exercises/ has it: \(putBack)"
    }
    let place = "exercises/\(path):\(piece.signatureLine)"
    guard path == file else {
      return
        "\(exercise.name) is missing; \(place) has it, but what is not in exercises/\(file) is "
        + "compiled with no chapter: move it back, or \(putBack), and keeps yours"
    }
    guard let name = piece.name, name != exercise.name else {
      return try "\(place) should be `\(signature(exercise))`: put that line back, "
        + "and what is below it can stay; or \(putBack), and keeps yours"
    }
    return "\(exercise.name) is missing; \(place) has \(name) in its place. "
      + "Call it \(exercise.name) again; or \(putBack), and keeps yours"
  }

  /// The first line of a function, as it is shipped.
  private func signature(_ exercise: ExerciseFacts) throws -> String {
    let stub = try stub(exercise)
    return stub.sourceLines.drop { $0.contains("///") }.prefix { !$0.contains("throw Todo") }
      .joined(separator: " ").split(separator: " ").joined(separator: " ")
  }

  // MARK: The copy

  /// Writes the copy into a folder that takes the place of exercises/.
  func write(to copy: URL) throws {
    let stubs = try exercises.filter { broken[$0.id] != nil }.map(stub)
    let leftOut = "\nextension Answers {\n" + stubs.joined(separator: "\n") + "\n}\n"
    try? FileManager.default.removeItem(at: copy)
    try folder.write(
      text + (stubs.isEmpty ? "" : leftOut), to: copy.appending(path: file))
  }

  private mutating func leaveOut(_ exercise: ExerciseFacts, _ why: String) throws {
    if let known = broken[exercise.id] {
      if !known.contains(why) { broken[exercise.id] = known + "\n\n" + why }
      return
    }
    broken[exercise.id] = why
    let stub = try stub(exercise)
    for piece in Restoring.pieces(of: exercise, among: exercises, in: text, like: stub) {
      cut(piece)
    }
  }

  private mutating func leaveOutAll(_ why: String) {
    for exercise in exercises where broken[exercise.id] == nil { broken[exercise.id] = why }
  }

  /// Puts empty lines where a function was, and if need be where the lines up to the next one are:
  /// a brace too many, or what one that is missing would have closed.
  private mutating func cut(_ piece: FunctionText, toTheNext: Bool = false) {
    var (lines, all) = (piece.lines, SourceLines(text))
    if toTheNext {
      let begins = FunctionText.all(of: exercises, in: text).map(\.piece.lines.lowerBound)
      let end = all.lines[lines.upperBound...].firstIndex { $0.hasPrefix("}") }
      let next = begins.filter { $0 >= lines.upperBound }.min() ?? end ?? lines.upperBound
      lines = lines.lowerBound..<max(next, lines.upperBound)
    }
    all.replace(lines, with: [String](repeating: "", count: lines.count))
    text = all.source
  }

  private func stub(_ exercise: ExerciseFacts) throws -> String {
    try Stubs.function(of: exercise, fromSolution: folder.text(folder.solution(exercise)))
  }

  // MARK: Looking at texts

  /// The function behind which the enum ends too early: it has a brace too many.
  private static func early(
    _ pieces: [(ExerciseFacts, FunctionText)], in source: String
  ) -> (ExerciseFacts, FunctionText)? {
    guard let end = SourceLines(source).endOfFirstBlock, let last = pieces.last,
      last.1.lines.lowerBound > end
    else { return nil }
    return pieces.last { $0.1.lines.lowerBound <= end }
  }
}
