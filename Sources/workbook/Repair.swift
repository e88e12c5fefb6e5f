import Course
import Foundation

/// A copy of exercises/ in which what does not compile is left out, and why it is.
///
/// A function that is left out is a `Todo` in a file of its own; where it was there are empty lines,
/// so that every other function keeps its line. Where an error lies outside the functions, the whole
/// chapter is left out.
struct Repair {
  let folder: Folder
  /// The exercises that are left out, each with the reason.
  private(set) var broken = [String: String]()
  /// Why nothing can be checked at all.
  private(set) var trouble: String?

  private let files: ExerciseFiles
  /// The copy's files.
  private var texts: [String: String]
  /// The chapters that are left out.
  private var chapters = Set<Int>()

  init(_ folder: Folder) {
    self.folder = folder
    files = ExerciseFiles(folder)
    texts = Dictionary(files.texts.map { ($0.path, $0.text) }) { first, _ in first }
  }

  // MARK: What is wrong

  /// What is wrong with files that cannot be read.
  var troubles: [String] { files.troubles }

  /// Leaves out whatever can be seen without the compiler: chapters that are missing, or there twice.
  mutating func inspect() throws {
    let homes = files.texts.filter { $0.text.contains(/(?m)^\s*(?:public )?enum Answers\b/) }
    let names = homes.map { "exercises/\($0.path)" }
    guard homes.count == 1 else {
      trouble =
        homes.isEmpty
        ? "exercises/Answers.swift, with `public enum Answers {}`, is missing: "
          + "`swift run workbook stubs` puts it back, and asks before it touches another file"
        : "\(names.joined(separator: " and ")) are the same file twice: "
          + "delete one, or move it out of exercises/"
      return
    }
    for chapter in Set(Catalogue.all.map(\.chapter)).sorted() {
      let own = "Chapter0\(chapter).swift"
      let heads = files.texts.filter { ExerciseFiles.conforms($0.text, to: chapter) }.map(\.path)
      if heads.count > 1 {
        let all = heads.map { "exercises/\($0)" }.joined(separator: " and ")
        let why = "\(all) both hold chapter \(chapter): delete one, or move it out of exercises/"
        try leaveOut(chapter: chapter, why)
      } else if heads.isEmpty {
        let first = Catalogue.chapter(chapter).first?.id ?? ""
        let why =
          files.troubles.first { $0.contains("exercises/\(own)") }
          ?? (texts[own]?.contains("func ") != true
            ? "exercises/\(own) is missing or empty: `swift run workbook reset \(first)` puts it back"
            : "exercises/\(own) has lost its line `extension Answers: Chapter0\(chapter) {`: "
              + "put it back above the first function, or `reset` any function of it")
        try leaveOut(chapter: chapter, why)
      }
    }
    // Two files of one name make no module: the one in exercises/ itself stays.
    for path in texts.keys where path.contains("/") {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if texts[name] != nil { texts[path] = nil }
    }
  }

  /// Leaves out what the compiler complains about; true if that is something new.
  mutating func take(_ log: String) throws -> Bool {
    let (before, texts) = (broken.count, texts)
    let all = CompilerMessage.all(in: log)
    // Where a brace is missing, functions seem to be missing too.
    let messages = all.filter { !$0.isAboutConformance }
    for message in messages { try take(message) }
    if messages.isEmpty {
      let unmet = CompilerMessage.unmet(in: log)
      for exercise in Catalogue.all where unmet.contains(exercise.name) {
        try leaveOut(exercise, whatIsMissing(exercise))
      }
    }
    if broken.count == before && self.texts == texts {
      for message in messages { try leaveOutChapter(of: message) }
    }
    return broken.count > before || self.texts != texts
  }

  private mutating func take(_ message: CompilerMessage) throws {
    guard let source = files.text(message.file) else { return }
    let line = message.line - 1
    let pieces = Catalogue.all.flatMap { exercise in
      source.contains(exercise.name) || exercise.file == message.file
        ? FunctionText.all(of: exercise, in: source).map { (exercise, $0) } : []
    }
    let inOrder = pieces.sorted { $0.1.lines.lowerBound < $1.1.lines.lowerBound }
    // Braces that do not match in one function bring errors to lines all over the file.
    if let (exercise, piece) = inOrder.first(where: { !$0.1.isClosed })
      ?? Self.early(inOrder, in: source)
    {
      try cut(piece, of: exercise, from: message.file, toTheNext: true)
      guard broken[exercise.id] == nil else { return }
      // The compiler finds such an error wherever it loses its way.
      let place = "exercises/\(message.file):\(piece.signatureLine)"
      let words = piece.lines.contains(line) ? "; the compiler says\n\(message.text)" : ""
      return try leaveOut(exercise, "its braces do not match, it begins at \(place)\(words)")
    }
    let depth = SourceLines(source).depths.last ?? 0
    if let (exercise, piece) = inOrder.first(where: { $0.1.lines.contains(line) }), depth == 0,
      !chapters.contains(exercise.chapter)
    {
      try cut(piece, of: exercise, from: message.file)
      return try leaveOut(exercise, message.text + advice(on: message, exercise))
    }
    try leaveOutChapter(of: message)
  }

