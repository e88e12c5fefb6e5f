import Guiding

/// The two parts of the course: eight chapters, and those after them.
enum Part {
  private static let last = 8

  /// Whether a chapter belongs to part one, which is the course; part two is for those who go on.
  static func isOne(_ chapter: Int) -> Bool { chapter <= last }

  /// What stands before a chapter that begins a part; nil before others, and while there is but one.
  static func title(before chapter: Int, in outline: Outline) -> String? {
    let chapters = outline.chapters
    guard let end = chapters.last, end > last else { return nil }
    return switch chapter {
    case chapters.first: "Part one: chapters \(chapter) to \(last)"
    case chapters.first { $0 > last }: "Part two: chapters \(chapter) to \(end)"
    default: nil
    }
  }
}
