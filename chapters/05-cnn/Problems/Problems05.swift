public import Checking

/// The exercises of chapter 5.
public enum Chapter05Problems: ChapterProblems {
  public static let number = 5

  public static var all: [any Exercise] {
    [convolutionBias, convolutionWeights, convolutionInput, maxPool, averagePool, depthwise]
  }
}
