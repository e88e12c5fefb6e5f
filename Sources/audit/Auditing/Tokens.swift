/// A piece of Swift source: as much of the language as the solutions use.
struct Token: Equatable {
  enum Kind: Equatable {
    /// An identifier or a keyword; `$0` is one too.
    case name
    case number
    /// An operator, a comma, a colon, a dot.
    case symbol
    case open, close
    case space
    case newline
  }

  let kind: Kind
  let text: String
}

/// A function's body in pieces, without its comments.
struct Tokens {
  let all: [Token]

  init(_ source: String) {
    var tokens = [Token]()
    var rest = Substring(source)
    func take(_ kind: Token.Kind, while matches: (Character) -> Bool) {
      let text = rest.prefix(while: matches)
      tokens.append(Token(kind: kind, text: String(text)))
      rest = rest.dropFirst(text.count)
    }
    while let first = rest.first {
      if rest.hasPrefix("//") {
        rest = rest.drop { $0 != "\n" }
      } else if first == "\n" {
        tokens.append(Token(kind: .newline, text: "\n"))
        rest = rest.dropFirst()
      } else if first == " " {
        take(.space) { $0 == " " }
      } else if first.isLetter || first == "_" || first == "$" {
        take(.name) { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
      } else if first.isNumber {
        // A range 0..<n begins with the number 0, not with 0.
        let digits = rest.prefix { $0.isNumber || $0 == "_" }
        let after = rest.dropFirst(digits.count)
        let hasFraction = after.first == "." && after.dropFirst().first?.isNumber == true
        var seen = 0
        take(.number) {
          seen += 1
          return $0.isNumber || $0 == "_" || (hasFraction && seen == digits.count + 1)
        }
      } else if "([{".contains(first) {
        tokens.append(Token(kind: .open, text: String(first)))
        rest = rest.dropFirst()
      } else if ")]}".contains(first) {
        tokens.append(Token(kind: .close, text: String(first)))
        rest = rest.dropFirst()
      } else if ",:;?".contains(first) {
        tokens.append(Token(kind: .symbol, text: String(first)))
        rest = rest.dropFirst()
      } else if first == "." && !rest.hasPrefix("..<") {
        tokens.append(Token(kind: .symbol, text: "."))
        rest = rest.dropFirst()
      } else {
        take(.symbol) { "+-*/<>=!&|.".contains($0) }
        if tokens.last?.text.isEmpty == true {  // a character that no solution uses
          tokens[tokens.count - 1] = Token(kind: .symbol, text: String(first))
          rest = rest.dropFirst()
        }
      }
    }
    all = tokens
  }

  subscript(place: Int) -> Token? { all.indices.contains(place) ? all[place] : nil }

  func text(_ range: Range<Int>) -> String { all[range].map(\.text).joined() }

  /// The source with a range of tokens replaced.
  func replacing(_ range: Range<Int>, by text: String) -> String {
    self.text(0..<range.lowerBound) + text + self.text(range.upperBound..<all.count)
  }

  /// The place of the bracket that closes, or opens, the one at a place.
  func partner(of place: Int) -> Int? {
    var (depth, at) = (0, place)
    let step = all[place].kind == .open ? 1 : -1
    while let token = self[at] {
      if token.kind == .open { depth += 1 }
      if token.kind == .close { depth -= 1 }
      if depth == 0 { return at }
      at += step
    }
    return nil
  }

  /// Whether the token stands between spaces, as an operator of two operands does.
  func isBinary(_ place: Int) -> Bool {
    func isSpace(_ token: Token?) -> Bool { token?.kind == .space || token?.kind == .newline }
    return all[place].kind == .symbol && isSpace(self[place - 1]) && isSpace(self[place + 1])
  }
}

// MARK: Operands

extension Tokens {
  /// The tokens of the operand that ends before a binary operator: `newM`, `x[i, j]`, `(1 - y)`.
  func operand(before place: Int) -> Range<Int>? {
    var end = place - 1
    while let token = self[end], token.kind == .space || token.kind == .newline { end -= 1 }
    var start = end
    while let token = self[start] {
      switch token.kind {
      case .close:
        guard let open = partner(of: start) else { return nil }
        start = open
        // A call or a subscript goes on with what is called; a closure with what takes it.
        if self[start]?.text == "{" {
          while self[start - 1]?.kind == .space { start -= 1 }
          start -= 1
          continue
        }
        if let before = self[start - 1], before.kind == .name || before.kind == .close,
          !Tokens.keywords.contains(before.text)
        {
          start -= 1
          continue
        }
      case .name, .number: break
      default: return nil
      }
      guard self[start - 1]?.text == "." else { return start..<end + 1 }
      start -= 2
    }
    return nil
  }

