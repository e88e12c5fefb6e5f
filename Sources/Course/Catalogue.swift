/// Every exercise of the course.
public enum Catalogue {
  /// The exercises of each chapter, in order; their cases are drawn whenever they are asked for.
  private static let chapters: [@Sendable () -> [any Exercise]] = [
    { Chapter01Problems.all }, { Chapter02Problems.all }, { Chapter03Problems.all },
    { Chapter04Problems.all }, { Chapter05Problems.all }, { Chapter06Problems.all },
    { Chapter07Problems.all }, { Chapter08Problems.all },
  ]

  /// All of them, in order.
  public static var all: [any Exercise] { chapters.flatMap { $0() } }

  /// The exercise with a number, such as 4.1, or a function's name.
  public static func find(_ name: String) -> (any Exercise)? {
    // A number says which chapter to look in.
    let some = name.first?.wholeNumberValue.map(chapter) ?? all
    return some.first { $0.id == name || $0.name == name }
  }

  /// The exercises of a chapter; none if there is no such chapter.
  public static func chapter(_ number: Int) -> [any Exercise] {
    chapters.indices.contains(number - 1) ? chapters[number - 1]() : []
  }
}
