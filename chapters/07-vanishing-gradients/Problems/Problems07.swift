public import Checking

/// The exercises of chapter 7.
public enum Chapter07Problems: ChapterProblems {
  public static let number = 7

  public static var all: [any Exercise] {
    [glorot, he, gradientNorms, unfusedBatchNorm, batchNorm, rnnStep, layerNorm]
  }
}
