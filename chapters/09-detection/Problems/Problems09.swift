public import Checking

/// The exercises of chapter 9.
public enum Chapter09Problems: ChapterProblems {
  public static let number = 9

  public static var all: [any Exercise] {
    [
      focalLoss, boxDecode, giouLoss, transposedConvolution, upsampleConcat, softDice,
      regionMaxPool,
    ]
  }
}
