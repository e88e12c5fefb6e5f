/// A wrong version of a solution.
struct Mutation: Equatable {
  /// What kind of mistake it is: "operator", "factor dropped", "right only for".
  let kind: String
  /// What was done, for people: the line before and after.
  let change: String
  /// The body of the wrong function.
  let body: String
}

extension Solution {
  /// All wrong versions, each once.
  var mutations: [Mutation] {
    let tokens = Tokens(body)
    var seen: Set<String> = [tokens.text(tokens.all.indices)]
    var found = [Mutation]()
    func add(_ kind: String, _ change: String, _ mutated: String) {
      let normal = mutated.filter { $0 != " " }
      if seen.insert(normal).inserted {
        found.append(Mutation(kind: kind, change: change, body: mutated))
      }
    }
    seen = [tokens.text(tokens.all.indices).filter { $0 != " " }]
    for (kind, edits) in tokens.families(of: self) {
      for edit in edits {
        add(kind, tokens.difference(edit), tokens.replacing(edit.range, by: edit.text))
      }
    }
    for memory in memories {
      add("memory", memory.change, "    return try \(memory.call) { try \(name)Solved(\(call())) }")
    }
    for impairment in impairments {
      add("right only", impairment.change, "    return try \(name)Solved(\(impairment.call))")
    }
    return found
  }
}

/// A range of tokens and what stands there instead.
struct Edit {
  let range: Range<Int>
  let text: String
}

extension Tokens {
  /// The line that an edit changes, before and after.
  fileprivate func difference(_ edit: Edit) -> String {
    let start = all[..<edit.range.lowerBound].lastIndex { $0.kind == .newline }.map { $0 + 1 } ?? 0
    let end =
      all[max(edit.range.upperBound - 1, 0)...].firstIndex { $0.kind == .newline } ?? all.count
    func trimmed(_ text: String) -> String {
      text.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
    }
    let before = trimmed(text(start..<end))
    let after = trimmed(
      text(start..<edit.range.lowerBound) + edit.text + text(edit.range.upperBound..<end))
    return "\(before)  ⟶  \(after)"
  }

  /// The edits of every family.
  fileprivate func families(of solution: Solution) -> [(kind: String, edits: [Edit])] {
    [
      ("operator", operatorEdits), ("operand dropped", droppedOperands), ("sign", signEdits),
      ("index", indexEdits), ("transpose", transposeEdits), ("sum", sumEdits),
      ("constant", constantEdits), ("function", functionEdits), ("loop", loopEdits),
      ("condition", conditionEdits), ("statement", statementEdits),
      ("neighbour", neighbourEdits(parameters: solution.parameters)),
    ]
  }

  /// The edits that the tokens of a kind give, each token by itself.
  func edits(_ make: (_ place: Int, _ token: Token) -> [Edit]) -> [Edit] {
    all.enumerated().flatMap { make($0.offset, $0.element) }
  }
}
