import Core

/// Opinions made by a grammar: two clauses of opposite verdicts, and the second one counts.
///
///     the soup was not good but the service was really nice    → for
///     the service was really nice but the soup was not good    → against
///
/// Both have the same words. Who counts words and does not look at their order can only guess.
public enum Opinions {
  /// A sentence and its verdict.
  public struct Sentence: Equatable, Sendable {
    public let words: [String]
    /// Whether it is for it.
    public let isFor: Bool
    public var text: String { words.joined(separator: " ") }
  }

  /// The longest sentence: two clauses of six words, and "but".
  public static let longest = 13
  /// The number of words, with 0 for what only fills a row.
  public static var wordCount: Int { vocabulary.count + 1 }

  private static let things = [
    "soup", "service", "room", "music", "bread", "view", "coffee", "bill",
  ]
  private static let good = ["good", "nice", "great", "lovely", "fine"]
  private static let bad = ["bad", "awful", "poor", "dull", "sad"]
  private static let vocabulary =
    ["the", "was", "but", "not", "very", "really"] + things + good + bad

  public static func draw(using generator: inout some RandomNumberGenerator) -> Sentence {
    let isFor = generator.integer(below: 2) == 1
    let first = clause(isFor: !isFor, using: &generator)
    let second = clause(isFor: isFor, using: &generator)
    return Sentence(words: first + ["but"] + second, isFor: isFor)
  }

  /// A clause: the soup was [not] [very | really] good.
  private static func clause(
    isFor: Bool, using generator: inout some RandomNumberGenerator
  ) -> [String] {
    let isTurned = generator.integer(below: 2) == 1
    let kind = isFor != isTurned ? good : bad
    return ["the", things[generator.integer(below: things.count)], "was"]
      + (isTurned ? ["not"] : [])
      + [[], ["very"], ["really"]][generator.integer(below: 3)]
      + [kind[generator.integer(below: kind.count)]]
  }

  /// The tokens of sentences, each filled up in front to `longest` places, `[m][13]`.
  public static func tokens(_ sentences: [Sentence]) -> [[Int]] {
    sentences.map { sentence in
      let tokens = sentence.words.map { (vocabulary.firstIndex(of: $0) ?? 0) + 1 }
      return Array(repeating: 0, count: longest - tokens.count) + tokens
    }
  }
}
