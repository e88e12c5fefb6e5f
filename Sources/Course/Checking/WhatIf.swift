import Core

extension Problem {
  /// Explains a wrong part as the right answer to another question: dy all ones, x without its
  /// negative elements, one row of a batch.
  ///
  /// An answer that leaves out a factor, drops elements or ends a loop too soon gives just that, in
  /// every case; so mistakes that no one has foreseen are named too.
  func whatIf(_ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]) -> String? {
    variations.first { !$0.isExchange && explains(part, outcomes, $0) }.map { "→ " + $0.sentence }
  }

  /// The same of the wrong cases alone, where others are right: an answer for square inputs only, or for
  /// numbers that differ.
  func whatIfWhereWrong(
    _ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]
  ) -> String? {
    let wrong = outcomes.filter { !isRight(part, in: $0) }
    guard wrong.count < outcomes.count else { return nil }
    return variations.first { !$0.isExchange && explains(part, wrong, $0, atLeast: 4) }
      .map { "→ where it is wrong, " + $0.sentence }
  }

  /// Explains a wrong part as the right answer where two inputs of one shape are exchanged.
  func exchange(_ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]) -> String? {
    variations.first { $0.isExchange && explains(part, outcomes, $0) }.map { "→ " + $0.sentence }
  }

  /// Asks the reference all that a diagnosis may ask about a case, and returns how many answers
  /// came: a test of whether any question is one that the library refuses.
  public func askEverything() -> Int {
    cases.reduce(0) { count, test in
      precondition(test.input.isPermitted, "\(id): \(test.input.summary) is not permitted")
      for misconception in misconceptions { _ = misconception.answer(test.input) }
      return count + variations.count { ask($0, about: test.input) != nil }
    }
  }

  /// All other questions that a case is held against.
  private var variations: [Variation<Input>] {
    let first = cases.first.map { given($0.input).map(\.name) } ?? []
    // What the learner's function is not given it cannot have used wrongly.
    let inputs = Input.inputs.filter { first.contains($0.name) }
    var variations = [Variation<Input>]()
    for (name, path) in inputs {
      for change in Change.allCases {
        variations.append(
          Variation(
            name: "\(name) \(change)", sentence: "this is right " + change.sentence(about: name)
          ) {
            guard let changed = change.applied(to: $0[keyPath: path]) else { return false }
            $0[keyPath: path] = changed
            return true
          })
      }
    }
    for (name, path) in Input.numbers {
      for change in NumberChange.allCases {
        variations.append(
          Variation(
            name: "\(name) \(change)", sentence: "this is right " + change.sentence(about: name)
          ) {
            $0[keyPath: path] = change.applied(to: $0[keyPath: path])
            return true
          })
      }
    }
    for (index, (name, path)) in inputs.enumerated() {
      for (other, otherPath) in inputs[(index + 1)...] {
        variations.append(
          Variation(
            name: "\(name) \(other)",
            sentence: "this is right if \(name) and \(other) were exchanged",
            isExchange: true
          ) {
            let (one, two) = ($0[keyPath: path], $0[keyPath: otherPath])
            guard one.shape == two.shape else { return false }
            ($0[keyPath: path], $0[keyPath: otherPath]) = (two, one)
            return true
          })
      }
    }
    return variations
  }

  /// The reference's answer to another question; nil where the change makes no sense, or where the
  /// function's comment does not permit what it leads to.
  private func ask(_ variation: Variation<Input>, about input: Input) -> Output? {
    var other = input
    return variation.apply(&other) && other.isPermitted ? reference(other) : nil
  }

  /// Whether the reference gives the answer of every case if the input is changed.
  private func explains(
    _ part: Part<Input, Output>, _ outcomes: [Outcome<Input, Output>],
    _ variation: Variation<Input>, atLeast least: Int = 2
  ) -> Bool {
    var differing = 0
    let explains = outcomes.allSatisfy { outcome in
      let changed = outcome.recollection.answer(to: variation.name) {
        ask(variation, about: outcome.input)
      }
      guard let changed else { return isRight(part, in: outcome) }
      let (answer, expected) = (part.value(changed), part.value(outcome.expected))
      guard same(answer, part.value(outcome.output)) else { return false }
      differing += zip(answer.scalars, expected.scalars).count { !agree($0, $1) }
      return true
    }
    // One number alone may be right by chance.
    return explains && differing >= least
  }

  /// Whether a part is right in a case.
  private func isRight(
    _ part: Part<Input, Output>, in outcome: Outcome<Input, Output>
  ) -> Bool {
    same(part.value(outcome.output), part.value(outcome.expected))
  }
}

