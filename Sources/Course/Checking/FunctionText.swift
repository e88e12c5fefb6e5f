/// One exercise's function in a learner's file: its comment, its signature and its body.
///
/// The file may be in any state, so braces are counted; a function that is never closed ends where
/// the next exercise begins.
public struct FunctionText {
  /// The lines of comment, signature and body, counted from 0.
  public let lines: Range<Int>
  /// The line of the signature, counted from 1.
  public let signatureLine: Int
  /// Whether its braces match.
  public let isClosed: Bool
  /// All of its text.
  public let text: String

  /// Finds the function under `/// Exercise 4.1: …`; nil if nothing is marked so.
  public init?(of exercise: any Exercise, in source: String) {
    let all = source.split(separator: "\n", omittingEmptySubsequences: false)
    guard let marker = all.firstIndex(where: { $0.contains("/// Exercise \(exercise.id):") }),
      let signature = all[marker...].firstIndex(where: { !$0.contains("///") })
    else { return nil }
    // The next function, or the brace that closes the file's extension.
    let next =
      all[signature...].firstIndex { $0 == "}" || $0.contains(/\/\/\/ Exercise \d/) }
      ?? all.endIndex
    var scanner = BraceScanner()
    var end: Int?
    for line in signature..<next where end == nil {
      scanner.read(all[line])
      if scanner.hasOpened && scanner.depth <= 0 { end = line + 1 }
    }
    var last = end ?? next
    // Without its own closing brace, the blank lines that follow are not its text.
    while end == nil, last > signature + 1, all[last - 1].isEmpty { last -= 1 }
    lines = marker..<last
    signatureLine = signature + 1
    isClosed = end != nil
    text = all[marker..<last].joined(separator: "\n")
  }

  /// The file with another text in the function's place.
  public func replaced(by other: String, in source: String) -> String {
    var all = source.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    all.replaceSubrange(lines, with: [other])
    return all.joined(separator: "\n")
  }
}

/// Counts braces, but not those in comments and strings.
private struct BraceScanner {
  private(set) var depth = 0
  private(set) var hasOpened = false
  private var comments = 0
  private var isLongString = false

  mutating func read(_ line: Substring) {
    var rest = line
    var isString = false
    while let first = rest.first {
      if comments > 0 {
        if rest.hasPrefix("*/") { comments -= 1 }
        rest = rest.dropFirst(rest.hasPrefix("*/") ? 2 : 1)
      } else if rest.hasPrefix("\"\"\"") {
        isLongString.toggle()
        rest = rest.dropFirst(3)
      } else if isLongString || isString {
        if first == "\"" && !isLongString { isString = false }
        rest = rest.dropFirst(first == "\\" ? 2 : 1)
      } else if rest.hasPrefix("//") {
        return
      } else {
        if rest.hasPrefix("/*") {
          comments += 1
          rest = rest.dropFirst(1)
        }
        if first == "\"" { isString = true }
        if first == "{" { (depth, hasOpened) = (depth + 1, true) }
        if first == "}" { depth -= 1 }
        rest = rest.dropFirst(1)
      }
    }
  }
}
