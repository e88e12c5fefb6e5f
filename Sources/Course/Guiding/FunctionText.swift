/// One exercise's function in a learner's file: its comment, its signature and its body.
///
/// The file may be in any state, so braces are counted; a function that is never closed ends where
/// the next exercise begins. Where the comment has gone the function is known by its name, and where
/// the function has gone what is left is its comment.
public struct FunctionText {
  /// The lines of comment, signature and body, counted from 0.
  public let lines: Range<Int>
  /// The line of the signature, counted from 1; without a function, the comment's first.
  public let signatureLine: Int
  /// Whether its braces match.
  public let isClosed: Bool
  /// All of its text, with line feeds between its lines.
  public let text: String
  /// What the function is called; nil where there is only a comment.
  public let name: String?
  /// The name and what stands in the parentheses, without spaces: two of them collide.
  public let signature: String

  /// Finds the function under `/// Exercise 4.1: …`, or the one of its name; nil if there is neither.
  ///
  /// - Parameters:
  ///   - exercise: Whose function it is.
  ///   - neighbours: The exercises of its chapter, itself among them.
  ///   - source: The text of a file.
  public init?(of exercise: ExerciseFacts, among neighbours: [ExerciseFacts], in source: String) {
    let all = Self.all(of: exercise, among: neighbours, in: source)
    guard let first = all.first(where: { $0.name == exercise.name }) ?? all.first else {
      return nil
    }
    self = first
  }

  /// All that a file has of an exercise: comments without a function, and a function twice, too.
  public static func all(
    of exercise: ExerciseFacts, among neighbours: [ExerciseFacts], in source: String
  ) -> [FunctionText] {
    all(of: neighbours, in: source).filter { $0.id == exercise.id }.map(\.piece)
  }

  /// All that a file has of a chapter's exercises, in the file's order.
  public static func all(of neighbours: [ExerciseFacts], in source: String) -> [(
    id: String, piece: FunctionText
  )] {
    let lines = source.sourceLines
    let isCode = codeLines(lines)
    let marks = lines.indices.map { isCode[$0] ? mark(in: lines[$0]) : nil }
    let declared = lines.indices.map { isCode[$0] ? declaration(in: lines[$0]) : nil }
    var begins = [Int: (id: String, signature: Int?)]()
    func begin(_ start: Int, _ id: String, _ signature: Int?) {
      if begins[start]?.signature == nil { begins[start] = (id, signature) }
    }
    for one in neighbours {
      let named = lines.indices.filter { declared[$0] == one.name }
      for start in lines.indices where marks[start] == one.id {
        var line = start
        while line < lines.count, isComment(lines[line]) || isAttribute(lines[line]) { line += 1 }
        // A function with a name of its own may be this one, renamed; but not where this one is.
        let isOwn =
          named.contains(line)
          || named.isEmpty && line < lines.count && lines[line].contains(/\bfunc\s/)
            && !neighbours.contains { $0.name == declared[line] }
        begin(start, one.id, isOwn ? line : nil)
      }
      for line in named where !begins.values.contains(where: { $0.signature == line }) {
        var start = line
        while start > 0, isComment(lines[start - 1]) || isAttribute(lines[start - 1]),
          !neighbours.contains(where: { $0.id == marks[start - 1] })
        { start -= 1 }
        begin(start, one.id, line)
      }
    }
    let starts = begins.keys.sorted()
    return zip(starts, starts.dropFirst() + [lines.count]).compactMap { start, next in
      begins[start].map { found in
        (found.id, FunctionText(from: start, signature: found.signature, lines, before: next))
      }
    }
  }

