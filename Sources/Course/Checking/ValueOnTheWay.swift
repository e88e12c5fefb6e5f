import Core

/// A value on the way to an answer, in one case: what it must have been, and what it should be.
package struct ValueOnTheWay {
  let got: Matrix
  let expected: Matrix
  /// What it is made of, by name.
  let given: [(name: String, value: Matrix)]

  package init(_ got: Matrix, expected: Matrix, given: [(name: String, value: Matrix)]) {
    (self.got, self.expected, self.given) = (got, expected, given)
  }

  /// Whether it is right, as far as a value found from an answer can tell.
  package var isRight: Bool { nearly(got, expected) }

  /// What a wrong value has to do with the right one in all cases, as a sentence; nil where that is nothing
  /// that has a name.
  ///
  /// - Parameters:
  ///   - values: The value in each case.
  ///   - name: What the formulas call it.
  /// - Returns: The sentence, or nil.
  package static func relation(of values: [ValueOnTheWay], named name: String) -> String? {
    guard values.allSatisfy({ $0.got.shape == $0.expected.shape }) else { return nil }
    let evidence = Evidence(
      items: values.map { value in
        Evidence.Item(
          got: value.got, expected: value.expected, tensors: value.given, numbers: [], sized: [],
          isWrong: zip(value.got.scalars, value.expected.scalars).map { !agree($0, $1) })
      })
    let findings: [() -> String?] = [
      { evidence.zeroSentence }, { evidence.sameSentence }, { evidence.factorSentence },
      { evidence.productSentence }, { evidence.sumSentence },
    ]
    return findings.lazy.compactMap { $0() }.first.map {
      $0.replacing("→ every element", with: "Every element of \(name)")
        .replacing("→ this is the right answer", with: "It is the right \(name)")
        .replacing("→ this is", with: "It is")
    }
  }
}
