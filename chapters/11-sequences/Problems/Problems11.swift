public import Checking

/// The exercises of chapter 11.
public enum Chapter11Problems: ChapterProblems {
  public static let number = 11

  public static var all: [any Exercise] {
    [maskedCrossEntropy, lstmStep, gruStep, dotAttention, causalConv1d, ctc]
  }
}
