public import Checking

/// The exercises of chapter 3.
public enum Chapter03Problems: ChapterProblems {
  public static let number = 3

  public static var all: [any Exercise] {
    [
      numericalGradient, multiply, tanhNode, powNode, topologicalOrder, backward, twoLayer,
      forwardMode,
    ]
  }
}
