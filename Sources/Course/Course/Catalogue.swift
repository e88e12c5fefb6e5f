@_exported public import Checking
@_exported public import Guiding
@_exported public import Problems01
@_exported public import Problems02
@_exported public import Problems03
@_exported public import Problems04
@_exported public import Problems05
@_exported public import Problems06
@_exported public import Problems07
@_exported public import Problems08
@_exported public import Problems09
@_exported public import Problems10
@_exported public import Problems11
@_exported public import Problems12
@_exported public import Problems13
@_exported public import Problems14
@_exported public import Problems15
@_exported public import Problems16

/// Every exercise of the course, for what is made from all of them: tests, the audit, the pages.
public enum Catalogue {
  /// The chapters, in order.
  public static let chapters: [any ChapterProblems.Type] = [
    Chapter01Problems.self, Chapter02Problems.self, Chapter03Problems.self,
    Chapter04Problems.self, Chapter05Problems.self, Chapter06Problems.self,
    Chapter07Problems.self, Chapter08Problems.self,
    Chapter09Problems.self, Chapter10Problems.self, Chapter11Problems.self,
    Chapter12Problems.self,
    Chapter13Problems.self,
    Chapter14Problems.self,
    Chapter15Problems.self,
    Chapter16Problems.self,
  ]

  /// The chapters' numbers, in order.
  public static var numbers: [Int] { chapters.map { $0.number } }

  /// All of them, in order; their cases are drawn whenever they are asked for.
  public static var all: [any Exercise] { chapters.flatMap { $0.all } }

  /// Every exercise, its random cases drawn with a seed; seed 0 is the learner's check.
  public static func all(seed: UInt64) -> [any Exercise] {
    CaseSeed.$current.withValue(seed) { all }
  }

  /// The exercise with a number, such as 4.1, or a function's name.
  public static func find(_ name: String) -> (any Exercise)? {
    // A number says which chapter to look in.
    let some = name.first?.isNumber == true ? chapter(Int(name.prefix { $0 != "." }) ?? 0) : all
    return some.first { $0.id == name || $0.name == name }
  }

  /// The exercises of a chapter; none if there is no such chapter.
  public static func chapter(_ number: Int) -> [any Exercise] {
    chapters.first { $0.number == number }?.all ?? []
  }
}