  private mutating func leaveOutChapter(of message: CompilerMessage) throws {
    let depth = files.text(message.file).flatMap { SourceLines($0).depths.last } ?? 0
    guard let chapter = Catalogue.all.first(where: { $0.file == message.file })?.chapter else {
      return
    }
    let why =
      depth > 0
      ? "exercises/\(message.file) has a `{` more than `}` outside its functions: "
        + "is its last line, `}`, still there?" : message.text
    try leaveOut(chapter: chapter, why)
  }

  /// What a function's first line must be, where the compiler says only that it is another.
  private func advice(on message: CompilerMessage, _ exercise: any Exercise) throws -> String {
    guard message.text.contains("protocol 'Chapter") else { return "" }
    return try "\n→ its first line must be `\(signature(exercise))`"
  }

  private func whatIsMissing(_ exercise: any Exercise) throws -> String {
    let putBack = "`swift run workbook reset \(exercise.id)` puts it back as it was shipped"
    let pieces = files.pieces(of: exercise).filter { $0.piece.name != nil }
    guard let (path, piece) = pieces.first else {
      return "\(exercise.name) is missing, no file in exercises/ has it: \(putBack)"
    }
    let place = "exercises/\(path):\(piece.signatureLine)"
    guard let name = piece.name, name != exercise.name else {
      return try "\(place) should be `\(signature(exercise))`: put that line back, "
        + "and what is below it can stay; or \(putBack), and keeps yours"
    }
    return "\(exercise.name) is missing; \(place) has \(name) in its place. "
      + "Call it \(exercise.name) again; or \(putBack), and keeps yours"
  }

  /// The first line of a function, as it is shipped.
  private func signature(_ exercise: any Exercise) throws -> String {
    let stub = try stub(exercise)
    return stub.sourceLines.drop { $0.contains("///") }.prefix { !$0.contains("throw Todo") }
      .joined(separator: " ").split(separator: " ").joined(separator: " ")
  }

  // MARK: The copy

  /// Writes the copy.
  func write(to copy: URL) throws {
    try? FileManager.default.removeItem(at: copy)
    for (path, text) in texts { try folder.write(text, to: copy.appending(path: path)) }
    for chapter in Set(Catalogue.all.map(\.chapter)) where !chapters.contains(chapter) {
      let stubs = try Catalogue.chapter(chapter).filter { broken[$0.id] != nil }.map(stub)
      guard !stubs.isEmpty else { continue }
      let head = "import Backprop\nimport Course\n\nextension Answers {\n"
      try folder.write(
        head + stubs.joined(separator: "\n") + "\n}\n",
        to: copy.appending(path: "LeftOut0\(chapter).swift"))
    }
  }

  private mutating func leaveOut(_ exercise: any Exercise, _ why: String) throws {
    if let known = broken[exercise.id] {
      if !known.contains(why) { broken[exercise.id] = known + "\n\n" + why }
      return
    }
    broken[exercise.id] = why
    let stub = try stub(exercise)
    for (path, text) in texts {
      for piece in Restoring.pieces(of: exercise, in: text, like: stub) {
        try cut(piece, of: exercise, from: path)
      }
    }
  }

  /// Puts empty lines where a function was, and if need be where the lines up to the next one are:
  /// a brace too many, or what one that is missing would have closed.
  private mutating func cut(
    _ piece: FunctionText, of exercise: any Exercise, from path: String, toTheNext: Bool = false
  ) throws {
    guard let text = texts[path] else { return }
    var (lines, all) = (piece.lines, SourceLines(text))
    if toTheNext {
      let begins = FunctionText.all(ofChapter: exercise.chapter, in: text)
        .map(\.piece.lines.lowerBound)
      let end = all.lines[lines.upperBound...].firstIndex { $0.hasPrefix("}") }
      let next = begins.filter { $0 >= lines.upperBound }.min() ?? end ?? lines.upperBound
      lines = lines.lowerBound..<max(next, lines.upperBound)
    }
    all.replace(lines, with: [String](repeating: "", count: lines.count))
    texts[path] = all.source
  }

  private mutating func leaveOut(chapter: Int, _ why: String) throws {
    guard chapters.insert(chapter).inserted else { return }
    for exercise in Catalogue.chapter(chapter) {
      if broken[exercise.id] == nil { try leaveOut(exercise, why) }
    }
    for (path, text) in texts where ExerciseFiles.conforms(text, to: chapter) { texts[path] = nil }
    let solution = folder.root.appending(path: "solutions/Chapter0\(chapter).swift")
    texts["Chapter0\(chapter).swift"] = try Stubs.stub(folder.text(solution))
  }

  private func stub(_ exercise: any Exercise) throws -> String {
    try Stubs.function(of: exercise, fromSolution: folder.text(folder.solution(exercise)))
  }

  // MARK: Looking at texts

  /// The function behind which the extension ends too early: it has a brace too many.
  private static func early(
    _ pieces: [(any Exercise, FunctionText)], in source: String
  ) -> (any Exercise, FunctionText)? {
    guard let end = SourceLines(source).endOfFirstBlock, let last = pieces.last,
      last.1.lines.lowerBound > end
    else { return nil }
    return pieces.last { $0.1.lines.lowerBound <= end }
  }
}
