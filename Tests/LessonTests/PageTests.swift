import Course
import Foundation
import Testing

/// A page that is made from the sources, as it should be.
private struct Page: CustomTestStringConvertible, Sendable {
  let name: String
  let text: @Sendable () throws -> String
  var testDescription: String { name }
}

private let lessons = Lesson.all.map { lesson in
  (folder: lesson.name, title: lesson.headings[0])
}

private func solution(_ file: String) throws -> String {
  try String(contentsOf: package.appending(path: "solutions/\(file)"), encoding: .utf8)
}

private let pages = [
  Page(name: "FORMULAS.md") { try FormulaSheet.text(lessons: lessons, solution: solution) },
  Page(name: "MISTAKES.md") { MistakeSheet.text(lessons: lessons) },
]

struct PageTests {
  @Test(arguments: pages)
  fileprivate func `a generated page is what its sources give`(page: Page) throws {
    let file = package.appending(path: "chapters/\(page.name)")
    let text = try page.text()
    if ProcessInfo.processInfo.environment["REWRITE"] != nil {
      try Data(text.utf8).write(to: file, options: .atomic)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(written == text, "REWRITE=1 swift test --filter PageTests writes chapters/\(page.name)")
  }

  @Test(arguments: [
    "chapters/FORMULAS.md", "chapters/MISTAKES.md", "chapters/GLOSSARY.md", "chapters/AFTER.md",
  ])
  func `the links of a page lead to a heading of a lesson`(name: String) throws {
    let text = try String(contentsOf: package.appending(path: name), encoding: .utf8)
    let links = text.matches(of: /\]\(([^)#\s]+)#([^)\s]+)\)/)
    #expect(links.count > 30)
    for link in links {
      let folder = String(link.1.prefix { $0 != "/" })
      let lesson = Lesson.all.first { $0.name == folder }
      #expect(lesson?.anchors.contains(String(link.2)) == true, "\(name): \(link.0)")
    }
  }

  @Test func `every exercise says its formula, what goes in and what comes out`() throws {
    for exercise in Catalogue.all {
      let comment = try #require(DocComment(of: exercise.id, in: try solution(exercise.file)))
      #expect(!FormulaSheet.formula(of: exercise).isEmpty, "\(exercise.id): no formula")
      #expect(!comment.title.isEmpty && !comment.returns.isEmpty, "\(exercise.id)")
    }
  }

  @Test func `the shapes in a comment are those that the check calls the function with`() throws {
    var compared = 0
    for exercise in Catalogue.all {
      let comment = try #require(DocComment(of: exercise.id, in: try solution(exercise.file)))
      for index in 0..<exercise.caseCount {
        var sizes = [String: Int]()
        for (name, shape) in shapes(in: exercise.describe(case: index)) {
          guard let symbols = comment.shape(named: name) else { continue }
          compared += 1
          #expect(symbols.count == shape.count, "\(exercise.id): \(name) \(symbols), not \(shape)")
          for (symbol, size) in zip(symbols, shape) {
            let known = sizes.updateValue(size, forKey: symbol) ?? size
            #expect(known == size && (Int(symbol) ?? size) == size, "\(exercise.id): \(symbol)")
          }
        }
      }
    }
    #expect(compared > 200, "\(compared)")
  }

  /// The tensors in "with x [5, 3], W [3, 2]".
  private func shapes(in description: String) -> [(name: String, shape: [Int])] {
    description.matches(of: /([^\s,]+) \[([\d, ]+)\]/).map { match in
      (String(match.1), match.2.split(separator: ",").compactMap { Int($0.filter(\.isNumber)) })
    }
  }

  @Test func `the glossary is in order, and says where each word comes from`() throws {
    let file = package.appending(path: "chapters/GLOSSARY.md")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    let terms = lines.filter { $0.hasPrefix("**") }
    let names = terms.map { $0.dropFirst(2).prefix { $0 != "*" }.lowercased() }
    #expect(terms.count > 80 && names == names.sorted() && Set(names).count == names.count)
    for term in terms {
      let link = try #require(
        term.firstMatch(of: /\[chapter (\d+)\]\((\d\d)[^)]*#[^)]+\)\.?$/), "\(term)")
      #expect(Int(link.1) == Int(link.2), "\(term)")
    }
  }
}

extension DocComment {
  /// The shape of a tensor by the function's name for it, or by the formula's: weight, or W.
  fileprivate func shape(named name: String) -> [String]? {
    let parameter = parameters.first { parameter in
      let symbol = parameter.text.prefix { $0 != "," && $0 != " " }
      return parameter.name == name || symbol == name
    }
    return parameter.flatMap { Self.shape(in: $0.text) }
  }
}