/// Another question, to which an answer may be right.
private struct Variation<Input> {
  let name: String
  let sentence: String
  var isExchange = false
  /// Changes an input; false where the change makes no sense for it.
  let apply: (inout Input) -> Bool

  init(
    name: String, sentence: String, isExchange: Bool = false,
    apply: @escaping (inout Input) -> Bool
  ) {
    (self.name, self.sentence, self.isExchange, self.apply) = (name, sentence, isExchange, apply)
  }
}

/// A way in which a function may have used a number wrongly.
private enum NumberChange: CaseIterable {
  case zero, one, opposite, doubled, halved, squared, complement, magnitude

  func applied(to x: Double) -> Double {
    switch self {
    case .zero: 0
    case .one: 1
    case .opposite: -x
    case .doubled: 2 * x
    case .halved: x / 2
    case .squared: x * x
    case .complement: 1 - x
    case .magnitude: abs(x)
    }
  }

  func sentence(about name: String) -> String {
    switch self {
    case .zero: "if \(name) were 0: is the term with \(name) missing?"
    case .one: "if \(name) were 1: is a factor \(name) missing?"
    case .opposite: "if \(name) had the opposite sign"
    case .doubled: "if \(name) were twice as large: is it used twice?"
    case .halved: "if \(name) were half as large"
    case .squared: "if \(name) were squared: is it multiplied in twice?"
    case .complement: "if \(name) were 1 - \(name)"
    case .magnitude: "if \(name) had no sign"
    }
  }
}

/// A way in which a function may have seen its input wrongly.
private enum Change: CaseIterable {
  case ones, zeros, positivePart, negativePart, magnitudes, opposite, transposed
  case doubled, squared, cut
  case firstRow, lastRow, firstColumn, batchMean, withoutFirstRow, withoutLastRow
  case firstImage, lastImage, firstChannel, lastChannel
  case firstPosition, lastPosition, repeatedFirst, reversedFirstAxis, reversedSecondAxis
  case firstElement

  /// The changed tensor; nil where the change makes no sense for its shape.
  func applied(to x: Matrix) -> Matrix? {
    switch self {
    case .ones: return x * 0 + 1
    case .zeros: return x * 0
    case .positivePart: return x.map { max($0, 0) }
    case .negativePart: return x.map { min($0, 0) }
    case .magnitudes: return x.map { abs($0) }
    case .opposite: return -x
    case .doubled: return 2 * x
    case .squared: return x * x
    case .cut: return x.map { min(max($0, -1), 1) }
    case .transposed: return x.rank == 2 && x.rows == x.columns ? x.transposed : nil
    case .firstRow: return keeping(x, rank: 2) { row, _ in row == 0 }
    case .lastRow: return keeping(x, rank: 2) { row, _ in row == x.rows - 1 }
    case .firstColumn: return keeping(x, rank: 2) { _, column in column == 0 }
    case .batchMean:
      guard x.rank == 2 else { return nil }
      return x * 0 + x.mean(axis: 0)
    case .withoutFirstRow: return x.rank > 1 ? keeping(x, rank: x.rank) { row, _ in row > 0 } : nil
    case .withoutLastRow:
      return x.rank > 1 ? keeping(x, rank: x.rank) { row, _ in row < x.shape[0] - 1 } : nil
    case .firstImage: return keeping(x, rank: 4) { image, _ in image == 0 }
    case .lastImage: return keeping(x, rank: 4) { image, _ in image == x.shape[0] - 1 }
    case .firstChannel: return keeping(x, rank: 4) { _, channel in channel == 0 }
    case .lastChannel: return keeping(x, rank: 4) { _, channel in channel == x.shape[1] - 1 }
    case .firstPosition, .lastPosition:
      guard x.rank == 4 else { return nil }
      let area = x.shape[2] * x.shape[3]
      let (image, position) = self == .firstPosition ? (0, 0) : (x.shape[0] - 1, area - 1)
      var kept = x
      for place in 0..<x.count
      where place / area / x.shape[1] != image || place % area != position {
        kept.scalars[place] = 0
      }
      return kept
    case .repeatedFirst:
      guard x.rank > 1 else { return nil }
      var repeated = x
      let inner = x.count / x.shape[0]
      for place in 0..<x.count { repeated.scalars[place] = x.scalars[place % inner] }
      return repeated
    case .reversedFirstAxis: return x.rank > 1 ? x.reversed(along: 0) : nil
    case .reversedSecondAxis: return x.rank > 1 ? x.reversed(along: 1) : nil
    case .firstElement:
      var kept = x * 0
      if let first = x.scalars.first { kept.scalars[0] = first }
      return kept
    }
  }

