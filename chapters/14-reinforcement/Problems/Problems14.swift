public import Checking

/// The exercises of chapter 14.
public enum Chapter14Problems: ChapterProblems {
  public static let number = 14

  public static var all: [any Exercise] {
    [
      policyGradient, discountedReturns, entropyBonus, qLearning, actorCritic, squashedGaussian,
      clippedSurrogate,
    ]
  }
}
