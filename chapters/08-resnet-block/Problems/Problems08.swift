public import Checking

/// The exercises of chapter 8.
public enum Chapter08Problems: ChapterProblems {
  public static let number = 8

  public static var all: [any Exercise] {
    [residual, projectionShortcut, globalAveragePool, basicBlock, bottleneckParameterCount]
  }
}
