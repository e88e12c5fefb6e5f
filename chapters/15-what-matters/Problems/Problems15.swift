public import Checking

/// The exercises of chapter 15.
public enum Chapter15Problems: ChapterProblems {
  public static let number = 15

  public static var all: [any Exercise] {
    [
      distillation, fakeQuantization, maskedDense, sharedWeights, integratedGradients, gradCAM,
      learnedStep,
    ]
  }
}
