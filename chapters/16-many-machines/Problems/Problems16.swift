public import Checking

/// The exercises of chapter 16.
public enum Chapter16Problems: ChapterProblems {
  public static let number = 16

  public static var all: [any Exercise] {
    [shards, ring, topK, federated, privacy, maml]
  }
}
