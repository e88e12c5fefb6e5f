public import Checking

/// The exercises of chapter 13.
public enum Chapter13Problems: ChapterProblems {
  public static let number = 13

  public static var all: [any Exercise] {
    [
      latentDraw, divergence, discriminatorLoss, generatorStep, noiseLoss, gaussianLikelihood,
      vectorQuantizer,
    ]
  }
}
