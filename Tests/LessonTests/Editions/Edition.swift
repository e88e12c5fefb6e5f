import Foundation
import Synchronization
import Testing

/// A page in one of its languages, cut into what its other edition must have as well.
///
/// The Chinese edition of `README.md` is `README.zh-Hans.md` beside it. Above each of its sections
/// a comment holds the fingerprint of the English one: `<!-- en: 1a2b3c4d -->`.
struct Edition: Sendable {
  let file: URL
  let sections: [Section]

  /// From a heading to the next; in the glossary, an entry.
  struct Section: Sendable {
    /// The words of the heading, or the term of an entry.
    let heading: String
    /// 1 to 6 as its signs say, and 7 for an entry.
    let level: Int
    /// The line of the heading, from 1.
    let line: Int
    /// What the comment above it holds.
    let recorded: String?
    /// Its lines outside of blocks, the heading among them.
    var lines: [(number: Int, text: String)] = []
    /// Its fenced blocks, each with the comment that says what prints it.
    var blocks: [String] = []
  }

  /// Where a page stands in the package: `chapters/04-mlp/README.md`.
  var path: String { Self.path(of: file) }

  static func path(of file: URL) -> String {
    String(file.standardized.path.dropFirst(package.standardized.path.count).drop { $0 == "/" })
  }

  init(_ file: URL) throws {
    self.init(file, text: try String(contentsOf: file, encoding: .utf8))
  }

  init(_ file: URL, text: String) {
    self.file = file
    let hasEntries = file.lastPathComponent.hasPrefix("GLOSSARY")
    var (sections, recorded, comment, block) = ([Section](), String?.none, "", [String]?.none)
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let line = String(line)
      if let open = block {
        block = open + [line]
        if line.hasPrefix("```") {
          sections[sections.count - 1].blocks.append((open + [line]).joined(separator: "\n"))
          block = nil
        }
      } else if line.hasPrefix("```"), !sections.isEmpty {
        block = (comment.isEmpty ? [] : [comment]) + [line]
        comment = ""
      } else if let mark = Fingerprints.mark(in: line) {
        recorded = mark
      } else if !Self.isSwitch(line) {
        if let (heading, level) = Self.beginning(line, hasEntries) {
          sections.append(
            Section(heading: heading, level: level, line: index + 1, recorded: recorded))
          recorded = nil
        }
        if !sections.isEmpty { sections[sections.count - 1].lines.append((index + 1, line)) }
        if !line.allSatisfy(\.isWhitespace) { comment = line.hasPrefix("<!--") ? line : "" }
      }
    }
    self.sections = sections
  }

  /// The line that leads to the other edition: it belongs to no section.
  static func isSwitch(_ line: String) -> Bool {
    guard line.hasPrefix("English |") || line.hasPrefix("[English]") else { return false }
    return line.wholeMatch(of: /English \| \[简体中文\]\(.+\)|\[English\]\(.+\) \| 简体中文/) != nil
  }

  /// The words and the level of a line that begins a section.
  private static func beginning(_ line: String, _ hasEntries: Bool) -> (String, Int)? {
    if line.hasPrefix("#"), let match = line.wholeMatch(of: /(#{1,6}) (.+)/) {
      return (String(match.2), match.1.count)
    }
    if hasEntries, line.hasPrefix("**"), let match = line.prefixMatch(of: /\*\*(.+?)\*\*/) {
      return (String(match.1), 7)
    }
    return nil
  }

  /// The anchors of its headings, in order.
  var anchors: [String] {
    sections.filter { $0.level < 7 }.map { Lesson.anchor(of: $0.heading) }
  }

  /// Where a link of this page leads, in the words of the English page that it leads to.
  ///
  /// So those of both editions can be compared. Nil where nothing is there.
  func destination(of link: String) -> String? {
    if link.hasPrefix("http") { return link }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let target =
      parts[0].isEmpty
      ? file : file.deletingLastPathComponent().appending(path: String(parts[0])).standardized
    guard FileManager.default.fileExists(atPath: target.path) else { return nil }
    let english = Pair.english(of: target)
    guard parts.count == 2 else { return Self.path(of: english) }
    let (anchors, originals) = (Self.anchors(of: target), Self.anchors(of: english))
    guard let place = anchors.firstIndex(of: parts[1].removingPercentEncoding ?? ""),
      originals.indices.contains(place)
    else { return nil }
    return Self.path(of: english) + "#" + originals[place]
  }

  /// The anchors of pages that links have led to.
  private static let known = Mutex([URL: [String]]())

  private static func anchors(of file: URL) -> [String] {
    known.withLock { known in
      if let anchors = known[file] { return anchors }
      let anchors = (try? Edition(file))?.anchors ?? []
      known[file] = anchors
      return anchors
    }
  }
}

