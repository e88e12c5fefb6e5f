import Backprop

// What wrong numbers have in common, where no known idea explains them.
extension Problem {
  /// What an answer is made of: an input as it came, another output, the right answer and an input.
  func relation(of part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]) -> String? {
    let pairs = outcomes.map { (part.value($0.output), part.value($0.expected)) }
    guard pairs.allSatisfy({ $0.0.shape == $0.1.shape }) else { return nil }
    if let sentence = differenceSentence(pairs.map { ($0, $1, $1 * 0 + 1) }, name: "") {
      return sentence
    }
    let names = outcomes.first?.input.tensors.map(\.name) ?? []
    for (index, name) in names.enumerated() {
      let tensors = outcomes.compactMap { outcome in
        let tensors = outcome.input.tensors
        return index < tensors.count ? tensors[index].value : nil
      }
      guard tensors.count == pairs.count,
        zip(tensors, pairs).allSatisfy({ $0.shape == $1.0.shape })
      else { continue }
      let triples = zip(pairs, tensors).map { ($0.0, $0.1, $1) }
      if triples.allSatisfy({ same($0.0, $0.2) }) { return "→ this is \(name), as it came" }
      if triples.allSatisfy({ same($0.0, $0.1 * $0.2) }) {
        return "→ this is the right answer times \(name): is it multiplied in once too often?"
      }
      if triples.allSatisfy({ same($0.0 * $0.2, $0.1) }) {
        return "→ this is the right answer divided by \(name): is a factor \(name) missing?"
      }
      if let sentence = differenceSentence(triples, name: name) { return sentence }
    }
    for other in parts where other.name != part.name {
      let isOther = outcomes.allSatisfy {
        same(part.value($0.output), other.value($0.expected))
      }
      if isOther { return "→ this is what \(other.name) should be: are two outputs exchanged?" }
    }
    return nil
  }

  /// The same where a part is a single number: what all cases have in common.
  func numberPattern(
    of part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]
  ) -> String? {
    let pairs = outcomes.map { (part.value($0.output), part.value($0.expected)) }
    guard pairs.allSatisfy({ $0.0.count == 1 && $0.1.count == 1 }) else {
      return whatIf(part, in: outcomes) ?? caseSentence(part, in: outcomes)
    }
    let (got, expected) = (
      Matrix(pairs.map { $0.0.scalars[0] }), Matrix(pairs.map { $0.1.scalars[0] })
    )
    if got.scalars.contains(where: { !$0.isFinite }) {
      return "→ this is no finite number: is there a division by 0, or a root of a negative number?"
    }
    if got.count > 1, got.scalars.allSatisfy({ $0 == 0 }) { return "→ it is 0 in every case" }
    if let sentence = ratioSentence(got, expected, tensors: []) {
      return sentence.replacing("every element", with: "every case")
    }
    return whatIf(part, in: outcomes) ?? relation(of: part, in: outcomes)
      ?? precisionSentence(got, expected) ?? caseSentence(part, in: outcomes)
  }

  /// What tells the cases that are right from those that are not: square, a batch of one.
  func caseSentence(
    _ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]
  ) -> String? {
    let isRight = outcomes.map {
      same(part.value($0.output), part.value($0.expected))
    }
    guard isRight.contains(true), isRight.contains(false) else { return nil }
    func holds(_ rule: (Matrix) -> Bool, _ index: Int) -> [Bool] {
      outcomes.map { index < $0.input.tensors.count && rule($0.input.tensors[index].value) }
    }
    let names = outcomes.first?.input.tensors.map(\.name) ?? []
    for (index, name) in names.enumerated() {
      let isSquare = holds({ $0.rank == 2 && $0.rows == $0.columns }, index)
      if isSquare == isRight { return "→ right only where \(name) is square" }
      let isSingle = holds({ $0.rank > 1 && $0.shape[0] == 1 }, index)
      if isSingle == isRight {
        return
          "→ right only with a single sample in \(name): how is the batch summed, or divided by?"
      }
      if isSingle == isRight.map({ !$0 }) { return "→ wrong only with a single sample in \(name)" }
      let isPositive = holds({ $0.scalars.allSatisfy { $0 >= 0 } }, index)
      if isPositive == isRight { return "→ right only where \(name) has no negative element" }
    }
    if isRight[0], !isRight.dropFirst().contains(true) {
      return "→ only the first case is right: does the answer depend on its sizes or numbers?"
    }
    return nil
  }
}

/// Names the difference if it is the same multiple of one tensor in every case; of 1 without a name.
private func differenceSentence(
  _ cases: [(got: Matrix, expected: Matrix, tensor: Matrix)], name: String
) -> String? {
  var factor: Double?
  for (got, expected, tensor) in cases {
    for (i, number) in tensor.scalars.enumerated() where abs(number) > 1e-6 && factor == nil {
      let quotient = (got.scalars[i] - expected.scalars[i]) / number
      if quotient.isFinite, abs(quotient) > 1e-6 { factor = quotient }
    }
  }
  guard let factor, cases.allSatisfy({ same($0.got, $0.expected + factor * $0.tensor) }) else {
    return nil
  }
  if name.isEmpty {
    return "→ every element is \(digits(abs(factor))) too \(factor > 0 ? "large" : "small")"
  }
  let size = abs(abs(factor) - 1) < 1e-9 ? name : "\(digits(abs(factor))) · \(name)"
  return factor > 0
    ? "→ this is the right answer plus \(size): is it added once too often?"
    : "→ this is the right answer minus \(size): is it left out, or subtracted once too often?"
}

/// Says so if all numbers are nearly right.
func precisionSentence(_ got: Matrix, _ expected: Matrix) -> String? {
  let largest = max(expected.scalars.reduce(0) { max($0, abs($1)) }, 1e-3)
  let gap = zip(got.scalars, expected.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
  guard gap <= 1e-5 * largest else { return nil }
  return "→ nearly right: is something in single precision (Float), approximated, or is an ε added "
    + "where none belongs?"
}

/// Names the rows, columns, images or channels that wrong elements keep to.
func regionSentence(_ got: Matrix, _ expected: Matrix) -> String? {
  let wrong = got.scalars.indices.filter { !agree(got.scalars[$0], expected.scalars[$0]) }
  let names: [Int: [String]] = [
    1: ["element"], 2: ["row", "column"], 4: ["image", "channel", "row", "column"],
  ]
  guard let axes = names[got.rank], wrong.count < got.count else {
    let areSizesRight = zip(got.scalars, expected.scalars).allSatisfy { agree(abs($0), abs($1)) }
    return areSizesRight ? "→ the sizes are right, the signs are not" : nil
  }
  for (axis, name) in axes.enumerated() where got.shape[axis] > 1 {
    let inner = got.shape[(axis + 1)...].reduce(1, *)
    let touched = Set(wrong.map { $0 / inner % got.shape[axis] })
    let last = got.shape[axis] - 1
    if touched == [last] { return "→ only the last \(name) is wrong: does a loop end too soon?" }
    if touched == [0] { return "→ only the first \(name) is wrong: does a loop begin too late?" }
    if touched.count == last, !touched.contains(0) {
      return "→ only the first \(name) is right: does a loop end after one round?"
    }
    if touched.count == last, !touched.contains(last) {
      return "→ only the last \(name) is right: is it overwritten round by round?"
    }
  }
  let areSizesRight = zip(got.scalars, expected.scalars).allSatisfy { agree(abs($0), abs($1)) }
  return areSizesRight ? "→ the sizes are right, some signs are not" : nil
}
