/// What there is to know of an exercise before anything is built.
public struct ExerciseFacts: Codable, Hashable, Sendable {
  /// Chapter and number, such as 4.1.
  public let id: String
  /// The function's name.
  public let name: String
  public let minutes: Int
  /// From 1, a line that the lesson has nearly written, to 5.
  public let difficulty: Int
  /// Whether no chapter needs it.
  public let isChallenge: Bool
  /// The heading in the lesson that explains it.
  public let section: String

  public init(
    _ id: String, _ name: String, minutes: Int, difficulty: Int, isChallenge: Bool, section: String
  ) {
    (self.id, self.name, self.section) = (id, name, section)
    (self.minutes, self.difficulty, self.isChallenge) = (minutes, difficulty, isChallenge)
  }

  /// The chapter's number.
  public var chapter: Int { Int(id.prefix { $0 != "." }) ?? 0 }
  /// The learner's file, such as Chapter04.swift.
  public var file: String { chapterFile(chapter) }
}

/// A chapter's number as it stands in names of files, commands and modules: 04, 12.
public func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// The file of a chapter's exercises, and of its solutions: Chapter04.swift.
public func chapterFile(_ number: Int) -> String { "Chapter\(twoDigits(number)).swift" }
