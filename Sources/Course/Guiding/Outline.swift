/// The exercises of the course, as the comments in `solutions/` list them: nothing is built for that.
///
/// A test holds it to what the checkers know.
public struct Outline: Sendable {
  /// All of them, in order.
  public let all: [ExerciseFacts]

  /// Reads the files of solutions.
  ///
  /// - Parameter sources: The text of each chapter's file, in the order of the chapters.
  public init(_ sources: [String]) { all = sources.flatMap(Self.exercises) }

  /// The exercises of a chapter; none if there is no such chapter.
  public func chapter(_ number: Int) -> [ExerciseFacts] { all.filter { $0.chapter == number } }

  /// The numbers of the chapters.
  public var chapters: [Int] { Set(all.map(\.chapter)).sorted() }

  /// The exercise with a number, such as 4.1, or a function's name.
  public func find(_ name: String) -> ExerciseFacts? {
    all.first { $0.id == name || $0.name == name }
  }

  private static func exercises(in source: String) -> [ExerciseFacts] {
    let lines = source.sourceLines
    return lines.indices.compactMap { start in
      guard let id = FunctionText.mark(in: lines[start]) else { return nil }
      let comment = lines[start...].prefix { $0.contains("///") }
      let text = comment.joined(separator: " ").replacing("///", with: "")
      guard comment.endIndex < lines.endIndex,
        let name = lines[comment.endIndex].firstMatch(of: /\bfunc\s+(\w+)/)?.1,
        let lesson = text.firstMatch(
          of: /Lesson: chapter \d+,\s+"([^"]+)"\.\s+About\s+(\d+)\s+minutes,\s+difficulty\s+(\d)/),
        let minutes = Int(lesson.2), let difficulty = Int(lesson.3)
      else { return nil }
      let words = String(lesson.1).split(whereSeparator: \.isWhitespace)
      return ExerciseFacts(
        id, String(name), minutes: minutes, difficulty: difficulty,
        isChallenge: text.contains("A challenge: no chapter needs it."),
        section: words.joined(separator: " "))
    }
  }
}
