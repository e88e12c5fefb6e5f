import Foundation

/// What GitHub would show of a line of Chinese in another way than it was meant.
///
/// A dollar opens a formula only behind a space or a bracket of ASCII: `，$x$` stays raw
/// (github/markup 1742, bojieli/ai-agent-book 905), and a letter behind it shuts none. Stars beside
/// full-width punctuation make no emphasis: `**真，**她` (commonmark-spec 650). A line break within a
/// paragraph shows as a space (Lean-zh/fp-lean-zh 28).
struct Typesetting {
  let section: Edition.Section

  /// Each fault, with its line.
  var faults: [(line: Int, reason: String)] {
    var (faults, before) = ([(line: Int, reason: String)](), "")
    for (number, line) in section.lines where !line.hasPrefix("<!--") {
      let found = formulas(in: line) + spaces(in: line) + emphasis(in: line)
      faults += found.map { (number, $0) }
      if let last = before.last, let first = line.first, last.isChinese, first.isChinese {
        faults.append(
          (number, "a line break within a paragraph shows as a space: “\(last)\(first)”"))
      }
      before = line
    }
    return faults
  }

  /// The line with a mark for each piece of code, so that what stands beside it can be seen.
  private func withoutCode(_ line: String) -> String { line.replacing(/`[^`]*`/, with: "`") }

  private func formulas(in line: String) -> [String] {
    guard line.contains("$") else { return [] }
    let line = withoutCode(line).replacing("*", with: "")
    return line.matches(of: /\$\$[^$]+\$\$|\$[^$]+\$/).compactMap { match in
      let before = line[..<match.range.lowerBound].last ?? " "
      let after = line[match.range.upperBound...].first ?? " "
      if !before.isWhitespace && before != "(" {
        return "“\(before)” touches the dollar that opens \(match.output): put a space there"
      }
      if after.isLetter || after.isNumber || "-–$".contains(after) {
        return "“\(after)” touches the dollar that shuts \(match.output): put a space there"
      }
      if match.output.contains(/^\$\s|[^$]\s\$$/) { return "a space within \(match.output)" }
      return nil
    }
  }

  /// Chinese beside Latin letters, digits or code without a space, or beside half-width signs.
  private func spaces(in line: String) -> [String] {
    let words = withoutCode(line).replacing(/\$\$[^$]+\$\$|\$[^$]+\$/, with: "")
      .replacing(/\]\([^)]*\)/, with: "]").replacing(/<\/?\w+>/, with: "")
    return zip(words, words.dropFirst()).compactMap { left, right in
      guard left.isHan != right.isHan else { return nil }
      let other = left.isHan ? right : left
      if other == "`" || other.isASCII && (other.isLetter || other.isNumber) {
        return "a space is missing: “\(left)\(right)”"
      }
      if ",;:?!".contains(other) || left.isHan && other == "." {
        return "Chinese takes full-width signs: “\(left)\(right)”"
      }
      return nil
    }
  }

  /// Stars that CommonMark takes neither for the beginning of an emphasis nor for its end.
  private func emphasis(in line: String) -> [String] {
    guard line.contains("*") else { return [] }
    let text = Array(
      withoutCode(line).replacing(/\$\$[^$]+\$\$|\$[^$]+\$/, with: "$").replacing("\\*", with: ""))
    var (open, index) = ([Int](), 0)
    while index < text.count {
      guard text[index] == "*" else {
        index += 1
        continue
      }
      let end = text[index...].firstIndex { $0 != "*" } ?? text.count
      let before = index > 0 ? text[index - 1] : " "
      let after = end < text.count ? text[end] : " "
      let length = end - index
      index = end
      if before.isWhitespace && after.isWhitespace { continue }
      let opens = !after.isWhitespace && (!after.isMark || before.isWhitespace || before.isMark)
      let shuts = !before.isWhitespace && (!before.isMark || after.isWhitespace || after.isMark)
      if shuts, open.last == length {
        open.removeLast()
      } else if opens {
        open.append(length)
      } else {
        return ["stars between “\(before)” and “\(after)” make no emphasis: put a space outside"]
      }
    }
    return open.isEmpty ? [] : ["an emphasis has a beginning and no end that GitHub sees"]
  }
}

extension Character {
  /// A Chinese word's character.
  var isHan: Bool { unicodeScalars.first.map { (0x3400...0x9fff).contains($0.value) } ?? false }
  /// That, or a full-width sign.
  fileprivate var isChinese: Bool { isHan || "，。；：、？！（）“”《》…—".contains(self) }
  /// What CommonMark calls punctuation.
  fileprivate var isMark: Bool { isPunctuation || isASCII && isSymbol }
}
