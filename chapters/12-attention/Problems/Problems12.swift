public import Checking

/// The exercises of chapter 12.
public enum Chapter12Problems: ChapterProblems {
  public static let number = 12

  public static var all: [any Exercise] {
    [graphConvolution, attention, multiHead, transformerBlock, tiedOutput, patchEmbedding]
  }
}
