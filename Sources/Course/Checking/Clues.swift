import Core

/// What a problem's own finding sees of one case.
package struct Answered<Input, Output> {
  package let input: Input
  package let output: Output
  package let expected: Output
  package let isRight: Bool
}

/// A finding of one problem's own: an answer that is right but for one value on the way to it, such as a
/// length, a score or a gate.
///
/// Like every finding it is a claim about every element of every case: the answer is what the formulas make
/// of some other value in that one's place. Which mistake made the value is left to the learner.
package struct Clue<Input, Output> {
  /// What it says of the answers of all cases; nil where it does not hold.
  let sentence: ([Answered<Input, Output>]) -> String?

  /// A clue with a sentence made of what is found.
  package init(_ sentence: @escaping ([Answered<Input, Output>]) -> String?) {
    self.sentence = sentence
  }

  /// A clue that fits each case or does not.
  ///
  /// - Parameters:
  ///   - sentence: What is right in the answer, and where to look.
  ///   - confirmed: How many numbers of an answer are foretold by the value that explains it, once it has
  ///     been found from the others; nil where no value explains it.
  package init(_ sentence: String, confirmed: @escaping (Answered<Input, Output>) -> Int?) {
    self.init { cases in
      var count = 0
      for answered in cases {
        guard let own = confirmed(answered) else { return nil }
        if !answered.isRight { count += own }
      }
      return count >= 4 ? sentence : nil
    }
  }
}

extension Problem {
  /// The first of the problem's clues that holds of all answers.
  func clue(in outcomes: [Outcome<Input, Output>]) -> String? {
    let haveShapes = outcomes.allSatisfy { outcome in
      parts.allSatisfy { $0.value(outcome.output).shape == $0.value(outcome.expected).shape }
    }
    guard haveShapes, !clues.isEmpty else { return nil }
    let answers = outcomes.map {
      Answered(input: $0.input, output: $0.output, expected: $0.expected, isRight: $0.isRight)
    }
    return clues.lazy.compactMap { $0.sentence(answers) }.first.map { "→ " + $0 }
  }
}

/// Whether numbers are a sum of columns, each times a factor that is not known.
///
/// - Returns: How many of the numbers are left to confirm it, once the others have told the factors; nil
///   where they are no such sum.
package func surplus(of numbers: [Double], over columns: [[Double]]) -> Int? {
  guard numbers.allSatisfy(\.isFinite) else { return nil }
  func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  /// Columns at right angles to each other, of length 1.
  var basis = [[Double]]()
  func rest(of vector: [Double]) -> [Double] {
    var rest = vector
    for _ in 0..<2 {
      for direction in basis {
        let along = dot(rest, direction)
        for i in rest.indices { rest[i] -= along * direction[i] }
      }
    }
    return rest
  }
  for column in columns {
    let size = dot(column, column).squareRoot()
    guard size > 0, size.isFinite else { continue }
    let left = rest(of: column.map { $0 / size })
    let length = dot(left, left).squareRoot()
    if length > 1e-7 { basis.append(left.map { $0 / length }) }
  }
  let largest = numbers.reduce(0) { max($0, abs($1)) }
  guard rest(of: numbers).allSatisfy({ abs($0) <= 1e-9 + 1e-8 * largest }) else { return nil }
  return numbers.count - basis.count
}

/// Whether two tensors agree in shape and, as far as a value found from one of them can tell, in every
/// element.
package func nearly(_ a: Matrix, _ b: Matrix) -> Bool {
  let largest = b.scalars.reduce(1) { max($0, abs($1)) }
  return a.shape == b.shape
    && zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-7 * largest }
}
