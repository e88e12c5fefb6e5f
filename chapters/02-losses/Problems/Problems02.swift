public import Checking

/// The exercises of chapter 2, one file each.
public enum Chapter02Problems: ChapterProblems {
  public static let number = 2

  public static var all: [any Exercise] {
    [
      meanSquaredError, binaryCrossEntropy, unfusedCrossEntropy, softmaxCrossEntropy, l2Penalty,
      weightedCrossEntropy, huber,
    ]
  }
}
