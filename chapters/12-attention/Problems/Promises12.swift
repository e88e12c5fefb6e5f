import Checking

// What a comment promises and its result cannot show.

extension Chapter12Problems {
  /// 12.3 calls the step of attention once, and hands on what it throws.
  static func multiHeadPromise(
    _ question: MultiHeadQuestion,
    _ answer: ((Matrix) throws -> AttentionGradients) throws -> HeadGradients
  ) throws -> String? {
    var calls = 0
    let step = question.steps.attention
    _ = try answer { dHeads in
      calls += 1
      return try step(dHeads)
    }
    if calls > 1 {
      return
        "attention was called \(calls) times: call it once, and keep all three gradients that it "
        + "returns"
    }
    return keptError(of: "attention") { error in _ = try answer { _ in throw error } }
  }

  /// 12.4 hands on what a step throws.
  static func transformerPromise(
    _ steps: TransformerSteps, _ answer: (TransformerSteps) throws -> TransformerGradients
  ) throws -> String? {
    func block(_ steps: TransformerSteps) throws { _ = try answer(steps) }
    return keptError(of: "steps.attention") { error in
      try block(
        TransformerSteps(
          attention: { _ in throw error }, layerNorm: steps.layerNorm, gelu: steps.gelu))
    }
      ?? keptError(of: "steps.layerNorm") { error in
        try block(
          TransformerSteps(
            attention: steps.attention, layerNorm: { _, _, _ in throw error }, gelu: steps.gelu))
      }
      ?? keptError(of: "steps.gelu") { error in
        try block(
          TransformerSteps(
            attention: steps.attention, layerNorm: steps.layerNorm, gelu: { _, _ in throw error }))
      }
  }
}
