import Testing

/// A formula between dollars passes through Markdown before it is set, which takes the backslash
/// from `\,` and makes a comma of it; `math` fences are passed on as they are.
@Test(arguments: Lesson.chosen)
func `formulas survive Markdown`(lesson: Lesson) {
  let prose = lesson.prose.replacing(/`[^`\n]*`/, with: "code")
  for paragraph in prose.split(separator: "\n\n") {
    for match in paragraph.matches(of: /\$\$[^$]+\$\$|\$[^$]+\$/) {
      let formula = "\(lesson.name): \(match.output)"
      let crossesLine = match.output.contains("\n")
      // GitHub pairs a dollar with the next one only where no space stands inside.
      let isPadded = match.output.contains(/^\$\s|[^$]\s\$$/) && !match.output.hasPrefix("$$")
      let losesBackslash = match.output.contains(/\\[[:punct:]]/)
      let touchesWord = paragraph[match.range.upperBound...].first.map(\.isLetter) ?? false
      #expect(!crossesLine, "a formula crosses a line, \(formula)")
      #expect(!isPadded, "a space beside a dollar, \(formula)")
      #expect(!losesBackslash, "Markdown takes a backslash away, \(formula)")
      #expect(!touchesWord, "a word touches the formula, \(formula)")
    }
  }
}
