import Core

/// The numbers of letters: 0 is the boundary before and after a name, a to z are 1 to 26.
public enum LetterVocabulary {
  /// The number of tokens: the boundary and 26 letters.
  public static let count = 27
  /// The token before the first letter and after the last.
  public static let boundary = 0

  static let letters = UInt8(ascii: "a")...UInt8(ascii: "z")

  /// The letters' tokens, without a boundary.
  public static func tokens(of name: String) -> [Int] {
    name.utf8.map { letter in
      require(
        letters.contains(letter),
        "LetterVocabulary: \"\(name)\" has something other than the letters a to z; take it out first"
      )
      return Int(letter - letters.lowerBound) + 1
    }
  }

  /// The text of tokens; a boundary is shown as `.`.
  public static func text(of tokens: some Sequence<Int>) -> String {
    String(decoding: tokens.map(character), as: UTF8.self)
  }

  private static func character(_ token: Int) -> UInt8 {
    require(
      0 <= token && token < count,
      "LetterVocabulary: there is no token \(token); tokens are 0 to \(count - 1)")
    return token == boundary ? UInt8(ascii: ".") : letters.lowerBound + UInt8(token - 1)
  }
}

/// Names of different lengths as one batch: what the network reads, what comes next, what counts.
///
///     name      a n n
///     input   . a n n .     the boundary, then the letters; filled up with boundaries
///     target  a n n . .     at each place the token that comes next
///     mask    1 1 1 1 0     1 where the target belongs to the name
public struct NameBatch: Equatable, Sendable {
  /// `[m, t]`, a name a row.
  public let inputs, targets: [[Int]]
  /// `[m, t]`: 1 at a target of the name, its boundary included, 0 at what only fills the row.
  public let mask: [[Int]]

  /// The number of targets that count: all letters, and a boundary for each name.
  public var targetCount: Int { mask.joined().reduce(0, +) }

  /// - Parameters:
  ///   - names: One at least; letters a to z.
  ///   - length: The number t of places in a row, one more than the longest name's letters at least;
  ///     nil for exactly that.
  public init(_ names: [String], length: Int? = nil) {
    require(!names.isEmpty, "NameBatch: there are no names; give one at least")
    let needed = names.reduce(0) { max($0, $1.utf8.count) } + 1
    let length = length ?? needed
    require(
      length >= needed,
      "NameBatch: \(length) places are too few; the longest name and its boundary take \(needed)")
    var (inputs, targets, mask) = ([[Int]](), [[Int]](), [[Int]]())
    for name in names {
      let tokens = LetterVocabulary.tokens(of: name)
      let rest = length - tokens.count - 1
      let filling = Array(repeating: LetterVocabulary.boundary, count: rest)
      inputs.append([LetterVocabulary.boundary] + tokens + filling)
      targets.append(tokens + [LetterVocabulary.boundary] + filling)
      mask.append(
        Array(repeating: 1, count: tokens.count + 1) + Array(repeating: 0, count: rest))
    }
    (self.inputs, self.targets, self.mask) = (inputs, targets, mask)
  }
}
