// Wrong places: shifted and exchanged indices, transposes, the other axis, loops that miss rounds.
extension Tokens {
  /// Whether the bracket that opens here is a subscript, not an array.
  private func isSubscript(_ place: Int) -> Bool {
    guard self[place]?.text == "[", let before = self[place - 1] else { return false }
    return before.kind == .name || before.kind == .close
  }

  /// Indices one too far, one too short, and exchanged with the next.
  var indexEdits: [Edit] {
    edits { place, token in
      guard token.text == "[" else { return [] }
      let indices = arguments(from: place)
      var found = [Edit]()
      if isSubscript(place) {
        for index in indices where all[index.lowerBound].kind != .number {
          found += ["+ 1", "- 1"].map { Edit(range: index, text: "\(text(index)) \($0)") }
        }
      }
      for (one, two) in zip(indices, indices.dropFirst()) {
        let between = text(one.upperBound..<two.lowerBound)
        found.append(
          Edit(range: one.lowerBound..<two.upperBound, text: text(two) + between + text(one)))
      }
      return found
    }
  }

  /// Transposes taken away, put in, and moved to the other factor; factors exchanged.
  var transposeEdits: [Edit] {
    var found = edits { place, token in
      guard token.text == "matmul", let close = partner(of: place + 1) else { return [] }
      let list = arguments(from: place + 1)
      guard list.count == 2 else { return [] }
      func plain(_ range: Range<Int>) -> String {
        text(range).replacing("transposed: ", with: "")
      }
      let (a, b) = (plain(list[0]), plain(list[1]))
      return [
        "\(a), \(b)", "transposed: \(a), \(b)", "\(a), transposed: \(b)", "\(b), \(a)",
        "transposed: \(b), \(a)", "\(b), transposed: \(a)", "\(a).turnedAround, \(b)",
        "\(a), \(b).turnedAround",
      ].map { Edit(range: place..<close + 1, text: "matmul(\($0))") }
    }
    found += values.flatMap { value in
      ["transposed", "turnedAround"].map {
        Edit(range: value, text: "(\(text(value))).\($0)")
      }
    }
    return found
  }

  /// Sums over the other axis, means for sums, no sum at all.
  var sumEdits: [Edit] {
    edits { place, token in
      guard token.text == "sum" || token.text == "mean", self[place - 1]?.text == ".",
        let close = partner(of: place + 1)
      else { return [] }
      let other = token.text == "sum" ? "mean" : "sum"
      let whole = place - 1..<close + 1
      return [
        Edit(range: place..<place + 1, text: other), Edit(range: whole, text: ""),
        Edit(range: whole, text: ".sum()"), Edit(range: whole, text: ".rows([0]).sum(axis: 0)"),
      ]
    }
  }

  /// Ranges that begin late or end early, one round only, backwards.
  var loopEdits: [Edit] {
    var found = edits { place, token in
      guard token.text == "..<", let end = upperBound(from: place) else { return [] }
      let start = lowerBound(before: place)
      let (low, high) = (text(start..<place), text(place + 1..<end))
      let whole = start..<end
      return [
        "\(low) + 1..<\(high)", "\(low)..<\(high) - 1", "\(low)..<\(low) + 1",
        "\(high) - 1..<\(high)", "\(low)..<\(high) + 1", "(\(low)..<\(high)).reversed()",
        "Swift.stride(from: \(low), to: \(high), by: 2)",
      ].map { Edit(range: whole, text: $0) }
    }
    found += edits { place, token in
      guard token.text == "where" else { return [] }
      let end = all[place...].firstIndex { $0.text == "{" } ?? place
      return [
        Edit(range: place..<end, text: ""),
        Edit(range: place + 2..<end - 1, text: "!(\(text(place + 2..<end - 1)))"),
      ]
    }
    return found
  }

  private func lowerBound(before place: Int) -> Int {
    var start = place
    while let before = self[start - 1], before.text != "(" {
      let isKeyword = before.kind == .space && ["in", "="].contains(self[start - 2]?.text)
      if isKeyword || before.kind == .newline { break }
      start -= 1
    }
    return start
  }

  private func upperBound(from place: Int) -> Int? {
    var end = place + 1
    while let token = self[end], token.kind != .close, token.text != "{", token.text != "where" {
      if token.kind == .newline { break }
      if token.kind == .open { end = partner(of: end) ?? end }
      end += 1
    }
    while end > place, all[end - 1].kind == .space { end -= 1 }
    return end
  }
}
