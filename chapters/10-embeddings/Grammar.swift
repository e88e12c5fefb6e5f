import Core

/// A language of 62 words: eight kinds of six words each, and fourteen that hold sentences together.
enum Grammar {
  static let kinds: [(name: String, words: [String])] = [
    ("animals", ["dog", "cat", "horse", "bird", "fox", "cow"]),
    ("food", ["bread", "soup", "rice", "cake", "fish", "salad"]),
    ("people", ["anna", "peter", "maria", "john", "lucy", "omar"]),
    ("places", ["garden", "kitchen", "street", "forest", "market", "school"]),
    ("colours", ["red", "blue", "green", "black", "white", "yellow"]),
    ("tools", ["hammer", "knife", "brush", "spoon", "saw", "needle"]),
    ("clothes", ["coat", "hat", "shirt", "scarf", "glove", "shoe"]),
    ("weather", ["rain", "snow", "wind", "fog", "sun", "hail"]),
  ]
  static let helpers = [
    "the", "a", "eats", "in", "likes", "and", "works", "with", "wears", "goes", "to", "there", "is",
    "sleeps",
  ]

  /// A number stands for a word of that kind.
  static let templates: [[String]] = [
    ["the", "0", "eats", "the", "1"],
    ["2", "likes", "1", "and", "1"],
    ["2", "wears", "a", "4", "6"],
    ["2", "works", "with", "a", "5"],
    ["there", "is", "7", "in", "the", "3"],
    ["the", "4", "0", "sleeps", "in", "the", "3"],
    ["2", "goes", "to", "the", "3"],
    ["2", "and", "2", "likes", "the", "0"],
    ["a", "5", "and", "a", "5"],
    ["the", "7", "and", "the", "7"],
  ]

  static let words = kinds.flatMap(\.words) + helpers
  /// The kind of each word; nil for those that hold sentences together.
  static let kindOfWord: [Int?] =
    kinds.indices.flatMap { kind in kinds[kind].words.map { _ in kind } } + helpers.map { _ in nil }

  /// Sentences as numbers of words, each with the number of its template.
  static func sentences(_ count: Int, seed: UInt64) -> [(words: [Int], template: Int)] {
    var generator = SplitMix64(seed: seed &+ 40)
    let number = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
    return (0..<count).map { _ in
      let template = generator.integer(below: templates.count)
      let sentence = templates[template].compactMap { word -> Int? in
        guard let kind = Int(word) else { return number[word] }
        return 6 * kind + generator.integer(below: 6)
      }
      return (sentence, template)
    }
  }
}
