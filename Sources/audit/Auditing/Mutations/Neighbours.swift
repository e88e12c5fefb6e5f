// A name exchanged for another of the same type: dW for W, x for dy, one cached value for the next.
extension Tokens {
  func neighbourEdits(parameters: [Parameter]) -> [Edit] {
    let declared = declarations(parameters: parameters)
    let members = membersByOwner
    return edits { place, token in
      guard token.kind == .name, !Self.keywords.contains(token.text) else { return [] }
      // A member, for another member of the same value: cache.h2 for cache.z2.
      if self[place - 1]?.text == ".", let owner = self[place - 2]?.text {
        guard let siblings = members[owner], let own = siblings.firstIndex(of: token.text) else {
          return []
        }
        return nearest(siblings, to: own, count: 3).map { Edit(range: place..<place + 1, text: $0) }
      }
      let isLabel = self[place + 1]?.text == ":" && self[place - 1]?.kind != .space
      let labels = self[place + 1]?.text == ":" && (self[place - 2]?.text != "?")
      guard !isLabel, !labels, let own = declared.firstIndex(where: { $0.name == token.text }),
        declared[own].place < place || declared[own].place < 0
      else { return [] }
      let known = declared.filter { $0.place < place && $0.type == declared[own].type }
      guard let index = known.firstIndex(where: { $0.name == token.text }) else { return [] }
      return nearest(known.map(\.name), to: index, count: 3)
        .map { Edit(range: place..<place + 1, text: $0) }
    }
  }

  private func nearest(_ names: [String], to own: Int, count: Int) -> [String] {
    let others = names.indices.filter { names[$0] != names[own] }
    let near = others.sorted { (abs($0 - own), $0) < (abs($1 - own), $1) }
    return near.prefix(count).map { names[$0] }
  }

  /// The members that a body uses of each of its values, in the order of their names.
  private var membersByOwner: [String: [String]] {
    var found = [String: Set<String>]()
    for (place, token) in all.enumerated() where token.text == "." {
      guard let owner = self[place - 1], let member = self[place + 1], owner.kind == .name,
        member.kind == .name, self[place + 2]?.text != "(",
        self[place + 2]?.kind != .open
          || self[place + 2]?.text == "["
      else { continue }
      found[owner.text, default: []].insert(member.text)
    }
    return found.mapValues { $0.sorted() }
  }

  /// The names of a function with their types, as far as a line tells; parameters are at place -1.
  private func declarations(parameters: [Parameter]) -> [(name: String, type: String, place: Int)] {
    var known: [(name: String, type: String, place: Int)] = parameters.map {
      ($0.name, $0.type, -1)
    }
    func type(of line: Range<Int>) -> String {
      let source = text(line)
      if ["Matrix(", "matmul", "softmax", "oneHot", "(axis:", ".zip("].contains(
        where: source.contains)
      {
        return "Matrix"
      }
      let plain = line.filter { place in
        all[place].kind == .name && !["[", ".", "("].contains(self[place + 1]?.text)
          && self[place - 1]?.text != "."
      }
      let types = plain.compactMap { place in
        known.last { $0.name == all[place].text }?.type
      }
      if source.contains(".map {") { return types.first ?? "Matrix" }
      for type in ["Matrix", "Double", "Int"] where types.contains(type) {
        if type == "Int" && source.contains("Double") { return "Double" }
        return type
      }
      return source.contains("[") || source.contains(".0") || source.contains("Double")
        ? "Double" : "Int"
    }
    for line in lines {
      let words = line.filter { all[$0].kind != .space }
      guard let first = words.first else { continue }
      if ["let", "var"].contains(all[first].text),
        let equal = words.first(where: { all[$0].text == "=" })
      {
        let names = words.filter { $0 > first && $0 < equal && all[$0].kind == .name }
        let value = type(of: equal + 1..<line.upperBound)
        for name in names { known.append((all[name].text, value, line.upperBound - 1)) }
      }
      for place in words where all[place].text == "for" {
        guard let inWord = words.first(where: { $0 > place && all[$0].text == "in" }) else {
          continue
        }
        let names = (place..<inWord).filter { all[$0].kind == .name && all[$0].text != "for" }
        for name in names {
          known.append((all[name].text, names.count == 1 ? "Int" : "link", inWord))
        }
      }
    }
    return known
  }
}
