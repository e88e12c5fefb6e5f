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
  let outline = Outline(try Catalogue.chapters.indices.map { try solution($0 + 1) })
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
  let file = try #require(names.first { $0.hasPrefix("Exercise\(twoDigits(exercise.chapter))") })
  let source = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
  #expect(
    source.contains(
      "@Test func \(exercise.name)() async throws { try await check(\"\(id)\") }"))
}
