import Backprop

// What a function's comment promises and its result cannot show.

/// An error that a function is given to hand on.
private struct Unwilling: Error {}

/// Says so if an answer keeps back the error of a function that it was given.
///
/// - Parameters:
///   - name: What the comment calls that function.
///   - answer: Calls the answer with a function that throws the error it gets.
/// - Returns: What is wrong, in a sentence; nil if the error came out.
func keptError(of name: String, _ answer: (any Error) throws -> Void) -> String? {
  do {
    try answer(Unwilling())
  } catch is Unwilling {
    return nil
  } catch {}
  return
    "\(name) threw an error, and your function kept it back: call it with `try` alone, so that "
    + "the error goes on to whoever called you"
}

extension Chapter03Problems {
  /// 3.1 calls f with tensors of x's shape, and hands on what f throws.
  static func numericalGradientPromise(
    _ question: NumericalGradientQuestion,
    _ answer: ((Matrix) throws -> Double, _ x: Matrix, _ h: Double) throws -> Matrix
  ) throws -> String? {
    let (x, h) = (question.x, question.step)
    var other: [Int]?
    _ = try answer(
      { point in
        if point.shape != x.shape { other = point.shape }
        return try question.f(point)
      }, x, h)
    if let other {
      return "f was called with a tensor of shape \(other): call it with x's shape, \(x.shape)"
    }
    return keptError(of: "f") { error in
      _ = try answer({ _ in throw error }, x, h)
    }
  }
}

extension Chapter08Problems {
  /// 8.1 calls branchBackward once, and hands on what it throws.
  static func residualPromise(
    _ question: ResidualQuestion,
    _ answer: (_ dy: Matrix, (Matrix) throws -> Matrix) throws -> Matrix
  ) throws -> String? {
    var calls = 0
    _ = try answer(question.dy) { dF in
      calls += 1
      return question.branchBackward(dF)
    }
    if calls > 1 {
      return "branchBackward was called \(calls) times: call it once, and keep what it returns. It "
        + "may be the rest of a deep network, and with two calls a block each block doubles the work"
    }
    return keptError(of: "branchBackward") { error in
      _ = try answer(question.dy) { _ in throw error }
    }
  }

  /// 8.4 hands on what a step throws.
  static func basicBlockPromise(
    _ question: BasicBlockQuestion, _ answer: (BlockSteps) throws -> BasicBlockGradients
  ) throws -> String? {
    func block(_ steps: BlockSteps) throws { _ = try answer(steps) }
    let steps = question.steps
    return keptError(of: "steps.convolution") { error in
      try block(BlockSteps(convolution: { _, _, _ in throw error }, batchNorm: steps.batchNorm))
    }
      ?? keptError(of: "steps.batchNorm") { error in
        try block(BlockSteps(convolution: steps.convolution, batchNorm: { _, _, _ in throw error }))
      }
  }
}
