import Course
import Foundation

/// What each command does; each returns the status that the guide ends with.
struct Commands {
  let folder: Folder
  let guide: Guide
  let pages: Pages

  init(_ request: Request) throws {
    folder = try Folder()
    guide = Guide(folder: folder, limit: request.timeout)
    pages = Pages(folder: folder)
  }

  func map() throws -> Int32 {
    pages.map(try guide.results(Catalogue.all))
    return 0
  }

  /// Verdicts: in full where somebody has begun, a line elsewhere.
  func check(_ exercises: [any Exercise], named: Bool) throws -> Int32 {
    let results = try guide.results(exercises)
    for result in results {
      if result.state.isTried || named && exercises.count == 1 || !result.printed.isEmpty {
        pages.verdict(result)
      } else {
        pages.line(result)
      }
    }
    if results.count > 1 {
      Screen.print()
      pages.bar(results)
    }
    return results.allSatisfy { $0.state == .done } ? 0 : 1
  }

  /// Lists the exercises.
  func list() -> Int32 {
    for chapter in Set(Catalogue.all.map(\.chapter)).sorted() {
      Screen.say(folder.title(chapter), style: .bold)
      for exercise in Catalogue.chapter(chapter) {
        let star = exercise.isChallenge ? " ★" : ""
        let name = "\(exercise.id) \(exercise.name)\(star)"
        let gap = String(repeating: " ", count: max(2, 42 - name.count))
        let facts = "\(exercise.minutes) min, difficulty \(exercise.difficulty)"
        let full = "\(name)\(gap)\(facts)"
        Screen.print(full.count <= Screen.width ? full : cut(name, to: Screen.width))
      }
      Screen.print()
    }
    Screen.say("★ a challenge: no chapter needs it")
    return 0
  }

  /// Writes exercises/ anew from solutions/, or only says which files differ.
  func stubs(checkOnly: Bool) throws -> Int32 {
    var inStep = true
    let solutions = folder.root.appending(path: "solutions")
    let names = try FileManager.default.contentsOfDirectory(atPath: solutions.path).sorted()
    for name in names where name.hasSuffix(".swift") {
      let stub = try Stubs.stub(folder.text(solutions.appending(path: name)))
      let file = folder.exercises.appending(path: name)
      if (try? Data(contentsOf: file)) == Data(stub.utf8) { continue }
      inStep = false
      Screen.print(
        "exercises/\(name) \(checkOnly ? "is not what solutions/\(name) gives" : "written")")
      if !checkOnly { try folder.write(stub, to: file) }
    }
    return inStep || !checkOnly ? 0 : 1
  }
}
