// Wrong ways through a function: conditions turned or left out, lines deleted, left too early.
extension Tokens {
  /// Each condition always met, never met, turned; branches exchanged.
  var conditionEdits: [Edit] {
    var found = edits { place, token in
      guard token.text == "if" || token.text == "guard" || token.text == "while" else { return [] }
      let isGuard = token.text == "guard"
      guard
        let end = all[place...].firstIndex(where: { $0.text == (isGuard ? "else" : "{") }),
        self[place + 2]?.text != "let"
      else { return [] }
      // Several conditions stand between commas: each may be left out.
      let padded = place + 1..<end
      let parts = text(padded).split(separator: ",").map { $0.filter { $0 != "\n" } }
      var found = parts.indices.map { left in
        let kept = parts.indices.filter { $0 != left }.map { parts[$0] }
        let condition = kept.isEmpty ? " \(isGuard)" : kept.joined(separator: ",")
        return Edit(range: padded, text: condition + " ")
      }
      if parts.count == 1 {
        found += ["\(!isGuard)", "!(\(text(padded)))"].map { Edit(range: padded, text: " \($0) ") }
      }
      return found
    }
    found += edits { place, token in
      guard token.text == "?", let colon = all[place...].firstIndex(where: { $0.text == ":" }),
        let then = operandRun(place + 2..<colon - 1), let end = endOfElse(from: colon + 2)
      else { return [] }
      let otherwise = colon + 2..<end
      let both = then.lowerBound..<end
      return [
        Edit(range: both, text: "\(text(then)) : \(text(then))"),
        Edit(range: both, text: "\(text(otherwise)) : \(text(otherwise))"),
        Edit(range: both, text: "\(text(otherwise)) : \(text(then))"),
      ]
    }
    return found
  }

  private func operandRun(_ range: Range<Int>) -> Range<Int>? { range.isEmpty ? nil : range }

  private func endOfElse(from start: Int) -> Int? {
    var end = start
    while let token = self[end], token.kind != .newline, token.kind != .close, token.text != "," {
      if token.kind == .open { end = partner(of: end) ?? end }
      end += 1
    }
    while end > start, all[end - 1].kind == .space { end -= 1 }
    return end
  }

  /// Lines left out or done twice, loops left after their first round, a return too early.
  var statementEdits: [Edit] {
    var found = [Edit]()
    for line in lines {
      let words = line.filter { all[$0].kind != .space }
      guard let first = words.first, let last = words.last else { continue }
      let start = all[first].text
      let statement = first..<last + 1
      let isAction = ["continue", "break"].contains(start)
      let changes = words.contains { Self.assignments.contains(all[$0].text) }
      let isWhole = all[last].text != "{" && start != "let" && start != "var" && start != "}"
      let isFor = start == "for" || start == "if" || start == "while" || start == "guard"
      if isWhole && (changes || isAction || text(statement).contains(".append(")), !isFor {
        found.append(Edit(range: statement, text: isAction ? "break" : ""))
        found.append(Edit(range: statement, text: "\(text(statement)); \(text(statement))"))
      }
      if text(statement).contains(".append("), start != "for" {
        found.append(Edit(range: statement, text: ""))
      }
      if start == "if" || start == "guard", let open = words.first(where: { all[$0].text == "{" }),
        let close = partner(of: open)
      {
        found.append(Edit(range: first..<close + 1, text: ""))
      }
      // What comes behind a line's block, left out: loops end after their first round.
      if all[last].text == "{", start == "for" || start == "while", let close = partner(of: last) {
        found.append(Edit(range: close..<close, text: "break\n"))
      }
      if start == "for", all[last].text == "}",
        let open = words.first(where: { all[$0].text == "{" })
      {
        let inner = text(open + 1..<last)
        found.append(Edit(range: open + 1..<last, text: "\(inner); break "))
        found.append(Edit(range: statement, text: ""))
      }
    }
    // A declared value that is never computed: the first thing that goes in is taken for it.
    for value in values where text(value).contains("(") || text(value).contains(" ") {
      let names = value.filter { all[$0].kind == .name && self[$0 - 1]?.text != "." }
      if let first = names.first(where: { self[$0 + 1]?.text != "(" && self[$0 + 1]?.text != ":" })
      {
        found.append(Edit(range: value, text: all[first].text))
      }
    }
    return found
  }
}
