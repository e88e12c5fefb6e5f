import Checking
import Core

// What a comment promises and its result cannot show.

extension Chapter13Problems {
  /// 13.4 leaves the discriminator as it is, and hands on what it throws.
  static func generatorPromise(
    _ question: GeneratorStepQuestion, _ answer: (DiscriminatorSteps) throws -> Matrix
  ) throws -> String? {
    var updates = 0
    let steps = question.discriminator
    _ = try answer(
      DiscriminatorSteps(
        backward: steps.backward,
        update: {
          updates += 1
          try steps.update($0)
        }))
    if updates > 0 {
      return
        "discriminator.update was called: this is the generator's turn, and the discriminator "
        + "stays as it is. Throw dWeights away"
    }
    return keptError(of: "discriminator.backward") { error in
      _ = try answer(DiscriminatorSteps(backward: { _ in throw error }, update: { _ in }))
    }
  }
}
