import Core
public import Guiding

extension Problem {
  /// Measures a module's function; nil if it throws, gives other shapes or what is no number, or has
  /// no single answer.
  ///
  /// Central differences have an error of their own, near 1e-10; where the forward function has a
  /// corner they say nothing, and the case is left out.
  public func measure(_ answers: AnswerModules) -> Agreement? {
    measure { try attempt(answers, $0) }
  }

  func measure(_ answer: (Input) throws -> Output) -> Agreement? {
    guard judge == nil else { return nil }
    var (largest, isGradient) = (0.0, false)
    for test in cases {
      guard let output = try? answer(test.input) else { return nil }
      let expected = reference(test.input)
      for part in parts {
        let got = part.value(output)
        var truth = part.value(expected)
        if let forward, let variable = part.variable {
          if test.isCorner { continue }
          isGradient = true
          var nudged = test.input
          truth = numericalGradient(
            of: {
              nudged[keyPath: variable] = $0
              return forward(nudged)
            }, at: test.input[keyPath: variable])
        }
        guard got.shape == truth.shape else { return nil }
        for (a, b) in zip(got.scalars, truth.scalars) where a != b {
          let error = abs(a - b) / max(1, abs(b))
          guard error.isFinite else { return nil }
          largest = max(largest, error)
        }
      }
    }
    return Agreement(error: largest, isGradient: isGradient)
  }
}
