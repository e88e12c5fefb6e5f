import Course

/// The page `chapters/FORMULAS.md`: every exercise with what it undoes, its formula and its shapes.
///
/// What is undone and the shapes come from the doc comments of the solutions, the formula from the
/// hint before the last, the link from the section that the catalogue names. Nothing on it is
/// written twice.
enum FormulaSheet {
  /// - Parameters:
  ///   - lessons: The chapters' folders, such as 04-mlp, and their titles, in order.
  ///   - solution: The source of a file of solutions, such as Chapter04.swift.
  /// - Returns: The page, in Markdown.
  static func text(
    lessons: [(folder: String, title: String)], solution: (String) throws -> String
  ) rethrows -> String {
    var lines = [introduction]
    for (index, lesson) in lessons.enumerated() {
      lines += ["", "## \(lesson.title)"]
      for exercise in Catalogue.chapter(index + 1) {
        let comment = DocComment(of: exercise.id, in: try solution(exercise.file))
        lines += [""] + block(exercise, comment, in: lesson.folder)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The formula that an exercise asks for: the rung of its ladder before the last.
  static func formula(of exercise: any Exercise) -> String {
    exercise.hints.dropLast().last ?? ""
  }

  private static let introduction = """
    # Formulas

    What goes backward, on a few pages, and with it the answer to every exercise: derive first, then compare.
    Each number leads to the section that derives the formula. In the
    shapes, m is the batch: samples are rows, images are `[m, channels, height, width]`, a dense layer is
    y = x·W + b with W `[in, out]`. dx is ∂loss/∂x and has x's shape. Losses are means over the batch, so
    sums over it are not divided again. · between matrices is the matrix product, elsewhere it is element
    by element, as is ⊙. log is the natural logarithm. ★ is a challenge.

    This page is made from the comments in `solutions/` and from the hints, and a test holds it to them:
    `REWRITE=1 swift test --filter PageTests` writes it anew. The words are in the [glossary](GLOSSARY.md),
    what often goes wrong is in [MISTAKES.md](MISTAKES.md).
    """

  private static func block(
    _ exercise: any Exercise, _ comment: DocComment?, in folder: String
  ) -> [String] {
    let star = exercise.isChallenge ? " ★" : ""
    let link = "\(folder)/README.md#\(anchor(exercise.section))"
    let formula = formula(of: exercise)
    let inputs = (comment?.parameters ?? []).compactMap { input($0.name, $0.text) }
    let output = comment.map { "→ " + sentence($0.returns) } ?? ""
    let title = comment.map { ": " + $0.title } ?? ""
    return ["**[\(exercise.id)](\(link))\(star) \(exercise.name)**\(title)", "", "```text"]
      + (forward(comment, beside: formula) + [formula]).flatMap { wrapped($0) }
      + ["```", "", (inputs.joined(separator: ", ") + " " + output).withoutOuterSpaces]
  }

  /// A tensor that goes in: its symbol if it has one, and its shape.
  private static func input(_ name: String, _ text: String) -> String? {
    guard let shape = DocComment.shape(in: text) else { return nil }
    let symbol = text.prefix { $0 != "," && $0 != " " }
    let known = text.dropFirst(symbol.count).hasPrefix(",") && symbol.count < 3
    return "\(known ? String(symbol) : name) `[\(shape.joined(separator: ", "))]`"
  }

  /// What the forward pass computes; nothing where the formula says it already.
  private static func forward(_ comment: DocComment?, beside formula: String) -> [String] {
    let lines = comment?.forward ?? []
    guard let first = lines.first, !first.contains("←"), !formula.hasPrefix(first.prefix(4)) else {
      return []
    }
    return lines.map { line in
      line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
    }
  }

  /// A line in pieces that fit beside each other, the later ones indented.
  private static func wrapped(_ line: String) -> [String] {
    var pieces = [String]()
    for word in line.split(separator: " ") {
      if let last = pieces.last, last.count + 1 + word.count <= 88 {
        pieces[pieces.count - 1] = last + " " + word
      } else {
        pieces.append((pieces.isEmpty ? "" : "  ") + word)
      }
    }
    return pieces
  }

  /// The anchor that GitHub gives a heading.
  static func anchor(_ heading: String) -> String {
    String(
      heading.lowercased().replacing(" ", with: "-")
        .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" })
  }

  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
