import Course

/// The page `chapters/MISTAKES.md`: what goes wrong in each exercise, as the checker names it.
enum MistakeSheet {
  /// - Parameter lessons: The chapters' folders, such as 04-mlp, and their titles, in order.
  /// - Returns: The page, in Markdown.
  static func text(lessons: [(folder: String, title: String)]) -> String {
    var lines = [introduction]
    for (index, lesson) in lessons.enumerated() {
      lines += ["", "## \(lesson.title)"]
      for exercise in Catalogue.chapter(index + 1) {
        let link = "\(lesson.folder)/README.md#\(FormulaSheet.anchor(exercise.section))"
        lines += [
          "", "### \(exercise.id) \(exercise.name)", "",
          "\(exercise.minutes) minutes, difficulty \(exercise.difficulty) of 5. "
            + "Section [\(exercise.section)](\(link)).", "",
        ]
        lines += exercise.wrongAnswers.map { "- `\($0.name)`: \($0.sentence)" }
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let introduction = """
    # What goes wrong

    For teachers, and for the curious after an exercise: the answers to expect, as the checker names them
    when it meets one. The list gives solutions away.

    In the chapters whose program runs on an exercise, `swift run chapter04 --bug NAME` puts the mistake
    in, and shows what training makes of it. This page is made from the catalogue, and a test holds it to
    that: `REWRITE=1 swift test --filter PageTests` writes it anew.
    """
}
