/// Every exercise of the course.
public enum Catalogue {
  /// All of them, in order.
  public static var all: [any Exercise] {
    Chapter01Problems.all + Chapter02Problems.all + Chapter03Problems.all
      + Chapter04Problems.all + Chapter05Problems.all + Chapter06Problems.all
      + Chapter07Problems.all + Chapter08Problems.all
  }

  /// The exercise with a number, such as 4.1, or a function's name.
  public static func find(_ name: String) -> (any Exercise)? {
    all.first { $0.id == name || $0.name == name }
  }

  /// The exercises of a chapter.
  public static func chapter(_ number: Int) -> [any Exercise] {
    all.filter { $0.chapter == number }
  }
}
