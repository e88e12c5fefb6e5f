import Core

/// Dates as people write them and as ISO 8601 has them: pairs for a small translator.
///
/// Years are 1900 to 2099, days 1 to 28, and there are five written forms:
///
///     14 march 1999   march 14, 1999   14.3.1999   3/14/1999   14-mar-1999
public enum Dates {
  /// One date in two languages.
  public struct Pair: Equatable, Sendable {
    /// As somebody wrote it.
    public let written: String
    /// Year-month-day: ten characters, always.
    public let iso: String
  }

  /// The number of written characters, with 0 for what only fills a row.
  public static let writtenCount = writtenCharacters.count + 1
  /// The tokens of an ISO date: ten digits, the dash, and one to begin with.
  public static let isoCount = 12
  /// The token that a translation begins with.
  public static let start = 11
  /// The length of an ISO date.
  public static let isoLength = 10
  /// The longest written date: "28 september 2099" and a comma.
  public static let longest = 18

  private static let writtenCharacters = Array("abcdefghijklmnopqrstuvwxyz0123456789 ,./-")
  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]

  /// A date, every one of them as likely as any other, in one of the five forms.
  public static func draw(using generator: inout some RandomNumberGenerator) -> Pair {
    let (year, month) = (1900 + generator.integer(below: 200), 1 + generator.integer(below: 12))
    let day = 1 + generator.integer(below: 28)
    let name = months[month - 1]
    let written =
      switch generator.integer(below: 5) {
      case 0: "\(day) \(name) \(year)"
      case 1: "\(name) \(day), \(year)"
      case 2: "\(day).\(month).\(year)"
      case 3: "\(month)/\(day)/\(year)"
      default: "\(day)-\(name.prefix(3))-\(year)"
      }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return Pair(written: written, iso: "\(year)-\(two(month))-\(two(day))")
  }

  /// The tokens of written dates, each filled up in front to `longest` places, `[m][18]`.
  public static func writtenTokens(_ pairs: [Pair]) -> [[Int]] {
    pairs.map { pair in
      let tokens = pair.written.map { character in
        (writtenCharacters.firstIndex(of: character) ?? 0) + 1
      }
      return Array(repeating: 0, count: longest - tokens.count) + tokens
    }
  }

  /// The tokens of ISO dates, `[m][10]`.
  public static func isoTokens(_ pairs: [Pair]) -> [[Int]] {
    pairs.map { $0.iso.map { $0.wholeNumberValue ?? 10 } }
  }

  /// The text of ISO tokens.
  public static func text(iso tokens: [Int]) -> String {
    String(tokens.map { $0 < 10 ? Character("\($0)") : $0 == 10 ? "-" : "?" })
  }
}
