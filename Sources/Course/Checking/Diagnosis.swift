import Core
import Foundation

extension Problem {
  /// Which parts are right in the first wrong case, each finding, and the ideas recognised.
  ///
  /// - Parameters:
  ///   - outcomes: All cases so far.
  ///   - isExplained: Whether to look for what explains the numbers, or to state them alone.
  /// - Returns: A sentence a line.
  func diagnosis(of outcomes: [Outcome<Input, Output>], isExplained: Bool = true) -> String {
    guard let wrong = outcomes.first(where: { !$0.isRight }) else { return "" }
    var lines = [String]()
    if judge == nil && parts.count > 1 {
      lines += [
        zip(parts, wrong.findings).map { "\($0.name) \($1 == nil ? "✓" : "✗")" }
          .joined(separator: "  ")
      ]
    }
    lines += ["with \(shapes(of: wrong.input)):"]
    let ideas = isExplained && judge == nil ? parts.map { recognised($0, in: outcomes) } : []
    let isAnyKnown = ideas.contains { !$0.isEmpty }
    // A clue is about all parts together, and the same for each.
    lazy var clue = self.clue(in: outcomes)
    var (isFirst, following) = (true, [String]())
    for (index, finding) in wrong.findings.enumerated() {
      guard let finding else { continue }
      let follows = judge == nil && !isFirst ? follows(parts[index], in: outcomes) : nil
      if follows == true {
        following.append(parts[index].name)
        continue
      }
      lines += ["✗ " + finding]
      defer { isFirst = false }
      guard isExplained, judge == nil else { continue }
      let (part, known) = (parts[index], ideas[index])
      if !isFirst, part.step != nil, known.isEmpty {
        if follows == false {
          lines += [
            "→ this does not follow from the steps before it: look here when they are right"
          ]
        }
        continue
      }
      let sentences =
        known.isEmpty
        ? pattern(of: part, in: outcomes, isOnly: !isAnyKnown, clue: { clue }).map { [$0] } ?? []
        : known.map { "→ " + $0.sentence }
      lines += sentences.filter { !lines.contains($0) }
    }
    if !following.isEmpty {
      let names = following.joined(separator: ", ")
      lines += ["✗ \(names): right steps, from the wrong numbers of the steps before"]
    }
    if isExplained, judge != nil { lines += recognisedByJudge(in: outcomes).map { "→ " + $0 } }
    let right = outcomes.filter(\.isRight)
    if !right.isEmpty {
      lines += ["right with " + right.map(\.input.label).joined(separator: "; with ")]
    }
    return lines.joined(separator: "\n")
  }

  /// What the function was called with: x [5, 3], dy [5, 3].
  func shapes(of input: Input) -> String { input.summary }

  /// The misconceptions that give this part's values in every case, and where it is a step those of the
  /// steps before it; of several those that give all parts' values, if there are any.
  func recognised(
    _ part: Part<Input, Output>, in outcomes: [Outcome<Input, Output>]
  ) -> [Misconception<Input, Output>] {
    let reaching = reaching(part)
    let known = misconceptions.filter { misconception in
      var differs = false
      for outcome in outcomes {
        let answer = answer(misconception, outcome)
        guard reaching.allSatisfy({ same($0.value(outcome.output), $0.value(answer)) }) else {
          return false
        }
        if !same(part.value(outcome.expected), part.value(answer)) { differs = true }
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

  /// A shape that is not what it should be, and what the numbers say of it.
  func shapeFinding(
    _ part: Part<Input, Output>, _ got: Matrix, expected: Matrix, at input: Input
  ) -> String {
    let variable = part.variable.flatMap { path in
      input.tensors.first { same($0.value, input[keyPath: path]) }?.name
    }
    let origin = variable.map { ", the shape of \($0)" } ?? ""
    var hint = ""
    if got.rank == 2, same(got.transposed, expected) {
      hint = ": did you transpose the product?"
    } else if got.count > expected.count, got.rank > expected.rank,
      got.shape.suffix(expected.rank) == expected.shape[...],
      same(got.reshaped([got.count / expected.count, expected.count]).sum(axis: 0), expected.flat)
    {
      hint = ": is a sum over the batch missing?"
    } else if got.rank == 2, expected.rank == 1, got.rows == expected.count,
      same(got.sum(axis: 1), expected)
    {
      hint = ": is a sum over each row missing?"
    } else if got.rank == 1, expected.rank == 1, agree(got.sum(), expected.sum()) {
      hint = ": is it summed along the other axis?"
    } else if same(got.flat, expected.flat) {
      hint = ": the numbers are right"
    } else if got.rank == 1, expected.rank == 1, got.count < expected.count,
      zip(got.scalars, expected.scalars).allSatisfy(agree)
    {
      hint = ": the last ones are missing"
    }
    return "\(part.name) is \(got.shape), should be \(expected.shape)\(origin)\(hint)"
  }
}

extension Tensor where Scalar == Double {
  fileprivate var flat: Matrix { reshaped([count]) }
}

/// Whether two tensors agree in shape and, but for rounding, in every element; NaN equals NaN here.
package func same(_ a: Matrix, _ b: Matrix) -> Bool {
  a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { agree($0, $1) || ($0.isNaN && $1.isNaN) }
}

/// A number as a learner wants to read it: six digits, a whole number whole, and no sign for a zero
/// or a NaN.
package func digits(_ x: Double, _ count: Int = 6) -> String {
  if x == x.rounded(), abs(x) < 1e15 { return "\(Int(x))" }
  return x.isNaN ? "nan" : String(format: "%.\(count)g", x)
}

/// How many digits show that two numbers differ: six, or more where they need more.
func digitsThatDiffer(_ a: Double, _ b: Double) -> Int {
  (6...17).first { digits(a, $0) != digits(b, $0) } ?? 6
}

/// The place of an element, as the learner's code would write it: [1, 2].
package func place(_ offset: Int, in shape: [Int]) -> String {
  var (rest, index) = (offset, [Int]())
  for size in shape.reversed() {
    index.insert(rest % size, at: 0)
    rest /= size
  }
  return index.isEmpty ? "" : "\(index)"
}
