import Checking

// What a comment promises and its result cannot show.

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
