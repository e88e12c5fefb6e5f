import Course
import Foundation

/// What each command does.
enum Workbook {
  /// Lists the exercises.
  static func list() {
    var table = Table("exercise", "minutes", "difficulty", "file")
    for exercise in Catalogue.all {
      let star = exercise.isChallenge ? " ★" : ""
      table.add(
        "\(exercise.id) \(exercise.name)\(star)", "\(exercise.minutes)",
        "\(exercise.difficulty) of 5", "exercises/\(exercise.file)")
    }
    print(table.text)
    print("★ a challenge: no chapter needs it")
  }

  /// Prints an exercise's hints, from a nudge to almost the code.
  static func hint(_ exercise: any Exercise) {
    print("\(exercise.id) \(exercise.name), exercises/\(exercise.file)")
    for (number, hint) in exercise.hints.enumerated() {
      let lines = wrapped(hint, to: 76)
      print("\(number + 1). " + lines.joined(separator: "\n   "))
    }
  }

  /// Puts one exercise back to its beginning; the rest of the file stays.
  static func reset(_ exercise: any Exercise) throws {
    let file = try package().appending(path: "exercises/\(exercise.file)")
    let source = try String(contentsOf: file, encoding: .utf8)
    try Data(Stubs.stub(source, only: exercise.id).utf8).write(to: file, options: .atomic)
    print("\(exercise.id) \(exercise.name) is as it was at the beginning, in \(exercise.file)")
  }

  /// Writes exercises/ anew from solutions/, or only says which files differ; true if none did.
  static func stubs(checkOnly: Bool) throws -> Bool {
    let root = try package()
    var inStep = true
    let folder = root.appending(path: "solutions")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    for name in names where name.hasSuffix(".swift") {
      let source = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let stub = Data(try Stubs.stub(source).utf8)
      let file = root.appending(path: "exercises/\(name)")
      if (try? Data(contentsOf: file)) == stub { continue }
      inStep = false
      print("exercises/\(name) \(checkOnly ? "is not what solutions/\(name) gives" : "written")")
      if !checkOnly { try stub.write(to: file, options: .atomic) }
    }
    return inStep
  }

  /// The package's folder: this one, or the nearest above it.
  private static func package() throws -> URL {
    var folder = URL(filePath: FileManager.default.currentDirectoryPath).standardized
    while folder.path != "/" {
      let manifest = folder.appending(path: "Package.swift").path
      if FileManager.default.fileExists(atPath: manifest) { return folder }
      folder.deleteLastPathComponent()
    }
    throw NotInPackage()
  }
}

/// The command was run outside the workbook's folder.
struct NotInPackage: Error, CustomStringConvertible {
  var description: String {
    "no Package.swift here or in any folder above; run this in the workbook's folder"
  }
}
