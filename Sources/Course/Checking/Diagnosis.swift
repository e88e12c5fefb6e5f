import Backprop
import Foundation

extension Problem {
  /// Which parts are right in the first wrong case, each finding, and the ideas recognised.
  func diagnosis(of outcomes: [Outcome<Input, Output>]) -> String {
    guard let wrong = outcomes.first(where: { !$0.isRight }) else { return "" }
    var lines = [String]()
    if judge == nil && parts.count > 1 {
      lines += [
        zip(parts, wrong.findings).map { "\($0.name) \($1 == nil ? "✓" : "✗")" }
          .joined(separator: "  ")
      ]
    }
    lines += ["with \(shapes(of: wrong.input)):"]
    for (index, finding) in wrong.findings.enumerated() {
      guard let finding else { continue }
      lines += ["✗ " + finding]
      guard judge == nil else { continue }
      let part = parts[index]
      let known = recognised(part, index, in: outcomes)
      let sentences =
        known.isEmpty ? pattern(of: part, in: wrong, outcomes) : known.map { "→ " + $0.sentence }
      lines += sentences.filter { !lines.contains($0) }
    }
    if judge != nil { lines += recognisedByJudge(in: outcomes).map { "→ " + $0 } }
    let right = outcomes.filter(\.isRight)
    if !right.isEmpty {
      lines += ["right with " + right.map(\.input.label).joined(separator: "; with ")]
    }
    return lines.joined(separator: "\n")
  }

  /// What the function was called with: x [5, 3], dy [5, 3].
  func shapes(of input: Input) -> String { input.summary }

  /// The misconceptions that give this part's values in every case; of several those that give all
  /// parts' values, if there are any.
  private func recognised(
    _ part: Part<Input, Output>, _ index: Int, in outcomes: [Outcome<Input, Output>]
  ) -> [Misconception<Input, Output>] {
    let known = misconceptions.filter { misconception in
      var differs = false
      for outcome in outcomes {
        let answer = part.value(answer(misconception, outcome))
        guard same(part.value(outcome.output), answer) else { return false }
        if !same(part.value(outcome.expected), answer) { differs = true }
      }
      return differs
    }
    guard known.count > 1 else { return known }
    let whole = known.filter { explains($0, outcomes) }
    return whole.isEmpty ? known : whole
  }

  /// What a misconception gives for the input of a case.
  private func answer(
    _ misconception: Misconception<Input, Output>, _ outcome: Outcome<Input, Output>
  ) -> Output {
    outcome.recollection.answer(to: misconception.name) { misconception.answer(outcome.input) }
      ?? outcome.expected
  }

  /// The same where answers are judged, not compared: every part must be what the idea gives.
  private func recognisedByJudge(in outcomes: [Outcome<Input, Output>]) -> [String] {
    misconceptions.filter { explains($0, outcomes) }.map(\.sentence)
  }

  /// Whether every part of every answer is what a misconception gives.
  private func explains(
    _ misconception: Misconception<Input, Output>, _ outcomes: [Outcome<Input, Output>]
  ) -> Bool {
    outcomes.allSatisfy { outcome in
      let answer = answer(misconception, outcome)
      return parts.allSatisfy { same($0.value(outcome.output), $0.value(answer)) }
    }
  }

  /// A shape that is not what it should be, and what that often means.
  func shapeFinding(
    _ part: Part<Input, Output>, _ got: [Int], expected: [Int], at input: Input
  ) -> String {
    let variable = part.variable.flatMap { path in
      input.tensors.first { same($0.value, input[keyPath: path]) }?.name
    }
    let origin = variable.map { ", the shape of \($0)" } ?? ""
    var hint = ""
    if got == expected.reversed() {
      hint = ": did you transpose the product?"
    } else if got.count > expected.count && Array(got.suffix(expected.count)) == expected {
      hint = ": is a sum over the batch missing?"
    } else if got.count == 1 && expected.count == 1 {
      hint = ": is it summed along the other axis?"
    }
    return "\(part.name) is \(got), should be \(expected)\(origin)\(hint)"
  }

