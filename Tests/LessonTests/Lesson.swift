import Foundation
import Testing

/// The package's folder.
let package = URL(filePath: #filePath).appending(path: "../../..").standardized

/// A chapter's lesson, cut into what can be checked.
struct Lesson: Sendable, CustomTestStringConvertible {
  let chapter: Int
  let folder: URL
  let lines: [String]

  var name: String { folder.lastPathComponent }
  var file: URL { folder.appending(path: "README.md") }
  var testDescription: String { name }

  /// A fenced block: what stands behind its fence, its lines, and the last line of text before it.
  struct Block {
    let language: String
    let lines: [String]
    let introduction: String
    /// The line of the fence, from 1.
    let line: Int
  }

  init(_ chapter: Int, in folder: URL, named name: String = "README.md") throws {
    (self.chapter, self.folder) = (chapter, folder)
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  /// Every lesson, in order; a folder of chapters without one is an error.
  static let all: [Lesson] = {
    let folder = package.appending(path: "chapters")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().compactMap { name in
      Int(name.prefix(2)).flatMap { try? Lesson($0, in: folder.appending(path: name)) }
    }
  }()

  /// The lessons to check: all, or those of the chapters that the variable CHAPTERS names, as in
  /// `CHAPTERS=5,6 swift test --filter LessonTests`.
  static let chosen: [Lesson] = {
    guard let names = ProcessInfo.processInfo.environment["CHAPTERS"] else { return all }
    let chapters = names.split(separator: ",").compactMap { Int($0) }
    return all.filter { chapters.contains($0.chapter) }
  }()

  /// The fenced blocks, with the line of text that introduces each.
  var blocks: [Block] {
    var (blocks, introduction, open) = ([Block](), "", (language: String, line: Int)?.none)
    var body = [String]()
    for (index, line) in lines.enumerated() {
      if let (language, start) = open {
        if line == "```" {
          blocks.append(
            Block(language: language, lines: body, introduction: introduction, line: start))
          (open, body, introduction) = (nil, [], "")
        } else {
          body.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (String(line.dropFirst(3)), index + 1)
      } else if !line.allSatisfy(\.isWhitespace) {
        introduction = line
      }
    }
    return blocks
  }

  /// The text outside of fenced blocks, where links and headings are.
  var prose: String {
    var inside = false
    return lines.filter { line in
      if line.hasPrefix("```") {
        inside.toggle()
        return false
      }
      return !inside
    }.joined(separator: "\n")
  }

  var headings: [String] {
    prose.split(separator: "\n").filter { $0.hasPrefix("#") }
      .map { $0.drop { $0 == "#" }.trimmingCharacters(in: .whitespaces) }
  }

  /// The anchors that GitHub makes of the headings.
  var anchors: Set<String> { Set(headings.map(Self.anchor)) }

  /// The anchor that GitHub makes of a heading: what is no letter goes, whatever the script, and
  /// each space becomes a hyphen, neighbours too.
  static func anchor(of heading: String) -> String {
    String(
      heading.lowercased().replacing(" ", with: "-")
        .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
  }
}
