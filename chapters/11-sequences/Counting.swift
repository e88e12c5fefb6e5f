import Core
import TextSets

/// A language model without a network: how often each letter came after the letters before it.
struct CountedLetters {
  /// How many letters before are looked at: 0, 1 or 2.
  let context: Int
  private var counts: [[Int]: [Double]] = [:]
  /// What is added to every count, so that nothing is impossible.
  private let extra = 0.1

  init(context: Int, names: [String]) {
    self.context = context
    for name in names {
      for (history, next) in Self.steps(of: name, context: context) {
        counts[history, default: Self.none][next] += 1
      }
    }
  }

  /// The mean of -log p over all letters and final boundaries, in nats.
  func loss(on names: [String]) -> Double {
    var (sum, count) = (0.0, 0)
    for name in names {
      for (history, next) in Self.steps(of: name, context: context) {
        let row = counts[history] ?? Self.none
        let total = row.reduce(0, +) + extra * Double(row.count)
        sum -= Double.log((row[next] + extra) / total)
        count += 1
      }
    }
    return sum / Double(count)
  }

  private static let none = [Double](repeating: 0, count: LetterVocabulary.count)

  /// Each letter of a name and its end, with the letters before.
  private static func steps(of name: String, context: Int) -> [(history: [Int], next: Int)] {
    var history = [Int](repeating: LetterVocabulary.boundary, count: context)
    return (LetterVocabulary.tokens(of: name) + [LetterVocabulary.boundary]).map { next in
      let step = (history, next)
      history = Array((history + [next]).suffix(context))
      return step
    }
  }
}
