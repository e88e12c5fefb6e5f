import Backprop

extension Problem {
  /// Explains a wrong part as the right answer to another question: dy all ones, x without its
  /// negative elements, one row of a batch.
  ///
  /// An answer that leaves out a factor, drops elements or ends a loop too soon gives just that, in
  /// every case; so mistakes that no one has foreseen are named too.
  func whatIf(_ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]) -> String? {
    for (name, path) in Input.inputs {
      for change in Change.allCases {
        let isRight = explains(part, outcomes, name: "\(name) \(change)") { input in
          guard let changed = change.applied(to: input[keyPath: path]) else { return false }
          input[keyPath: path] = changed
          return true
        }
        if isRight { return "→ this is right " + change.sentence(about: name) }
      }
    }
    for (name, path) in Input.numbers {
      for change in NumberChange.allCases {
        let isRight = explains(part, outcomes, name: "\(name) \(change)") { input in
          input[keyPath: path] = change.applied(to: input[keyPath: path])
          return true
        }
        if isRight { return "→ this is right " + change.sentence(about: name) }
      }
    }
    return nil
  }

  /// Whether the reference gives the answer of every case if the input is changed.
  private func explains(
    _ part: Part<Input, Output>, _ outcomes: [Outcome<Input, Output>], name: String,
    change: (inout Input) -> Bool
  ) -> Bool {
    var differs = false
    let explains = outcomes.allSatisfy { outcome in
      let changed = outcome.recollection.answer(to: name) {
        var other = outcome.input
        return change(&other) ? reference(other) : nil
      }
      guard let changed else { return isRight(part, in: outcome) }
      let answer = part.value(changed)
      if !same(answer, part.value(outcome.expected)) { differs = true }
      return same(answer, part.value(outcome.output))
    }
    return explains && differs
  }

  /// Whether a part is right in a case.
  private func isRight(
    _ part: Part<Input, Output>, in outcome: Outcome<Input, Output>
  ) -> Bool {
    same(part.value(outcome.output), part.value(outcome.expected))
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
    case .ones: "if \(name) were 1 everywhere: is a factor \(name) missing?"
    case .zeros: "if \(name) were 0 everywhere: is the term with \(name) missing?"
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
    case .firstImage: "if only the first image of \(name) counted: does a loop end too soon?"
    case .lastImage: "if only the last image of \(name) counted: is a sum overwritten (= for +=)?"
    case .firstChannel: "if only the first channel of \(name) counted: does a loop end too soon?"
    case .lastChannel:
      "if only the last channel of \(name) counted: is a sum overwritten (= for +=)?"
    case .withoutFirstRow: "if the first sample of \(name) were 0: does a loop begin too late?"
    case .withoutLastRow: "if the last sample of \(name) were 0: does a loop end too soon?"
    case .batchMean: "if each row of \(name) were the mean over the batch"
    }
  }
}
