import Core
public import Foundation

/// Names to learn spelling from: 88,799 American surnames, lower case, letters a to z.
///
/// Source: United States Census of 1990, `dist.all.last`; in the public domain.
public enum Surnames {
  /// Reads the names that come with the course, the most frequent first, or those of a file.
  ///
  /// A file has one name a line, of the letters a to z.
  public static func load(from file: URL? = nil) throws(TextError) -> [String] {
    let file = file ?? shipped
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw .unreadable(path: file.path, reason: error.localizedDescription)
    }
    let names = text.split(whereSeparator: \.isNewline).map(String.init)
    guard !names.isEmpty else { throw .empty(path: file.path) }
    for (line, name) in names.enumerated()
    where !name.utf8.allSatisfy({ LetterVocabulary.letters.contains($0) }) {
      throw .noName(path: file.path, line: line + 1, text: String(name.prefix(40)))
    }
    return names
  }

  /// A tenth to test with and the rest to train on, after a shuffle that a seed fixes.
  ///
  /// With one seed it is always the same tenth, so that chapters may compare their networks.
  public static func split(
    _ names: [String], seed: UInt64
  ) -> (train: [String], test: [String]) {
    var generator = SplitMix64(seed: seed)
    let order = generator.permutation(of: names.count)
    let held = names.count / 10
    return (order.dropFirst(held).map { names[$0] }, order.prefix(held).map { names[$0] })
  }

  private static var shipped: URL {
    // A bundle made by SwiftPM takes its folder `Resources` for the root, one made by Xcode does not.
    let (bundle, folder) = (Bundle.module, "surnames")
    return bundle.url(forResource: "surnames", withExtension: "txt", subdirectory: folder)
      ?? bundle.url(
        forResource: "surnames", withExtension: "txt", subdirectory: "Resources/\(folder)")
      ?? bundle.bundleURL.appendingPathComponent("Resources/\(folder)/surnames.txt")
  }
}
