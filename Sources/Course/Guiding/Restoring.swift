/// Puts an exercise back to its beginning in a file that may have lost it, or have it twice.
public struct Restoring {
  /// The file with the function as it was shipped, once.
  public private(set) var source: String
  /// What went out of the file, letter by letter.
  public private(set) var removed = [String]()

  /// Puts a function where it is, or else where it belongs.
  ///
  /// - Parameters:
  ///   - exercise: Whose function it is.
  ///   - neighbours: The exercises of its chapter, in order, itself among them.
  ///   - source: The learner's file; empty if there is none.
  ///   - solution: The chapter's file in solutions/.
  /// - Throws: `Stubs.Unreadable`, if the solution has no such exercise.
  public init(
    _ exercise: ExerciseFacts, among neighbours: [ExerciseFacts], in source: String,
    solution: String
  ) throws {
    let stub = try Stubs.function(of: exercise, fromSolution: solution)
    var file = SourceLines(source)
    self.source = source
    let found = Self.pieces(of: exercise, among: neighbours, in: source, like: stub)
    // From the end, so that the lines before keep their numbers.
    for piece in found.dropFirst().reversed() {
      removed.insert(file.text(of: piece.lines), at: 0)
      var lines = piece.lines
      if lines.upperBound < file.lines.count, file.lines[lines.upperBound].isEmpty {
        lines = lines.lowerBound..<lines.upperBound + 1
      }
      file.replace(lines, with: [])
    }
    if let first = found.first {
      if found.count > 1 || first.text != stub { removed.insert(file.text(of: first.lines), at: 0) }
      file.replace(first.lines, with: stub.sourceLines)
    } else if file.lines.allSatisfy({ Self.isEmpty($0) }) {
      if !file.lines.allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { removed = [source] }
      file.replace(file.lines.indices, with: try Stubs.stub(solution).sourceLines)
      // A file ends with the end of its last line.
      if !file.source.hasSuffix("\n") { file = SourceLines(file.source + file.usualEnd) }
    } else {
      let (lines, new) = Self.place(of: exercise, among: neighbours, in: file, stub.sourceLines)
      file.replace(lines, with: new)
    }
    Self.mend(&file, neighbours)
    self.source = file.source
    removed.removeAll { Self.isShipped($0, stub) }
  }

  /// Whether a text is nobody's loss: the function or its comment, as shipped.
  public static func isShipped(_ text: String, _ stub: String) -> Bool {
    stub.contains(text.sourceLines.joined(separator: "\n"))
  }

  /// The line that opens a chapter's answers.
  public static func head(of chapter: Int) -> String {
    "public enum Answers: Chapter\(twoDigits(chapter)) {"
  }

  /// Puts back the line that opens the chapter's answers, and the brace that closes them.
  private static func mend(_ file: inout SourceLines, _ neighbours: [ExerciseFacts]) {
    let pieces = FunctionText.all(of: neighbours, in: file.source).map(\.piece)
    let isOpened = file.lines.contains { $0.contains(/\benum\s+Answers\b/) }
    if !isOpened, let first = pieces.map(\.lines.lowerBound).min() {
      file.replace(first..<first, with: [head(of: neighbours.first?.chapter ?? 0)])
    }
    // A brace too many behind a function closes the enum before the next one.
    while let end = file.endOfFirstBlock,
      file.lines[end].allSatisfy({ $0.isWhitespace || $0 == "}" }), file.lines[end].hasPrefix(" "),
      file.depths.last ?? 0 < 0
        || file.lines[(end + 1)...].contains(where: { $0.contains("/// Exercise ") })
    { file.replace(end..<end + 1, with: []) }
    if file.depths.last == 1, pieces.allSatisfy(\.isClosed) {
      file.replace(file.lines.count..<file.lines.count, with: ["}"])
    }
  }

  /// What there is of an exercise: all comments that mark it, and all functions that would collide.
  ///
  /// A function of the same name with another signature is a helper, unless it is the only one.
  public static func pieces(
    of exercise: ExerciseFacts, among neighbours: [ExerciseFacts], in source: String,
    like stub: String
  ) -> [FunctionText] {
    let all = FunctionText.all(of: exercise, among: neighbours, in: source)
    let wanted = FunctionText(of: exercise, among: neighbours, in: stub)?.signature ?? ""
    let isThere = all.contains { $0.signature == wanted }
    return all.filter { piece in
      !isThere || piece.signature == wanted
        || FunctionText.marks(exercise.id, piece.text.sourceLines.first ?? "")
    }
  }

  /// Whether nothing in a line is code of the learner's.
  private static func isEmpty(_ line: String) -> Bool {
    let text = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    return text.isEmpty || text.hasPrefix("//") || text.hasPrefix("import ")
  }

  /// Where a function belongs that is not there, and what goes there: one empty line to each side.
  private static func place(
    of exercise: ExerciseFacts, among chapter: [ExerciseFacts], in file: SourceLines,
    _ stub: [String]
  ) -> (lines: Range<Int>, new: [String]) {
    let isBlank = { (line: Int) in
      file.lines.indices.contains(line) && file.lines[line].allSatisfy(\.isWhitespace)
    }
    func gap(around line: Int) -> Range<Int> {
      var (start, end) = (line, line)
      while isBlank(start - 1) { start -= 1 }
      while isBlank(end) { end += 1 }
      return start..<end
    }
    func between(_ lines: Range<Int>) -> (Range<Int>, [String]) {
      let before = lines.lowerBound > 0 && !file.lines[lines.lowerBound - 1].hasSuffix("{")
      let after =
        lines.upperBound < file.lines.count && !file.lines[lines.upperBound].hasPrefix("}")
      return (lines, (before ? [""] : []) + stub + (after ? [""] : []))
    }
    let pieces = FunctionText.all(of: chapter, in: file.source)
    let index = chapter.firstIndex { $0.id == exercise.id } ?? 0
    for before in chapter[..<index].reversed() {
      guard let piece = pieces.last(where: { $0.id == before.id })?.piece else { continue }
      return between(gap(around: piece.lines.upperBound))
    }
    for after in chapter[(index + 1)...] {
      guard let piece = pieces.first(where: { $0.id == after.id })?.piece else { continue }
      return between(gap(around: piece.lines.lowerBound))
    }
    let head = Self.head(of: exercise.chapter)
    if let line = file.lines.firstIndex(where: { $0.contains(head.dropLast(2)) }) {
      let brace = file.lines[line...].firstIndex { $0.contains("{") } ?? line
      return between(gap(around: brace + 1))
    }
    return (gap(around: file.lines.count), ["", head] + stub + ["}"])
  }
}
