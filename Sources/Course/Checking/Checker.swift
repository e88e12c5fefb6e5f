import Core
import Guiding

/// What one case showed: the output, what it should be, and for each part what is wrong with it, or
/// nil.
struct Outcome<Input, Output> {
  let input: Input
  let output: Output
  let expected: Output
  let findings: [String?]
  let recollection = Recollection<Output>()

  var isRight: Bool { findings.allSatisfy { $0 == nil } }
}

extension Problem {
  /// Checks an answer on every case, and explains the first one where it is wrong.
  func verdict(
    from first: Int = 0, progress: (CheckProgress) -> Void = { _ in },
    _ answer: (Input) throws -> Output
  ) -> Verdict {
    var outcomes = [Outcome<Input, Output>]()
    do {
      for index in first..<cases.count {
        let input = cases[index].input
        progress(.running(index, of: cases.count, input.summary))
        let output = try answer(input)
        let change = difference(
          between: output, and: try Silence.again { try answer(input) }, at: input)
        if let change { return .wrong(change) }
        progress(.answered(index))
        let expected = reference(input)
        let outcome = Outcome(
          input: input, output: output, expected: expected,
          findings: findings(output, expected: expected, in: cases[index]))
        outcomes.append(outcome)
        if outcome.isRight {
          progress(.right(index, input.label))
        } else {
          progress(.unexplained(diagnosis(of: outcomes, isExplained: false)))
          progress(.wrong(diagnosis(of: outcomes)))
        }
      }
      // After a stop the others' verdict is known already.
      if first == 0, outcomes.allSatisfy(\.isRight),
        let trace = try trace(
          of: outcomes, progress: progress, { input in try Silence.again { try answer(input) } })
      {
        return .wrong(trace)
      }
    } catch let todo as Todo {
      return .todo("exercises/\(file):\(todo.line)")
    } catch {
      return .wrong("\(name) threw an error: \(error)")
    }
    return outcomes.allSatisfy(\.isRight) ? .passed : .wrong(diagnosis(of: outcomes))
  }

  /// What is wrong with each part of an output, in the parts' order.
  func findings(
    _ output: Output, expected: Output, in test: Case<Input>
  ) -> [String?] {
    if let judge { return [judge(test.input, output)] }
    return parts.map { part in
      finding(part, part.value(output), expected: part.value(expected), in: test)
    }
  }

  /// What is wrong with one part, or nil: its shape, a number that is none, its first wrong element.
  private func finding(
    _ part: Part<Input, Output>, _ got: Matrix, expected: Matrix, in test: Case<Input>
  ) -> String? {
    guard got.shape == expected.shape else {
      return shapeFinding(part, got, expected: expected, at: test.input)
    }
    let reference = got.scalars.indices.first {
      !agree(got.scalars[$0], expected.scalars[$0])
    }
    if let forward, let variable = part.variable, !test.isCorner {
      let (loss, x) = (forward(test.input), test.input[keyPath: variable])
      /// What central differences say about one element.
      func slope(_ i: Int) -> Double {
        var nudged = test.input
        return numericalGradient(
          of: {
            nudged[keyPath: variable].scalars[i] = $0.scalars[0]
            return forward(nudged)
          }, at: Matrix([x.scalars[i]])
        ).scalars[0]
      }
      // Where the reference disagrees already, the other elements need no differences.
      let wrong =
        reference
        ?? got.scalars.indices.first {
          !derivativesAgree(got.scalars[$0], slope($0), loss: loss)
        }
      return wrong.map { wrongElement(part, got, expected, slope($0), at: $0, in: test.input) }
    }
    return reference.map { wrongElement(part, got, expected, nil, at: $0, in: test.input) }
  }

  private func wrongElement(
    _ part: Part<Input, Output>, _ got: Matrix, _ expected: Matrix, _ slope: Double?, at i: Int,
    in input: Input
  ) -> String {
    let wrong = got.scalars.indices.filter { !agree(got.scalars[$0], expected.scalars[$0]) }
    let count = digitsThatDiffer(got.scalars[i], expected.scalars[i])
    var (position, remark) = (place(i, in: got.shape), "")
    if Input.isCalledForEachPlace {
      // The function has seen single numbers, and knows of no place.
      let arguments =
        Input.inputs.map { "\($0.name) = \(digits(input[keyPath: $0.path].scalars[i]))" }
        + Input.numbers.map { "\($0.name) = \(digits(input[keyPath: $0.path]))" }
      position = ""
      remark =
        " (for \(arguments.joined(separator: ", ")); \(wrong.count) of \(got.count) calls are wrong)"
    } else if got.count > 1 {
      remark = " (\(wrong.count) of \(got.count) elements are wrong)"
    }
    return "\(part.name)\(position) is \(digits(got.scalars[i], count)), "
      + "should be \(digits(expected.scalars[i], count))"
      + (slope.map { "; central differences say \(digits($0))" } ?? "") + remark
  }

  /// What an answer says the second time, if that is something else.
  func difference(between one: Output, and two: Output, at input: Input) -> String? {
    if let judge {
      guard !isSame(one, two), judge(input, one) == nil, let objection = judge(input, two) else {
        return nil
      }
      return "with \(input.summary), called a second time:\n✗ \(objection)\n→ the first time it "
        + "was right: is something kept in a variable outside the function?"
    }
    for part in parts {
      let (a, b) = (part.value(one), part.value(two))
      let same =
        a.shape == b.shape
        && zip(a.scalars, b.scalars).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
      guard !same else { continue }
      return "\(part.name) differs between two calls with the same input: an answer may depend "
        + "on its arguments only. Is something random, or kept in a variable outside the function?"
        + carriedSentence
    }
    return nil
  }
}

/// Whether a number agrees with the reference's, but for rounding; NaN agrees with nothing, and an
/// infinity with itself alone.
package func agree(_ a: Double, _ b: Double) -> Bool {
  guard a.isFinite, b.isFinite else { return a == b }
  return abs(a - b) <= 1e-9 + 1e-9 * max(abs(a), abs(b))
}
