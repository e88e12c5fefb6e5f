import Foundation

/// Compares what a lesson shows with what a program prints: words exactly, numbers within a
/// tolerance, times not at all.
struct Comparison {
  /// How far numbers may differ, relative to the larger of 1 and their size; nil for one unit in the
  /// last digit that the lesson shows.
  let tolerance: Double?

  /// What is different, or nil if the shown lines stand in the output, one after the other.
  ///
  /// A shown line `…` stands for any number of lines.
  func difference(_ shown: [String], in output: [String]) -> String? {
    var start = 0
    for part in shown.split(whereSeparator: { $0.trimmingCharacters(in: .whitespaces) == "…" }) {
      let lines = Array(part)
      var best = (matched: 0, at: start)
      var found: Int?
      for first in start..<max(start, output.count - lines.count + 1) {
        let matched = zip(lines, output[first...]).prefix { same($0, $1) }.count
        if matched == lines.count {
          found = first
          break
        }
        if matched > best.matched { best = (matched, first) }
      }
      guard let found else {
        let printed = best.at + best.matched
        let actual = printed < output.count && best.matched > 0 ? output[printed] : "no such line"
        return "shown: \(lines[best.matched])\nprinted: \(actual)"
      }
      start = found + lines.count
    }
    return nil
  }

  /// Whether a line that is shown says the same as one that was printed.
  func same(_ shown: String, _ printed: String) -> Bool {
    if shown == printed { return true }
    let (a, b) = (pieces(of: trimmed(shown)), pieces(of: trimmed(printed)))
    // Pictures made of training results change shape with them.
    if tolerance != nil, isPicture(shown), isPicture(printed) { return true }
    guard a.count == b.count else { return false }
    return zip(a, b).enumerated().allSatisfy { index, pair in
      switch pair {
      case (.number(let x), .number(let y)):
        let unit = index + 1 < a.count ? a[index + 1] : .text("")
        return isTime(unit) || agree(x, y)
      case (.text(let x), .text(let y)): return squeezed(x) == squeezed(y)
      default: return false
      }
    }
  }

  private enum Piece {
    case text(String)
    case number(String)
  }

  private func pieces(of line: String) -> [Piece] {
    var (pieces, rest) = ([Piece](), line[...])
    while let match = rest.firstMatch(of: /[-−]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?/) {
      pieces.append(.text(String(rest[..<match.range.lowerBound])))
      pieces.append(.number(String(match.0)))
      rest = rest[match.range.upperBound...]
    }
    return pieces + [.text(String(rest))]
  }

  private func trimmed(_ line: String) -> String { line.trimmingCharacters(in: .whitespaces) }

  /// Columns are as wide as their widest number; how many spaces there are says nothing.
  private func squeezed(_ text: String) -> String {
    text.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  private func agree(_ shown: String, _ printed: String) -> Bool {
    func value(_ text: String) -> Double {
      Double(text.replacing("−", with: "-").replacing(",", with: "")) ?? .nan
    }
    let (a, b) = (value(shown), value(printed))
    if let tolerance { return abs(a - b) <= tolerance * max(1, abs(a), abs(b)) }
    return shown == printed || abs(a - b) <= 1.01 * lastPlace(shown)
  }

  /// One unit in the last digit of a number as it is written; nothing for whole numbers.
  private func lastPlace(_ number: String) -> Double {
    let parts = number.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let decimals = parts[0].split(separator: ".").dropFirst().first?.count ?? 0
    return decimals == 0 && parts.count == 1 ? 0 : pow(10, Double(exponent - decimals))
  }

  private func isTime(_ piece: Piece) -> Bool {
    guard case .text(let text) = piece else { return false }
    let units = ["s", "ms", "µs", "seconds", "images/s", "samples/s", "steps/s", "nodes/s"]
    let word = text.prefix { $0 == " " }.count <= 1 ? text.drop { $0 == " " } : ""
    return units.contains { unit in
      word.hasPrefix(unit) && !(word.dropFirst(unit.count).first?.isLetter ?? false)
        && !word.dropFirst(unit.count).hasPrefix("/")
    }
  }

  private func isPicture(_ line: String) -> Bool {
    line.unicodeScalars.contains { (0x2580...0x28FF).contains($0.value) }
  }
}