  /// The tokens of the operand that begins behind a binary operator.
  func operand(after place: Int) -> Range<Int>? {
    var start = place + 1
    while let token = self[start], token.kind == .space || token.kind == .newline { start += 1 }
    var end = start
    if let sign = self[end], sign.text == "-" || sign.text == "!" { end += 1 }
    while self[end]?.text == "try" || self[end]?.kind == .space { end += 1 }
    guard let first = self[end] else { return nil }
    switch first.kind {
    case .open: end = (partner(of: end) ?? end) + 1
    case .name, .number: end += 1
    default: return nil
    }
    while let token = self[end] {
      if token.text == "(" || token.text == "[" {
        end = (partner(of: end) ?? end) + 1
      } else if token.text == "." {
        end += 2
      } else if let close = closure(from: end) {
        end = close + 1
      } else {
        break
      }
    }
    return start..<end
  }

  /// The end of a closure behind a call, ` { … }`, if one begins here.
  func closure(from place: Int) -> Int? {
    guard self[place]?.kind == .space, self[place + 1]?.text == "{",
      let close = partner(of: place + 1)
    else { return nil }
    let takers = ["map", "zip", "reduce", "count"]
    guard let method = nameCalled(before: place), takers.contains(method) else { return nil }
    return text(place..<close).contains("\n") && method == "count" ? nil : close
  }

  /// The method whose call, or name, ends before a place.
  private func nameCalled(before place: Int) -> String? {
    var at = place - 1
    if self[at]?.text == ")" { at = (partner(of: at) ?? at) - 1 }
    guard self[at]?.kind == .name, self[at - 1]?.text == "." else { return nil }
    return self[at]?.text
  }

  static let keywords: Set<String> = [
    "let", "var", "for", "in", "where", "if", "else", "guard", "while", "return", "try", "continue",
    "true", "false",
  ]

  /// The places behind the keyword, or the bracket, that begins each line.
  var lines: [Range<Int>] {
    var (lines, start) = ([Range<Int>](), 0)
    for (place, token) in all.enumerated() where token.kind == .newline {
      if place > start { lines.append(start..<place) }
      start = place + 1
    }
    if start < all.count { lines.append(start..<all.count) }
    return lines
  }

  /// The arguments of the list in the brackets that open at a place, without spaces around them.
  func arguments(from open: Int) -> [Range<Int>] {
    guard let close = partner(of: open) else { return [] }
    var (found, start, at) = ([Range<Int>](), open + 1, open + 1)
    func add(_ end: Int) {
      var range = start..<end
      while let first = self[range.lowerBound], range.count > 0,
        first.kind == .space || first.kind == .newline
      {
        range = range.lowerBound + 1..<range.upperBound
      }
      while range.count > 0, let last = self[range.upperBound - 1],
        last.kind == .space || last.kind == .newline
      {
        range = range.lowerBound..<range.upperBound - 1
      }
      if !range.isEmpty { found.append(range) }
    }
    while at < close {
      if all[at].kind == .open { at = partner(of: at) ?? at }
      if all[at].text == "," {
        add(at)
        start = at + 1
      }
      at += 1
    }
    add(close)
    return found
  }
}
