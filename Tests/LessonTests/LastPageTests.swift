import Foundation
import Testing

/// The table of `chapters/AFTER.md`: each system, its section, its command, and what the lesson says it reached.
struct LastPageTests {
  private struct Row: CustomTestStringConvertible {
    let system: String
    let folder: String
    let anchor: String
    let command: String
    let reached: String
    var testDescription: String { system }
  }

  private static let rows: [Row] = {
    let file = package.appending(path: "chapters/AFTER.md")
    let lines = (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? []
    return lines.compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 4,
        let link = cells[1].firstMatch(of: /\]\(([^)#]+)\/README\.md#([^)]+)\)/)
      else { return nil }
      return Row(
        system: cells[0], folder: String(link.1), anchor: String(link.2), command: cells[2],
        reached: cells[3])
    }
  }()

  @Test func `every chapter of part two has its systems in the table`() {
    let chapters = Set(Self.rows.compactMap { Int($0.folder.prefix(2)) })
    #expect(chapters.isSuperset(of: 9...16) && Self.rows.count > 45, "\(Self.rows.count) rows")
  }

  @Test(arguments: rows)
  private func `a system's numbers stand in the section that the table names`(row: Row) throws {
    let lesson = try #require(Lesson.all.first { $0.name == row.folder }, "\(row.folder)")
    #expect(lesson.anchors.contains(row.anchor), "\(row.folder) has no heading #\(row.anchor)")
    let digits = row.folder.prefix(2)
    #expect(row.command.hasPrefix("`swift run chapter\(digits)"), "\(row.command)")
    let section = lesson.section(row.anchor)
    let numbers = row.reached.matches(of: /\d[\d,]*(\.\d+)?/).map { String($0.0) }
    #expect(!numbers.isEmpty, "\(row.system) says no number")
    for number in numbers {
      #expect(section.contains(number), "\(row.system): \(number) is not in #\(row.anchor)")
    }
  }
}

extension Lesson {
  /// All lines from a heading to the next of its level, output included.
  fileprivate func section(_ anchor: String) -> String {
    var (inside, text) = (false, "")
    for line in lines {
      if line.hasPrefix("## ") {
        let name = line.dropFirst(3).lowercased().replacing(" ", with: "-")
          .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
        inside = name == anchor
      }
      if inside { text += line + "\n" }
    }
    return text
  }
}
