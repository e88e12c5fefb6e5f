import Course
import Foundation
import Testing

/// Holds the Chinese edition to the English one, section by section.
///
/// `REWRITE=1 swift test --filter EditionTests` writes the fingerprints of the English sections anew,
/// for when the Chinese ones have been brought up to date, and changes nothing else.
@Suite(.serialized) struct EditionTests {
  @Test func `chapters 1 to 8, the README and the glossary are there in Chinese`() {
    let wanted =
      ["README.md", "chapters/GLOSSARY.md"]
      + Lesson.all.filter { $0.chapter <= 8 }.map { "chapters/\($0.name)/README.md" }
    let there = Pair.all.map { Edition.path(of: $0.english) }
    #expect(Set(wanted).subtracting(there) == [], "these have no edition in Chinese")
    for pair in Pair.all {
      #expect(
        FileManager.default.fileExists(atPath: pair.english.path),
        "\(pair.testDescription) has no English page beside it")
    }
  }

  @Test(arguments: Pair.all)
  func `both editions have the same sections in the same order`(pair: Pair) throws {
    let (english, chinese) = (try Edition(pair.english), try Edition(pair.chinese))
    if let (one, other) = english.firstMisplaced(in: chinese) {
      Issue.record(
        """
        \(chinese.path):\(other.line): “\(other.heading)” stands where the English page has \
        “\(one.heading)” (line \(one.line)). Put the sections into the same order, with the same \
        levels; exercises and entries keep their English names.
        """)
    } else if english.sections.count != chinese.sections.count {
      let longer = english.sections.count > chinese.sections.count ? english : chinese
      let first = longer.sections[min(english.sections.count, chinese.sections.count)]
      Issue.record(
        "\(longer.path):\(first.line): the other edition ends before “\(first.heading)”")
    }
  }

  @Test(arguments: Pair.all)
  func `a section has the same blocks, formulas, figures, links and code in both editions`(
    pair: Pair
  ) throws {
    let (english, chinese) = (try Edition(pair.english), try Edition(pair.chinese))
    guard english.isAligned(with: chinese) else { return }
    let ids = Set(Catalogue.all.map(\.id))
    for (one, other) in zip(english.sections, chinese.sections) {
      var differences = [String]()
      func compare(_ what: String, _ wanted: [String], _ given: [String], inOrder: Bool = false) {
        if let difference = Self.difference(wanted, given, inOrder: inOrder) {
          differences.append("\(what): \(difference)")
        }
      }
      compare("code and output", one.blocks, other.blocks, inOrder: true)
      compare("figures", one.figures.map(\.file), other.figures.map(\.file), inOrder: true)
      compare("formulas", one.formulas, other.formulas)
      compare("exercises", one.exercises(among: ids), other.exercises(among: ids))
      compare("code between backticks", one.code, other.code)
      compare("numbers in tables", one.numbers, other.numbers)
      compare(
        "links", one.links.map { english.destination(of: $0) ?? "nowhere: \($0)" },
        other.links.filter { !$0.hasSuffix("TERMS.zh-Hans.md") }
          .map { chinese.destination(of: $0) ?? "nowhere: \($0)" })
      let (wanted, given) = (one.parts, other.parts)
      for part in wanted.keys.sorted() where wanted[part] != given[part] {
        differences.append("\(part): \(wanted[part] ?? 0) in English, \(given[part] ?? 0) here")
      }
      for difference in differences {
        Issue.record("\(chinese.path):\(other.line): “\(other.heading)”, \(difference)")
      }
    }
  }

  @Test(arguments: Pair.all)
  func `no English section has changed without its Chinese one`(pair: Pair) throws {
    let english = try Edition(pair.english)
    if ProcessInfo.processInfo.environment["REWRITE"] != nil,
      english.isAligned(with: try Edition(pair.chinese))
    {
      try Fingerprints.write(of: english, into: pair.chinese)
    }
    let chinese = try Edition(pair.chinese)
    guard english.isAligned(with: chinese) else { return }
    for (one, other) in zip(english.sections, chinese.sections)
    where one.fingerprint != other.recorded {
      Issue.record(
        """
        \(chinese.path):\(other.line): “\(other.heading)” was made from another text of \
        \(english.path):\(one.line), “\(one.heading)”.
        \(Fingerprints.change(of: one, in: english, since: other.recorded))
        Bring the change into the Chinese section, then run \
        REWRITE=1 swift test --filter EditionTests
        """)
    }
  }

  @Test(arguments: Pair.all)
  func `GitHub shows the Chinese page as it is meant`(pair: Pair) throws {
    let page = try Edition(pair.chinese)
    for section in page.sections {
      for fault in Typesetting(section: section).faults {
        Issue.record("\(page.path):\(fault.line): \(fault.reason)")
      }
      for figure in section.figures {
        #expect(
          figure.words.contains(where: \.isHan) && figure.words.count > 10,
          "\(page.path), “\(section.heading)”: \(figure.file) needs Chinese words")
      }
    }
  }

  @Test(arguments: Pair.all)
  func `a Chinese page leads to Chinese pages where there are any`(pair: Pair) throws {
    let page = try Edition(pair.chinese)
    for link in page.sections.flatMap(\.links) where !link.hasPrefix("http") {
      let path = String(link.prefix { $0 != "#" })
      guard path.hasSuffix(".md"), !path.hasSuffix(".zh-Hans.md") else { continue }
      let target = page.file.deletingLastPathComponent().appending(path: path).standardized
      #expect(
        !FileManager.default.fileExists(atPath: Pair.chinese(of: target).path),
        "\(page.path): \(link) has an edition in Chinese")
    }
  }

  @Test(arguments: Pair.all)
  func `each edition leads to the other, in the line below its title`(pair: Pair) throws {
    func line(of file: URL) throws -> String {
      let text = try String(contentsOf: file, encoding: .utf8)
      return text.split(separator: "\n").map(String.init)
        .first { !$0.hasPrefix("#") && !$0.hasPrefix("<!--") } ?? ""
    }
    let names = (pair.english.lastPathComponent, pair.chinese.lastPathComponent)
    #expect(try line(of: pair.english) == "English | [简体中文](\(names.1))")
    #expect(try line(of: pair.chinese) == "[English](\(names.0)) | 简体中文")
  }

  @Test func `the table of terms has each term once, and is set as GitHub shows it`() throws {
    let page = try Edition(package.appending(path: "chapters/TERMS.zh-Hans.md"))
    var terms = [String]()
    for section in page.sections {
      for fault in Typesetting(section: section).faults {
        Issue.record("\(page.path):\(fault.line): \(fault.reason)")
      }
      for (number, line) in section.lines where line.hasPrefix("| ") && !line.hasPrefix("| English")
      {
        let cells = line.split(separator: "|", omittingEmptySubsequences: false).dropFirst()
        guard let term = cells.first, !term.contains("---") else { continue }
        #expect(cells.count == 4, "\(page.path):\(number): English, 中文, 说明")
        terms.append(term.trimmingCharacters(in: .whitespaces))
      }
    }
    #expect(terms.count > 150 && Set(terms).count == terms.count)
  }

  /// What one list has and the other does not, in a sentence; nil where they agree.
  static func difference(_ wanted: [String], _ given: [String], inOrder: Bool) -> String? {
    var (missing, extra) = (wanted, [String]())
    for element in given {
      if let index = missing.firstIndex(of: element) {
        missing.remove(at: index)
      } else {
        extra.append(element)
      }
    }
    if missing.isEmpty && extra.isEmpty {
      return !inOrder || wanted == given ? nil : "the same, in another order"
    }
    if let one = missing.first, let other = extra.first, inOrder {
      let rows = zip(one.split(separator: "\n"), other.split(separator: "\n"))
      if let row = rows.first(where: { $0 != $1 }) {
        return "“\(row.0)” in English is “\(row.1)” here"
      }
    }
    func list(_ what: String, _ elements: [String]) -> [String] {
      elements.isEmpty ? [] : ["\(what) \(elements.map { "“\($0)”" }.joined(separator: ", "))"]
    }
    return (list("missing here:", missing) + list("not in English:", extra))
      .joined(separator: "; ")
  }
}

extension Edition {
  /// Whether sections can be compared one by one.
  fileprivate func isAligned(with other: Edition) -> Bool {
    sections.count == other.sections.count && firstMisplaced(in: other) == nil
  }

  /// The first sections that do not belong together: of other levels or names, or the Chinese one
  /// has the fingerprint of another English one.
  fileprivate func firstMisplaced(in other: Edition) -> (Section, Section)? {
    let fingerprints = Set(sections.map(\.fingerprint))
    return zip(sections, other.sections).first { one, other in
      let isOfAnother = other.recorded.map { $0 != one.fingerprint && fingerprints.contains($0) }
      return one.level != other.level || one.name != other.name || isOfAnother == true
    }
  }
}

extension Edition.Section {
  /// What a heading has in any language: "4.1 · denseBackward", or an entry's term.
  fileprivate var name: String? {
    if level == 7 { return heading }
    return heading.wholeMatch(of: /(?:Exercise|练习) ([0-9].*)/).map { String($0.1) }
  }
}