extension Edition.Section {
  /// Its text outside of blocks.
  var text: String { lines.map(\.text).joined(separator: "\n") }

  /// FNV-1a of its text, with one space for any white space.
  ///
  /// Its blocks are not in it: they are the same in both editions, and compared as they are.
  var fingerprint: String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    var hash: UInt32 = 2_166_136_261
    for byte in words.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// What stands between backticks: names, commands, shapes.
  var code: [String] { text.matches(of: /`([^`\n]+)`/).map { String($0.1) } }

  private var withoutCode: String { text.replacing(/`[^`\n]*`/, with: "`") }
  private var words: String { withoutCode.replacing(/\$\$[^$]+\$\$|\$[^$\n]+\$/, with: "$") }

  var formulas: [String] {
    withoutCode.matches(of: /\$\$[^$]+\$\$|\$[^$\n]+\$/).map { String($0.output) }
  }
  /// The files of its figures, and the words that say what is seen.
  var figures: [(file: String, words: String)] {
    text.matches(of: /!\[([^\]]*)\]\(([^)\s]+)\)/).map { (String($0.2), String($0.1)) }
  }
  var links: [String] {
    words.replacing(/!\[[^\]]*\]\([^)\s]+\)/, with: "!")
      .matches(of: /\]\(([^)\s]+)\)/).map { String($0.1) }
  }
  /// The numbers of the exercises that it speaks of.
  func exercises(among ids: Set<String>) -> [String] {
    let prose = words.replacing(/\]\([^)]*\)/, with: "]")
    let found = prose.matches(of: /[0-9][0-9.,]*[a-z]?/).map { match in
      String(match.output).trimmingCharacters(in: CharacterSet(charactersIn: ".,"))
    }
    return Set(found).intersection(ids).sorted()
  }
  /// The numbers in its tables.
  var numbers: [String] {
    let rows = words.split(separator: "\n").filter { $0.contains(/^(> )?\|/) }
      .map { $0.replacing(/\]\([^)]*\)/, with: "]") }
    return rows.joined(separator: "\n").matches(of: /[0-9][0-9.,]*[0-9]|[0-9]/)
      .map { String($0.output) }
  }
  /// How much is folded, and how many rows and items there are.
  var parts: [String: Int] {
    let folds = text.matches(of: /<details>/).count
    let summaries = text.matches(of: /<summary>.+?<\/summary>/.dotMatchesNewlines()).count
    let closed = text.matches(of: /<\/details>/).count
    return [
      "folded parts": folds, "summaries of folded parts": summaries, "ends of folded parts": closed,
      "rows of tables": lines.count { $0.text.contains(/^(> )?\|/) },
      "items of lists": lines.count { $0.text.contains(/^(> )?(- |[0-9]+\. )/) },
    ]
  }
}

/// A page and its edition in Chinese.
struct Pair: Sendable, CustomTestStringConvertible {
  let english: URL
  let chinese: URL
  var testDescription: String { Edition.path(of: chinese) }

  static func english(of file: URL) -> URL {
    let name = file.lastPathComponent.replacing(".zh-Hans.md", with: ".md")
    return file.deletingLastPathComponent().appending(path: name)
  }
  static func chinese(of file: URL) -> URL {
    let name = file.lastPathComponent.replacing(/(\.zh-Hans)?\.md$/, with: ".zh-Hans.md")
    return file.deletingLastPathComponent().appending(path: name)
  }

  /// Pages that have no English edition: they are about the Chinese one.
  static let alone: Set = ["chapters/TERMS.zh-Hans.md"]

  /// Every Chinese page of the package but those, with its English one.
  static let all: [Pair] = {
    let chapters = package.appending(path: "chapters")
    let folders = [package, chapters] + Lesson.all.map(\.folder)
    return folders.flatMap { folder -> [Pair] in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.sorted().filter { $0.hasSuffix(".zh-Hans.md") }.compactMap { name in
        let file = folder.appending(path: name)
        guard !alone.contains(Edition.path(of: file)) else { return nil }
        return Pair(english: english(of: file), chinese: file)
      }
    }
  }()
}
