import Core

extension Problem {
  /// What tells an answer from the reference on any input, not only on those of the cases.
  ///
  /// - Parameters:
  ///   - answers: The modules of answers.
  ///   - input: What its function is called with.
  /// - Returns: The first part and place where they differ, or nil if they agree.
  package func disagreement(_ answers: AnswerModules, on input: Input) -> String? {
    do {
      let output = try attempt(answers, input)
      if let judge { return judge(input, output) }
      let expected = reference(input)
      for part in parts {
        let (got, right) = (part.value(output), part.value(expected))
        guard got.shape == right.shape else {
          return "\(part.name) is \(got.shape), should be \(right.shape)"
        }
        let wrong = got.scalars.indices.first { !agree(got.scalars[$0], right.scalars[$0]) }
        if let i = wrong {
          return "\(part.name)\(place(i, in: got.shape)) is \(digits(got.scalars[i], 10)), "
            + "should be \(digits(right.scalars[i], 10)), with \(input.summary)"
        }
      }
      return nil
    } catch {
      return "it threw \(error)"
    }
  }
}