  /// A matrix, or images, with all other elements set to 0; the first two indices decide.
  private func keeping(_ x: Matrix, rank: Int, _ isKept: (Int, Int) -> Bool) -> Matrix? {
    guard x.rank == rank else { return nil }
    var kept = x
    let (columns, area) = (x.shape[1], x.shape[2...].reduce(1, *))
    for place in 0..<x.count where !isKept(place / area / columns, place / area % columns) {
      kept.scalars[place] = 0
    }
    return kept
  }

  func sentence(about name: String) -> String {
    switch self {
    case .ones: "if \(name) were 1 everywhere: is it left out?"
    case .zeros: "if \(name) were 0 everywhere: is it left out?"
    case .positivePart: "if the negative elements of \(name) were 0: are they dropped?"
    case .negativePart: "if the positive elements of \(name) were 0: are they dropped?"
    case .magnitudes: "if \(name) had no signs: is there an absolute value too many?"
    case .opposite: "if \(name) had the opposite sign"
    case .doubled: "if \(name) were twice as large: is it used twice?"
    case .squared: "if \(name) were squared: is it multiplied in twice?"
    case .cut: "if \(name) were cut off at ±1"
    case .transposed: "if \(name) were transposed"
    case .firstRow: "if only the first row of \(name) counted: does a loop end too soon?"
    case .lastRow: "if only the last row of \(name) counted: is a sum overwritten (= for +=)?"
    case .firstColumn: "if only the first column of \(name) counted: does a loop end too soon?"
    case .firstImage:
      "if only the first \(first(name)) of \(name) counted: does a loop end too soon?"
    case .lastImage:
      "if only the last \(first(name)) of \(name) counted: is a sum overwritten (= for +=)?"
    case .firstChannel: "if only the first channel of \(name) counted: does a loop end too soon?"
    case .lastChannel:
      "if only the last channel of \(name) counted: is a sum overwritten (= for +=)?"
    case .withoutFirstRow: "if the first sample of \(name) were 0: does a loop begin too late?"
    case .withoutLastRow: "if the last sample of \(name) were 0: does a loop end too soon?"
    case .batchMean: "if each row of \(name) were the mean over the batch"
    case .firstPosition:
      "if only the first position of the first \(first(name)) of \(name) counted: do loops end too "
        + "soon?"
    case .lastPosition:
      "if only the last position of the last \(first(name)) of \(name) counted: is a sum overwritten "
        + "(= for +=)?"
    case .repeatedFirst:
      "if all samples of \(name) were its first: does an index stay 0 that should run?"
    case .reversedFirstAxis:
      "if the order along the first axis of \(name) were reversed: are indices mixed up?"
    case .reversedSecondAxis:
      "if the order along the second axis of \(name) were reversed: are indices mixed up?"
    case .firstElement:
      "if only the first element of \(name) counted: do loops end too soon?"
    }
  }

  /// What the first axis of images is called, or of filters, w.
  private func first(_ name: String) -> String {
    name.lowercased().hasPrefix("w") ? "filter" : "image"
  }
}
