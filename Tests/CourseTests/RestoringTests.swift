import Course
import Foundation
import Testing

/// What becomes of a chapter's file when a function is put back into what is left of it.
@Suite struct RestoringTests {
  private static func solution(_ exercise: any Exercise) throws -> String {
    let package = URL(filePath: #filePath).appending(path: "../../..").standardized
    return try String(
      contentsOf: package.appending(path: "solutions/\(exercise.file)"), encoding: .utf8)
  }

  /// The file without some lines.
  private static func without(_ lines: Range<Int>, _ source: String) -> String {
    var all = SourceLines(source)
    all.replace(lines, with: [])
    return all.source
  }

  @Test(arguments: Catalogue.all.map(\.id), ["\n", "\r\n"])
  func `a function that was deleted comes back where it was`(id: String, end: String) throws {
    let exercise = try #require(Catalogue.find(id))
    let solution = try Self.solution(exercise)
    let shipped = try Stubs.stub(solution).replacing("\n", with: end)
    let piece = try #require(
      FunctionText(of: exercise.facts, among: neighbours(of: exercise), in: shipped))
    let body = piece.signatureLine - 1..<piece.lines.upperBound
    for gone in [piece.lines, body, piece.lines.lowerBound..<body.lowerBound] {
      let left = Self.without(gone, shipped)
      let restored = try Restoring(
        exercise.facts, among: neighbours(of: exercise), in: left, solution: solution)
      #expect(restored.source == shipped, "\(id) without lines \(gone)")
      #expect(restored.removed.isEmpty, "nothing of the learner's was in it")
    }
    #expect(
      try Restoring(
        exercise.facts, among: neighbours(of: exercise), in: shipped, solution: solution
      ).source == shipped)
  }

  @Test(arguments: Catalogue.all.map(\.id))
  func `whatever stands in a function's place goes out, and is returned`(id: String) throws {
    let exercise = try #require(Catalogue.find(id))
    let solution = try Self.solution(exercise)
    let shipped = try Stubs.stub(solution)
    let piece = try #require(
      FunctionText(of: exercise.facts, among: neighbours(of: exercise), in: shipped))
    let mine = piece.text.replacing("throw Todo", with: "let mine = \"}\" // {\n    throw Todo")
    let lines = shipped.sourceLines
    let extensionEnd = try #require(lines.lastIndex(of: "}"))
    var twice = SourceLines(shipped)
    twice.replace(extensionEnd..<extensionEnd, with: [""] + mine.sourceLines)
    let changes = [
      ("its body", shipped.replacing(piece.text, with: mine)),
      ("its name", shipped.replacing("func \(exercise.name)(", with: "func renamed(")),
      ("its marker", shipped.replacing("/// Exercise \(id):", with: "/// My exercise \(id)")),
      ("its comment's form", shipped.replacing("/// Exercise \(id):", with: "// Exercise \(id):")),
      ("its brace", shipped.replacing(piece.text, with: String(piece.text.dropLast(4)))),
      ("a brace more", shipped.replacing(piece.text, with: piece.text + "\n  }")),
      (
        "its labels",
        shipped.replacing("func \(exercise.name)(", with: "func \(exercise.name)(a: Int, ")
      ),
    ]
    for (name, source) in changes {
      try #require(source != shipped)
      let restored = try Restoring(
        exercise.facts, among: neighbours(of: exercise), in: source, solution: solution)
      #expect(restored.source == shipped, "\(id), \(name)")
    }
    let once = try Restoring(
      exercise.facts, among: neighbours(of: exercise), in: twice.source, solution: solution)
    #expect(
      FunctionText.all(of: exercise.facts, among: neighbours(of: exercise), in: once.source).count
        == 1)
    #expect(once.removed.contains { $0.contains("let mine") })
  }

  @Test(arguments: Catalogue.numbers)
  func `the first and last line of a chapter's answers come back with a function`(chapter: Int)
    throws
  {
    let exercise = try #require(Catalogue.chapter(chapter).last)
    let solution = try Self.solution(exercise)
    let shipped = try Stubs.stub(solution)
    let lines = shipped.sourceLines
    let head = try #require(lines.firstIndex { $0.hasPrefix("public enum Answers") })
    let end = try #require(lines.lastIndex(of: "}"))
    for left in [
      Self.without(head..<head + 1, shipped), Self.without(end..<end + 1, shipped), "", "\n\n",
      "import Problems\(twoDigits(chapter))\n",
    ] {
      let restored = try Restoring(
        exercise.facts, among: neighbours(of: exercise), in: left, solution: solution)
      #expect(restored.source == shipped, "from:\n\(left)")
    }
  }

  @Test func `a helper of the same name with other parameters stays`() throws {
    let exercise = try #require(Catalogue.find("1.2"))
    let solution = try Self.solution(exercise)
    let shipped = try Stubs.stub(solution)
    let helper =
      "  static func tanhBackward(_ dy: Double, y: Double) -> Double { dy * (1 - y * y) }\n"
    let source = shipped.replacing("  /// Exercise 1.3:", with: helper + "\n  /// Exercise 1.3:")
      .replacing("throw Todo(\"1.2\")", with: "dy.zip(y) { tanhBackward($0, y: $1) }")
    let restored = try Restoring(
      exercise.facts, among: neighbours(of: exercise), in: source, solution: solution)
    #expect(restored.source.contains(helper))
    #expect(restored.source.replacing(helper + "\n", with: "") == shipped)
  }

  @Test func `what has been commented out is no function`() throws {
    let exercise = try #require(Catalogue.find("1.2"))
    let solution = try Self.solution(exercise)
    let shipped = try Stubs.stub(solution)
    let piece = try #require(
      FunctionText(of: exercise.facts, among: neighbours(of: exercise), in: shipped))
    let old = "  /*\n\(piece.text)\n  */\n"
    let source = shipped.replacing("  /// Exercise 1.1:", with: old + "  /// Exercise 1.1:")
    #expect(
      FunctionText.all(of: exercise.facts, among: neighbours(of: exercise), in: source).count == 1)
    #expect(
      try #require(FunctionText(of: exercise.facts, among: neighbours(of: exercise), in: source))
        .signatureLine > piece.signatureLine)
  }
}
