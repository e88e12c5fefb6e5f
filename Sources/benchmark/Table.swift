import Foundation

/// One line of the table: our speed, and the best of the others in the same run.
struct Line: Codable {
  let work: String
  let unit: String
  let ours: Double
  /// Who was fastest of the others, and how fast; nil without --compare.
  var peer: String?
  var theirs: Double?
  /// How many times as fast as they we are, or as lean.
  var ratio: Double?
  /// What that should be at least, with the instructions that this build uses.
  var wanted: Double?
  /// What else there is to say.
  var note: String?

  static let header = ["work", "unit", "Backprop", "the other", "ratio", "wanted", "remarks"]

  var cells: [String] {
    let other = theirs.map { "\(shown($0)) (\(peer ?? ""))" }
    return [
      work, unit, shown(ours), other ?? "", ratio.map { String(format: "%.2f", $0) } ?? "",
      wanted.map { "≥ \(shown($0))" } ?? "", note ?? "",
    ]
  }
}

/// What `swift run benchmark` found out, for people and for programs.
struct Report: Codable {
  let date: String
  let processor: String
  let processors: Int
  let instructions: String
  var versions: [String]
  var lines: [Line] = []
  var remarks: [String] = []

  var markdown: String {
    let rows = [Line.header, Line.header.map { _ in "---" }] + lines.map(\.cells)
    let table = rows.map { "| " + $0.joined(separator: " | ") + " |" }
    let title =
      "\(processor), \(processors) processors, \(instructions), \(date); "
      + versions.joined(separator: ", ")
    return ([title, ""] + table + [""] + remarks.map { "- " + $0 }).joined(separator: "\n")
  }

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// A number with three digits that count, and no exponent.
func shown(_ x: Double) -> String {
  switch abs(x) {
  case 1000...: String(format: "%.0f", x)
  case 100..<1000: String(format: "%.0f", x)
  case 10..<100: String(format: "%.1f", x)
  default: String(format: "%.2f", x)
  }
}
