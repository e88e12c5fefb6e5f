import Foundation
import Testing

/// The modules of the package: what each is built from, and what its sources import.
private struct House: Sendable {
  struct Module: Decodable, Sendable {
    let name: String
    let path: String
    let sources: [String]
    let target_dependencies: [String]?
  }
  private struct Description: Decodable { let targets: [Module] }

  let modules: [String: Module]
  /// The modules that the sources of each import.
  private let imports: [String: Set<String>]

  /// Asks the package manager, in a folder of its own: this one's is locked while tests run.
  init() throws {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "house-\(UUID())")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.currentDirectoryURL = package
    process.arguments = [
      "swift", "package", "--scratch-path", scratch.path, "describe", "--type", "json",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let description = try JSONDecoder().decode(Description.self, from: text)
    modules = Dictionary(uniqueKeysWithValues: description.targets.map { ($0.name, $0) })
    imports = try modules.mapValues(Self.imports)
  }

  static let own = Result { try House() }

  func dependencies(of name: String) -> [String] { modules[name]?.target_dependencies ?? [] }

  /// All that is built for a module, itself included.
  func closure(of name: String) -> Set<String> { Set(dependencies(of: name) + [name]) }

  /// The modules whose types can come to a module, by its imports and theirs.
  func reached(from name: String) -> Set<String> {
    var (found, waiting) = (Set<String>(), imports(of: name))
    if name.hasSuffix("Tests") {
      // A test of programs runs them, and imports none.
      waiting.formUnion(
        dependencies(of: name).filter { modules[$0]?.sources.contains("main.swift") == true })
    }
    while let next = waiting.popFirst() {
      if modules[next] != nil, found.insert(next).inserted {
        waiting.formUnion(imports(of: next))
      }
    }
    // What it does happens before `main`: nobody calls it.
    return found.contains("Kernels") || name == "Kernels" ? found.union(["Processor"]) : found
  }

  func imports(of name: String) -> Set<String> { imports[name] ?? [] }

  private static func imports(of module: Module) throws -> Set<String> {
    let folder =
      module.path.hasPrefix("/") ? URL(filePath: module.path) : package.appending(path: module.path)
    var imports = Set<String>()
    for source in module.sources {
      let text = try String(contentsOf: folder.appending(path: source), encoding: .utf8)
      let found = text.matches(of: /(?m)^(?:@\w+ )*(?:\w+ )?import (?:\w+ )?(\w+)/)
      imports.formUnion(found.map { String($0.1) })
    }
    return imports
  }

  /// The chapters' modules of a kind in a set: those of ["Problems", "Exercises"] with their numbers.
  func numbered(_ kind: String, in names: Set<String>) -> Set<String> {
    Set(names.filter { $0.hasPrefix(kind) && $0.dropFirst(kind.count).allSatisfy(\.isNumber) })
  }
}

/// What each chapter may build of other chapters: their exercises, where its program runs on them.
private let chapters = Lesson.all.map { lesson in
  lesson.chapter < 10 ? "0\(lesson.chapter)" : "\(lesson.chapter)"
}

@Suite struct HouseTests {
  @Test func `a module is compiled anew with all that its imports reach, and with no more`() throws
  {
    let house = try House.own.get()
    #expect(house.modules.count > 50)
    for name in house.modules.keys.sorted() {
      let (named, reached) = (Set(house.dependencies(of: name)), house.reached(from: name))
      #expect(named.subtracting(reached) == [], "\(name) names modules that it does not reach")
      #expect(reached.subtracting(named) == [], "\(name) reaches modules that it does not name")
    }
  }

  @Test(arguments: chapters)
  func `a chapter builds the exercises that it runs on, and no other chapter's`(digits: String)
    throws
  {
    let house = try House.own.get()
    let name = "chapter\(digits)"
    let closure = house.closure(of: name)
    #expect(closure.isDisjoint(with: ["Course", "Solutions", "Backprop", "Auditing", "workbook"]))
    let program = house.imports(of: name)
    for kind in ["Problems", "Exercises", "Solutions"] {
      #expect(house.numbered(kind, in: closure) == house.numbered(kind, in: program))
    }
    #expect(house.numbered("chapter", in: closure) == [name])
    #expect(house.numbered("checker", in: closure) == [])
  }

  @Test(arguments: chapters)
  func `a checker builds its own chapter's exercises alone, and no program`(digits: String) throws {
    let house = try House.own.get()
    let closure = house.closure(of: "checker\(digits)")
    #expect(house.numbered("Problems", in: closure) == ["Problems\(digits)"])
    #expect(house.numbered("Exercises", in: closure) == ["Exercises\(digits)"])
    #expect(house.numbered("Solutions", in: closure) == [])
    #expect(closure.isDisjoint(with: ["Running", "Figures", "Datasets", "Course", "Backprop"]))
  }

  @Test func `the first chapters build the library's core and nothing more of it`() throws {
    let house = try House.own.get()
    let more: Set = ["ImageKernels", "Autodiff", "Training", "Images", "Sequences", "Checkpoints"]
    for digits in ["01", "02"] {
      #expect(house.closure(of: "chapter\(digits)").isDisjoint(with: more))
    }
  }

  @Test func `the guide is built without the library`() throws {
    let closure = try House.own.get().closure(of: "workbook")
    #expect(closure == ["workbook", "Guiding", "Figures"])
  }

  @Test func `every file and function that the walk through the house names is there`() throws {
    let page = try String(contentsOf: package.appending(path: "CONTRIBUTING.md"), encoding: .utf8)
    let start = try #require(page.range(of: "## A walk through the house"))
    let walk = page[start.upperBound...].prefix { _ in true }
    let end = walk.range(of: "\n## ")?.lowerBound ?? walk.endIndex
    let links = walk[..<end].matches(of: /\]\(([^)]+\.swift)\)/).map { String($0.1) }
    #expect(links.count > 15)
    var sources = ""
    for link in links {
      sources += try String(contentsOf: package.appending(path: link), encoding: .utf8)
    }
    for name in walk[..<end].matches(of: /`([A-Za-z]+(?:\.[a-z]\w*)?)(?:\([a-z:]+\))?`/) {
      let words = name.1.split(separator: ".")
      guard let last = words.last, !["exercises", "solutions"].contains(name.1) else { continue }
      #expect(
        sources.contains(try Regex("\\b\(last)\\b")), "\(name.0) is in none of the files named")
    }
  }
}
