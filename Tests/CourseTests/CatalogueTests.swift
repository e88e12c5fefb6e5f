import Course
import Foundation
import Testing

/// The package's folder.
let package = URL(filePath: #filePath).appending(path: "../../..").standardized

@Test(arguments: Catalogue.all.map(\.id))
func `every misconception is rejected and named as itself, as no other`(id: String) throws {
  let checked = try #require(Catalogue.find(id)).checkMisconceptions()
  #expect(checked.count >= 2, "a problem knows two wrong answers at least")
  for (name, sentence, verdict) in checked {
    guard case .wrong(let diagnosis) = verdict else {
      Issue.record("\(name): \(verdict)")
      continue
    }
    let sentences = checked.map(\.sentence)
    let named = sentences.filter { diagnosis.contains("→ " + $0) }
    #expect(named == [sentence], "\(name): \(diagnosis)")
  }
}

@Test(arguments: Catalogue.all.map(\.id))
func `the reference and every other right answer pass`(id: String) throws {
  let verdicts = try #require(Catalogue.find(id)).checkAlternatives()
  #expect(verdicts.count >= 2, "a problem knows another right answer at least")
  for verdict in verdicts { #expect(verdict == .passed) }
}

@Test func `ids, function names and names of bugs are unique`() {
  let all = Catalogue.all
  for names in [all.map(\.id), all.map(\.name), all.flatMap { $0.wrongAnswers.map(\.name) }] {
    #expect(Set(names).count == names.count)
  }
}

/// A chapter's file of solutions.
private func solution(_ chapter: Int) throws -> String {
  let file = package.appending(path: "solutions/\(chapterFile(chapter))")
  return try String(contentsOf: file, encoding: .utf8)
}

@Test func `the guide reads from comments what the catalogue says, and no more`() throws {
  let outline = Outline(try Catalogue.chapters.map { try solution($0.number) })
  #expect(outline.all == Catalogue.all.map(\.facts))
  #expect(
    outline.find("4.1")?.name == "denseBackward" && outline.find("denseBackward")?.id == "4.1")
}

@Test(arguments: Catalogue.all.map(\.id))
func `the doc comment says how to get a hint, above the function`(id: String) throws {
  let exercise = try #require(Catalogue.find(id))
  let lines = try solution(exercise.chapter).sourceLines
  let start = try #require(lines.firstIndex { $0.contains("/// Exercise \(id):") })
  let end = try #require(lines[start...].firstIndex { !$0.contains("///") })
  #expect(lines[start..<end].joined().contains("`swift run workbook hint \(id)`"))
  #expect(lines[end].contains("static func \(exercise.name)("), "\(lines[end])")
}

@Test(arguments: Catalogue.all.map(\.id))
func `there is a test for it that a filter finds by its name`(id: String) throws {
  let exercise = try #require(Catalogue.find(id))
  let folder = package.appending(path: "Tests/ExerciseTests")
  let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
  let file = try #require(names.first { $0.hasPrefix(suite(of: exercise.chapter)) })
  let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
  #expect(source.contains("  struct \(file.dropLast(".swift".count)) {"))
  #expect(
    source.contains(
      "@Test func \(exercise.name)() async throws { try await check(\"\(id)\") }"))
}

/// How the suite of a chapter's exercises begins: what `--filter Exercise1` finds is not chapter 10.
private func suite(of chapter: Int) -> String {
  chapter < 10 ? "Exercise\(twoDigits(chapter))" : "Exercise_\(chapter)"
}

@Test func `a filter for one chapter, or for one exercise, takes no other`() {
  for (chapter, other) in product(1...16) {
    #expect(!suite(of: other).contains("Exercise\(chapter)"), "\(chapter) takes \(other)")
    #expect(!suite(of: other).contains(suite(of: chapter)), "\(chapter) takes \(other)")
  }
  let names = Catalogue.all.map(\.name)
  for (name, other) in product(names) { #expect(!other.hasPrefix(name), "\(name) takes \(other)") }
}

/// All pairs of two different ones.
private func product<All: Sequence<Element>, Element: Equatable>(
  _ all: All
) -> [(Element, Element)] {
  all.flatMap { one in all.filter { $0 != one }.map { (one, $0) } }
}
