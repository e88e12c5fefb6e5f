import Core
import Guiding

// An answer may depend on its arguments only. One that keeps its first result, by the shape or by a
// part of what it was given, is right as long as no case is like an earlier one: so each case has
// variations that differ from it in one thing at a time.
extension Problem {
  /// What shows that an answer keeps something between calls, or nil; it was right in every case.
  ///
  /// The cases come once more, the last one first, each with its variations, and then as it was.
  func trace(
    of outcomes: [Outcome<Input, Output>], progress: (CheckProgress) -> Void,
    _ answer: (Input) throws -> Output
  ) rethrows -> String? {
    let drawn = draw(CaseSeed.current &+ 1)
    for index in outcomes.indices.reversed() {
      let own = outcomes[index]
      var earlier = [own.output]
      for input in variations(of: index, drawn: drawn[index].input) {
        // Outside of what the function's comment permits there is no right answer.
        guard input.isPermitted else { continue }
        let expected = reference(input)
        guard judge != nil || isFinite(expected) else { continue }
        progress(.again(index, input.summary))
        let output = try answer(input)
        progress(.answered(index))
        let findings = findings(output, expected: expected, in: Case(input, isCorner: true))
        guard findings.allSatisfy({ $0 == nil }) else {
          let isKept = earlier.contains { old in isSame(old, output) }
          let seen = Outcome(
            input: input, output: output, expected: expected, findings: findings)
          let sentence = isKept ? keptSentence : mistake(in: outcomes + [seen]) ?? changedSentence
          return
            (["with \(input.summary), after other calls:"]
            + findings.compactMap { $0 }.map { "✗ " + $0 } + ["→ " + sentence])
            .joined(separator: "\n")
        }
        earlier.append(output)
      }
      progress(.again(index, own.input.summary))
      let output = try answer(own.input)
      progress(.answered(index))
      if let change = difference(between: own.output, and: output, at: own.input) { return change }
    }
    return nil
  }

  /// What explains all numbers without anything kept: a known mistake that no case has shown, numbers that
  /// are nearly right everywhere, or some that are none.
  private func mistake(in outcomes: [Outcome<Input, Output>]) -> String? {
    guard judge == nil else { return nil }
    let wrong = parts.compactMap { part in
      Evidence(of: part, in: outcomes, given: given)
        .flatMap { $0.wrongCount > 0 ? (part: part, evidence: $0) : nil }
    }
    if let known = wrong.lazy.compactMap({ recognised($0.part, in: outcomes).first }).first {
      return known.sentence
    }
    return [wrong.map(\.evidence.precisionSentence), wrong.map(\.evidence.infiniteSentence)]
      .first { sentences in sentences.allSatisfy { $0 != nil } }
      .flatMap { $0.first ?? nil }
      .map { String($0.dropFirst("→ ".count)) }
  }

  private var keptSentence: String {
    "this is the answer to an earlier call, with other arguments: is a result kept in a variable "
      + "outside the function?" + carriedSentence
  }

  private var changedSentence: String {
    "with other numbers it was right: is something kept from an earlier call, in a variable outside "
      + "the function, or does a number stand where an argument belongs?" + carriedSentence
  }

  /// Where what a function returns goes into its next call: what that is.
  var carriedSentence: String {
    let inputs = Set(Input.inputs.map(\.name))
    let carried = parts.map(\.name).filter(inputs.contains)
    guard let last = carried.last else { return "" }
    let names =
      carried.count == 1 ? last : carried.dropLast().joined(separator: ", ") + " and " + last
    return " What is carried on from call to call comes in as \(names), and is returned."
  }

  private func isFinite(_ output: Output) -> Bool {
    parts.allSatisfy { $0.value(output).scalars.allSatisfy(\.isFinite) }
  }

  /// Whether two outputs are the same number by number.
  func isSame(_ one: Output, _ two: Output) -> Bool {
    parts.allSatisfy { $0.value(one) == $0.value(two) }
  }

  /// Inputs that differ from a case's in one thing: all random numbers, the elements' order, one
  /// tensor, one number, and what the question itself says.
  func variations(of index: Int, drawn: Input) -> [Input] {
    let own = cases[index].input
    var found = own.others
    if !zip(own.tensors, drawn.tensors).allSatisfy({ $0.value == $1.value }) { found.append(drawn) }
    for order in Order.allCases {
      var turned = own
      for (_, path) in Input.inputs {
        turned[keyPath: path] = order.applied(to: own[keyPath: path])
      }
      if isChanged(turned, from: own) { found.append(turned) }
    }
    for (_, path) in Input.inputs {
      var changed = own
      let other = drawn[keyPath: path]
      changed[keyPath: path] =
        other == own[keyPath: path] ? Order.backwards.applied(to: other) : other
      if isChanged(changed, from: own) { found.append(changed) }
    }
    for (_, path) in Input.numbers {
      let value = own[keyPath: path]
      guard let other = cases.map({ $0.input[keyPath: path] }).first(where: { $0 != value })
      else { continue }
      // What may lie between two numbers that are permitted is permitted.
      var changed = own
      changed[keyPath: path] = (value + other) / 2
      found.append(changed)
    }
    return found
  }

  private func isChanged(_ input: Input, from own: Input) -> Bool {
    Input.inputs.contains { input[keyPath: $0.path] != own[keyPath: $0.path] }
  }

  /// The keys by which the reference, made to keep its first answer by them, would pass.
  public func keepersThatPass() -> [String] {
    var keys: [(String, (Input) -> String)] = [
      ("always", { _ in "" }),
      ("by shape", { "\($0.tensors.map(\.value.shape))" }),
      ("by count", { "\($0.tensors.map(\.value.count))" }),
    ]
    if !Input.inputs.isEmpty {
      keys += [
        ("by first element", { key($0) { [$0.scalars.first ?? 0] } }),
        ("by last element", { key($0) { [$0.scalars.last ?? 0] } }),
        ("by the numbers in any order", { key($0) { $0.scalars.sorted() } }),
      ]
    }
    func key(_ input: Input, _ some: (Matrix) -> [Double]) -> String {
      "\(input.tensors.map { ($0.value.shape, some($0.value)) })"
    }
    return keys.filter { _, key in
      var kept = [String: Output]()
      func answer(_ input: Input) -> Output {
        let answer = kept[key(input)] ?? reference(input)
        kept[key(input)] = answer
        return answer
      }
      let outcomes = cases.map { test in
        let (output, expected) = (answer(test.input), reference(test.input))
        return Outcome(
          input: test.input, output: output, expected: expected,
          findings: findings(output, expected: expected, in: test))
      }
      return outcomes.allSatisfy(\.isRight)
        && trace(of: outcomes, progress: { _ in }, answer) == nil
    }.map(\.0)
  }
}

/// An order of a tensor's elements that keeps what the tensor is: rows that sum to 1 still do, and
/// a symmetric matrix stays symmetric, since rows and columns change places alike.
private enum Order: CaseIterable {
  case backwards, firstStays, lastStays

  func applied(to x: Matrix) -> Matrix {
    var turned = x
    for place in x.scalars.indices {
      var (rest, source, inner) = (place, 0, 1)
      for size in x.shape.reversed() {
        source += inner * index(rest % size, of: size)
        rest /= size
        inner *= size
      }
      turned.scalars[place] = x.scalars[source]
    }
    return turned
  }

  private func index(_ i: Int, of size: Int) -> Int {
    switch self {
    case .backwards: size - 1 - i
    case .firstStays: i == 0 ? 0 : size - i
    case .lastStays: i == size - 1 ? i : size - 2 - i
    }
  }
}
