/// Every exercise of the course.
public enum Catalogue {
  /// All of them, in order.
  public static var all: [any Exercise] { (1...8).flatMap(chapter) }

  /// The exercise with a number, such as 4.1, or a function's name.
  public static func find(_ name: String) -> (any Exercise)? {
    all.first { $0.id == name || $0.name == name }
  }

  /// The exercises of a chapter; the other chapters' cases are not drawn.
  public static func chapter(_ number: Int) -> [any Exercise] {
    switch number {
    case 1: Chapter01Problems.all
    case 2: Chapter02Problems.all
    case 3: Chapter03Problems.all
    case 4: Chapter04Problems.all
    case 5: Chapter05Problems.all
    case 6: Chapter06Problems.all
    case 7: Chapter07Problems.all
    case 8: Chapter08Problems.all
    default: []
    }
  }
}
