import Course
import Foundation
import Testing

@Test func `every chapter has a lesson`() {
  #expect(Lesson.all.map(\.chapter) == Array(1...Lesson.all.count) && Lesson.all.count >= 4)
}

@Test(arguments: Lesson.chosen)
func `code in a lesson is an excerpt of the file named above it`(lesson: Lesson) throws {
  try compareCode(of: lesson)
}

@Test func `the page about Swift shows what compiles, and its links lead somewhere`() throws {
  let page = try Lesson(0, in: package.appending(path: "chapters"), named: "SWIFT.md")
  #expect(page.blocks.filter { $0.language == "swift" }.count > 8)
  try compareCode(of: page)
  for match in page.prose.matches(of: /\]\(([^)#\s]+)/) where !match.1.hasPrefix("http") {
    let file = page.folder.appending(path: String(match.1)).standardized
    #expect(FileManager.default.fileExists(atPath: file.path), "SWIFT.md: \(match.1)")
  }
}

/// Compares the code of a page with the files that are linked above it.
private func compareCode(of lesson: Lesson) throws {
  for block in lesson.blocks where block.language == "swift" {
    let link = try #require(
      block.introduction.firstMatch(of: /\]\(([^)#]+)\)/)?.1,
      "\(lesson.name):\(block.line): no file is linked above this code")
    let file = lesson.folder.appending(path: String(link)).standardized
    let source = try String(contentsOf: file, encoding: .utf8)
    let missing = missingPart(of: block.lines, in: source)
    #expect(missing == nil, "\(lesson.name):\(block.line): not in \(link):\n\(missing ?? "")")
  }
}

/// The first run of lines that does not stand in a source, its own indentation aside; `…` skips.
private func missingPart(of lines: [String], in source: String) -> String? {
  let file = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  for part in lines.split(whereSeparator: { $0.trimmingCharacters(in: .whitespaces) == "…" }) {
    let wanted = outdented(Array(part))
    let starts = 0..<max(0, file.count - wanted.count + 1)
    let found = starts.contains { outdented(Array(file[$0..<$0 + wanted.count])) == wanted }
    if !found { return wanted.joined(separator: "\n") }
  }
  return nil
}

/// The lines without the indentation that all of them share.
private func outdented(_ lines: [String]) -> [String] {
  let full = lines.filter { !$0.allSatisfy(\.isWhitespace) }
  let indentation = full.map { $0.prefix { $0 == " " }.count }.min() ?? 0
  return lines.map { $0.allSatisfy(\.isWhitespace) ? "" : String($0.dropFirst(indentation)) }
}

@Test(arguments: Lesson.chosen)
func `every block says what language it is in, and text where it is from`(lesson: Lesson) {
  for block in lesson.blocks {
    let place = "\(lesson.name):\(block.line)"
    #expect(["swift", "text", "sh", "math"].contains(block.language), "\(place)")
    if block.language == "text" {
      #expect(
        block.introduction.firstMatch(of: /^<!-- (output: |recorded: |drawing -->)/) != nil,
        "\(place): a comment above the block says what prints it")
    }
  }
}

@Test(arguments: Lesson.chosen)
func `output in a lesson is what the command above it prints`(lesson: Lesson) async throws {
  try await compareOutputs(of: lesson, marked: "output")
}

@Test(
  .enabled(if: ProcessInfo.processInfo.environment["RECORDED"] != nil), arguments: Lesson.chosen)
func `recorded results of full runs are reached again`(lesson: Lesson) async throws {
  try await compareOutputs(of: lesson, marked: "recorded")
}

/// Whether a command is left to the long run: a training that a lesson shows beside its chapter's own.
private func takesLong(_ command: String) -> Bool {
  command.firstMatch(of: /^chapter0[4-8] .*--(bug|solutions)/) != nil
}

/// Runs the commands of a lesson's blocks of output, and compares.
func compareOutputs(of lesson: Lesson, marked mark: String) async throws {
  for block in lesson.blocks where block.language == "text" {
    guard let marked = block.introduction.firstMatch(of: /^<!-- (output|recorded): (.+?) -->$/),
      marked.1 == mark
    else { continue }
    let parts = marked.2.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
    let tolerance = parts.last { $0.hasPrefix("tolerance ") }.flatMap {
      Double($0.dropFirst("tolerance ".count))
    }
    if !isLongRun && takesLong(parts[0]) { continue }
    let output = try await Programs.shared.result(of: parts[0]).output
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let difference = Comparison(tolerance: tolerance).difference(block.lines, in: lines)
    #expect(
      difference == nil, "\(lesson.name):\(block.line), `\(parts[0])`\n\(difference ?? "")")
  }
}

@Test(arguments: Lesson.chosen)
func `links, anchors and figures of a lesson resolve`(lesson: Lesson) throws {
  for match in lesson.prose.matches(of: /\]\(([^)\s]+)\)/) {
    let link = String(match.1)
    guard !link.hasPrefix("http") else { continue }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let file = parts[0].isEmpty ? lesson.file : lesson.folder.appending(path: String(parts[0]))
    #expect(
      FileManager.default.fileExists(atPath: file.standardized.path),
      "\(lesson.name): there is no \(link)")
    if parts.count == 2, parts[0].isEmpty {
      #expect(lesson.anchors.contains(String(parts[1])), "\(lesson.name): no heading for \(link)")
    }
  }
  for match in lesson.prose.matches(of: /!\[([^\]]*)\]/) {
    #expect(match.1.count > 20, "\(lesson.name): a figure needs words that say what is seen")
  }
}

@Test(arguments: Lesson.chosen)
func `the figures of a lesson are those that its chapter writes`(lesson: Lesson) async throws {
  let written = try await Programs.shared.result(of: "chapter\(twoDigits(lesson.chapter)) --quick")
    .figures
  let shown = Set(lesson.prose.matches(of: /\]\(figures\/([^)]+)\)/).map { String($0.1) })
  #expect(shown.isSubset(of: written), "not written: \(shown.subtracting(written))")
  #expect(figures(in: lesson.folder.appending(path: "figures")) == shown)
}

@Test(arguments: Lesson.chosen)
func `a lesson has its own exercises, all of them, and no other`(lesson: Lesson) {
  let wanted = Catalogue.chapter(lesson.chapter)
  let shown = lesson.headings.filter { $0.hasPrefix("Exercise ") }
  let expected = wanted.map {
    "Exercise \($0.id)\($0.isChallenge ? " ★" : "") · \($0.name)"
  }
  #expect(shown == expected)
  for exercise in wanted {
    #expect(
      lesson.headings.contains(exercise.section),
      "\(lesson.name): \(exercise.id) names the section \(exercise.section)")
  }
}
