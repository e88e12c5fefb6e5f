public import Core

extension LetterVocabulary {
  /// A name, letter by letter, each drawn by its probability, until a boundary comes; 15 letters at most.
  ///
  /// - Parameters:
  ///   - generator: Of randomness.
  ///   - probabilities: Of every token, after the letters so far.
  /// - Returns: The name; it may be empty.
  public static func writtenName(
    using generator: inout SplitMix64, _ probabilities: (_ letters: [Int]) -> [Double]
  ) -> String {
    var letters = [Int]()
    while letters.count < 15 {
      var (rest, token) = (generator.uniform(), boundary)
      for (candidate, share) in probabilities(letters).enumerated() {
        token = candidate
        rest -= share
        if rest < 0 { break }
      }
      if token == boundary { break }
      letters.append(token)
    }
    return text(of: letters)
  }
}