  /// What all wrong elements of a part have in common, where no known idea explains them.
  private func pattern(
    of part: Part<Input, Output>, in outcome: Outcome<Input, Output>,
    _ outcomes: [Outcome<Input, Output>]
  ) -> [String] {
    let (got, expected) = (part.value(outcome.output), part.value(outcome.expected))
    guard got.shape == expected.shape else { return [] }
    if got.count == 1 { return numberPattern(of: part, in: outcomes).map { [$0] } ?? [] }
    if let i = got.scalars.firstIndex(where: { !$0.isFinite }) {
      return [
        "→ \(part.name)\(place(i, in: got.shape)) is no finite number: is there a division by 0, "
          + "a logarithm of 0, or an exponential that overflows?"
      ]
    }
    if got.scalars.allSatisfy({ $0 == 0 }) { return ["→ every element is 0"] }
    if let ratio = ratioSentence(got, expected, tensors: outcome.input.tensors) { return [ratio] }
    if got.rank == 2, got.shape[0] == got.shape[1], same(got, expected.transposed) {
      return ["→ this is the transpose of the right answer: did you transpose the product?"]
    }
    let sentence =
      signSentence(got, expected, tensors: outcome.input.tensors) ?? whatIf(part, in: outcomes)
      ?? relation(of: part, in: outcomes) ?? precisionSentence(got, expected)
      ?? regionSentence(got, expected) ?? caseSentence(part, in: outcomes)
    return sentence.map { [$0] } ?? []
  }
}

/// Whether two tensors agree in shape and, but for rounding, in every element; NaN equals NaN here.
func same(_ a: Matrix, _ b: Matrix) -> Bool {
  a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { agree($0, $1) || ($0.isNaN && $1.isNaN) }
}

/// A number as a learner wants to read it: six digits, a whole number whole, and no sign for a zero
/// or a NaN.
func digits(_ x: Double, _ count: Int = 6) -> String {
  if x == x.rounded(), abs(x) < 1e15 { return "\(Int(x))" }
  return x.isNaN ? "nan" : String(format: "%.\(count)g", x)
}

/// How many digits show that two numbers differ: six, or more where they need more.
func digitsThatDiffer(_ a: Double, _ b: Double) -> Int {
  (6...17).first { digits(a, $0) != digits(b, $0) } ?? 6
}

/// The place of an element, as the learner's code would write it: [1, 2].
func place(_ offset: Int, in shape: [Int]) -> String {
  var (rest, index) = (offset, [Int]())
  for size in shape.reversed() {
    index.insert(rest % size, at: 0)
    rest /= size
  }
  return index.isEmpty ? "" : "\(index)"
}

/// Names the factor if all elements are off by the same one, and the size that it equals.
func ratioSentence(
  _ got: Matrix, _ expected: Matrix, tensors: [(name: String, value: Matrix)]
) -> String? {
  let pairs = zip(got.scalars, expected.scalars).filter { abs($0.1) > 1e-9 }
  guard pairs.count > 1, let ratio = pairs.first.map({ $0.0 / $0.1 }), ratio.isFinite,
    ratio != 0, pairs.allSatisfy({ agree($0.0, $0.1 * ratio) })
  else { return nil }
  if agree(ratio, -1) { return "→ every element has the wrong sign" }
  let size = max(abs(ratio), 1 / abs(ratio))
  let sign = ratio < 0 ? ", with the wrong sign" : ""
  let direction = abs(ratio) > 1 ? "large" : "small"
  return "→ every element is \(digits(size)) times too \(direction)\(sign)"
    + (sizeSentence(size, tensors) ?? "")
}

/// What a factor is, if it is a size of the input: the batch, a number of columns, or of elements.
private func sizeSentence(
  _ factor: Double, _ tensors: [(name: String, value: Matrix)]
) -> String? {
  guard factor > 1.5 else { return nil }
  for (name, value) in tensors where value.rank == 2 {
    if agree(factor, Double(value.rows)) { return ": \(name) has \(value.rows) rows (the batch)" }
    if agree(factor, Double(value.columns)) { return ": \(name) has \(value.columns) columns" }
    if agree(factor, Double(value.count)) { return ": \(name) has \(value.count) elements" }
  }
  for (name, value) in tensors where value.rank == 4 {
    let (images, area) = (value.shape[0], value.shape[2] * value.shape[3])
    if agree(factor, Double(images)) { return ": \(name) has \(images) images (the batch)" }
    if agree(factor, Double(area)) { return ": \(name) has \(area) positions" }
    if agree(factor, Double(images * area)) {
      return ": \(name) has \(images * area) positions in all images"
    }
  }
  return nil
}

/// Names the input whose sign tells wrong elements from right ones.
private func signSentence(
  _ got: Matrix, _ expected: Matrix, tensors: [(name: String, value: Matrix)]
) -> String? {
  let wrong = got.scalars.indices.map { !agree(got.scalars[$0], expected.scalars[$0]) }
  guard wrong.contains(false), wrong.contains(true) else { return nil }
  for (name, value) in tensors where value.shape == got.shape {
    let negative = value.scalars.map { $0 < 0 }
    if wrong == negative { return "→ wrong exactly where \(name) is negative" }
    if wrong == negative.map({ !$0 }) { return "→ wrong exactly where \(name) is not negative" }
    if wrong == value.scalars.map({ $0 == 0 }) {
      return "→ wrong exactly where \(name) is 0: what holds there is a convention, "
        + "the function's comment says which"
    }
  }
  return nil
}
