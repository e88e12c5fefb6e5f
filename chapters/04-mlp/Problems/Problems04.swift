public import Checking

/// The exercises of chapter 4.
public enum Chapter04Problems: ChapterProblems {
  public static let number = 4

  public static var all: [any Exercise] {
    [dense, multilayer, dropout, trainingStep, precisionRecallF1, areaUnderROC]
  }
}
