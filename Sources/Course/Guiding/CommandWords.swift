/// A command line, word by word: `--name=value` means `--name value`.
public struct CommandWords {
  private var rest: ArraySlice<String>
  /// What stands behind the = of the last word, and has not been taken.
  public private(set) var attached: String?

  public init(_ words: [String]) { rest = words[...] }

  /// The next word; of `--name=value` the name.
  public mutating func next() -> String? {
    attached = nil
    guard let word = rest.popFirst() else { return nil }
    guard word.hasPrefix("-"), let sign = word.firstIndex(of: "=") else { return word }
    attached = String(word[word.index(after: sign)...])
    return String(word[..<sign])
  }

  /// The value of the option that came last: what is attached to it, or the next word.
  ///
  /// - Returns: nil where there is none; an empty one is none.
  public mutating func value() -> String? {
    let value = attached ?? rest.popFirst()
    attached = nil
    return value.flatMap { $0.isEmpty ? nil : $0 }
  }
}
