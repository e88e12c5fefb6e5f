// Wrong operators, dropped operands, turned signs, constants off by one.
extension Tokens {
  /// Each operator exchanged for others that could stand in its place.
  var operatorEdits: [Edit] {
    let others = [
      "+": ["-", "*"], "-": ["+", "*"], "*": ["/", "+", "-"], "/": ["*", "-"],
      "+=": ["-=", "=", "*="], "-=": ["+=", "="], "*=": ["/=", "=", "+="], "/=": ["*=", "="],
      ">": [">=", "<"], "<": ["<=", ">"], ">=": [">"], "<=": ["<", ">"],
      "==": ["!=", ">="], "!=": ["=="], "&&": ["||"], "||": ["&&"],
    ]
    return edits { place, token in
      guard isBinary(place), let texts = others[token.text] else { return [] }
      return texts.map { Edit(range: place..<place + 1, text: $0) }
    }
  }

  /// `a * b` without a, without b; the same for sums, differences, quotients and conditions.
  var droppedOperands: [Edit] {
    edits { place, token in
      guard isBinary(place), ["+", "-", "*", "/", "&&", "||"].contains(token.text),
        let left = operand(before: place), let right = operand(after: place)
      else { return [] }
      let whole = left.lowerBound..<right.upperBound
      var found = [
        Edit(range: whole, text: text(left)), Edit(range: whole, text: text(right)),
        Edit(range: whole, text: "(\(text(right)) \(token.text) \(text(left)))"),
      ]
      if token.text == "*" || token.text == "+" {
        // A factor or a summand too many.
        found.append(Edit(range: whole, text: "(\(text(whole)) \(token.text) \(text(left)))"))
        found.append(Edit(range: whole, text: "(\(text(whole)) \(token.text) \(text(right)))"))
        found.removeAll { $0.text == "(\(text(right)) \(token.text) \(text(left)))" }
      }
      return found
    }
  }

  /// A minus before what is assigned, added or returned; a minus taken away.
  var signEdits: [Edit] {
    var found = values.map { Edit(range: $0, text: "-(\(text($0)))") }
    for (place, token) in all.enumerated() where token.text == "-" && !isBinary(place) {
      found.append(Edit(range: place..<place + 1, text: ""))
    }
    return found
  }

  /// Each number one larger and one smaller, and in the place of 2 also its inverse.
  var constantEdits: [Edit] {
    edits { place, token in
      guard token.kind == .number, let value = Double(token.text) else { return [] }
      let isWhole = !token.text.contains(".")
      func write(_ value: Double) -> String {
        let text = isWhole ? "\(Int(value))" : "\(value)"
        return value < 0 ? "(\(text))" : text
      }
      return [value + 1, value - 1].map { Edit(range: place..<place + 1, text: write($0)) }
    }
  }

  /// Functions exchanged or left out: max and min, a root, an absolute value, a reversal.
  var functionEdits: [Edit] {
    let others = [
      "max": ["min"], "min": ["max"], "exp": ["log"], "log": ["exp"], "cos": ["sin"],
      "erf": ["tanh"], "softmax": ["Activation.sigmoid"], "sigmoid": ["tanh"], "relu": ["sigmoid"],
      "rows": ["columns", "count"], "columns": ["rows", "count"], "count": ["rows", "columns"],
      "parents": ["parents.reversed()"], "slopes": ["slopes.reversed()"], "map": ["reversed().map"],
      "squaredNorm": ["norm"],
    ]
    return edits { place, token in
      guard token.kind == .name else { return [] }
      var found = (others[token.text] ?? []).map { Edit(range: place..<place + 1, text: $0) }
      let dropped = ["squareRoot", "reversed"]
      if dropped.contains(token.text), self[place - 1]?.text == ".", self[place + 1]?.text == "(" {
        let end = (partner(of: place + 1) ?? place) + 1
        found.append(Edit(range: place - 1..<end, text: ""))
      }
      if ["abs", "softmax", "min", "max"].contains(token.text), self[place + 1]?.text == "(" {
        let close = partner(of: place + 1) ?? place
        for argument in arguments(from: place + 1) {
          found.append(Edit(range: place..<close + 1, text: "(\(text(argument)))"))
        }
      }
      return found
    }
  }

  /// The ranges of what is assigned, added or returned, on one line each.
  var values: [Range<Int>] {
    var found = [Range<Int>]()
    for line in lines {
      let starts = line.filter { place in
        let token = all[place]
        return token.text == "return" || (isBinary(place) && Self.assignments.contains(token.text))
      }
      for start in starts {
        var end = start + 1
        while end < line.upperBound, all[end].kind != .close {
          if all[end].text == "{" { break }
          if all[end].kind == .open, let close = partner(of: end) {
            guard close < line.upperBound else { break }
            end = close
          }
          if let close = closure(from: end), close < line.upperBound { end = close }
          end += 1
        }
        while end > start, all[end - 1].kind == .space { end -= 1 }
        if start + 2 < end { found.append(start + 2..<end) }
      }
      // A last line without `return` is what the function gives back.
      let first = line.first { all[$0].kind != .space }
      if line == lines.last, starts.isEmpty, let first { found.append(first..<line.upperBound) }
    }
    return found
  }

  static let assignments: Set<String> = ["=", "+=", "-=", "*=", "/="]
}