  private init(from start: Int, signature: Int?, _ all: [String], before following: Int) {
    guard let signature else {
      let end = all[start..<following].firstIndex { !Self.isComment($0) } ?? following
      (lines, signatureLine, isClosed) = (start..<end, start + 1, true)
      (text, name, self.signature) = (all[start..<end].joined(separator: "\n"), nil, "")
      return
    }
    // The next function, or the brace that closes the file's extension.
    let next = all[signature..<following].firstIndex { $0.hasPrefix("}") } ?? following
    var scanner = BraceScanner()
    var end: Int?
    for line in signature..<next where end == nil {
      scanner.read(all[line])
      if scanner.hasOpened && scanner.depth <= 0 { end = line + 1 }
    }
    var last = end ?? next
    // Without its own closing brace, the blank lines that follow are not its text.
    while end == nil, last > signature + 1, all[last - 1].allSatisfy(\.isWhitespace) { last -= 1 }
    lines = start..<last
    signatureLine = signature + 1
    isClosed = end != nil
    text = all[lines].joined(separator: "\n")
    name = all[signature].firstMatch(of: /\bfunc\s+(\w+)/).map { String($0.1) }
    let head = all[signature..<last].joined(separator: " ")
    let plain = head.firstRange(of: "func ").map { head[$0.upperBound...] } ?? head[...]
    var depth = 0
    let parameters = plain.prefix { character in
      defer { depth += character == "(" ? 1 : character == ")" ? -1 : 0 }
      return character != "{" && !(character == ")" && depth == 1)
    }
    self.signature = String(parameters.filter { !$0.isWhitespace })
  }

  /// The file with another text in the function's place, and the line ends that it has.
  public func replaced(by other: String, in source: String) -> String {
    var all = SourceLines(source)
    all.replace(lines, with: other.sourceLines)
    return all.source
  }

  /// Whether a line is `/// Exercise 4.1: …`.
  static func marks(_ id: String, _ line: String) -> Bool { mark(in: line) == id }

  static func mark(in line: String) -> String? {
    guard line.contains("/// Exercise ") || line.contains("///Exercise ") else { return nil }
    return line.firstMatch(of: /^\s*\/\/\/ ?Exercise (\d+\.\d+[a-z]?):/).map { String($0.1) }
  }

  private static func isComment(_ line: String) -> Bool {
    line.drop(while: \.isWhitespace).hasPrefix("//")
  }

  private static func isAttribute(_ line: String) -> Bool {
    line.drop(while: \.isWhitespace).hasPrefix("@") && !line.contains(/\bfunc\s/)
  }

  /// The static function that a line declares: others are local, or no exercise.
  private static func declaration(in line: String) -> String? {
    guard line.contains("static"), !isComment(line),
      let found = line.firstMatch(of: /\bstatic\b.*\bfunc\s+(\w+)\s*[(<]/)
    else { return nil }
    return String(found.1)
  }

  /// For each line whether it begins outside comments and long strings.
  private static func codeLines(_ lines: [String]) -> [Bool] {
    var scanner = BraceScanner()
    let isCode = lines.map { line in
      let isCode = !scanner.isInside
      scanner.read(line)
      return isCode
    }
    // A comment that nobody has closed hides nothing from the guide.
    return scanner.isInside ? lines.map { _ in true } : isCode
  }
}

extension SourceLines {
  /// The line that closes the first brace which was opened.
  public var endOfFirstBlock: Int? {
    let depths = depths
    return depths.firstIndex { $0 > 0 }.flatMap { head in
      depths[head...].firstIndex { $0 <= 0 }
    }
  }

  /// How many braces are open after each line.
  public var depths: [Int] {
    var scanner = BraceScanner()
    return lines.map { line in
      scanner.read(line)
      return scanner.depth
    }
  }
}

/// Counts braces, but not those in comments and strings.
struct BraceScanner {
  private(set) var depth = 0
  private(set) var hasOpened = false
  private var comments = 0
  private var isLongString = false

  /// Whether what follows is part of a comment or a long string.
  var isInside: Bool { comments > 0 || isLongString }

  mutating func read(_ line: String) {
    let signs: [UInt8] = [
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "\""), UInt8(ascii: "/"),
    ]
    guard isInside || line.utf8.contains(where: { signs.contains($0) }) else { return }
    var rest = Substring(line)
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
