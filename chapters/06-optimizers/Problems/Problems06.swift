public import Checking

/// The exercises of chapter 6, one file each; momentum and Nesterov share one.
public enum Chapter06Problems: ChapterProblems {
  public static let number = 6

  public static var all: [any Exercise] {
    [momentum, nesterov, rmsprop, adam, clipByGlobalNorm, warmupCosine, newton]
  }
}
