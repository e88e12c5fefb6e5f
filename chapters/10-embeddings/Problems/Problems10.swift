public import Checking

/// The exercises of chapter 10.
public enum Chapter10Problems: ChapterProblems {
  public static let number = 10

  public static var all: [any Exercise] {
    [
      embedding, normalization, triplets, infoNCE, negativeSampling, matrixFactorization, kalman,
    ]
  }
}
