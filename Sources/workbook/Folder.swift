import Course
import Foundation

/// The workbook's folder, and what lies where in it.
struct Folder {
  let root: URL

  /// Finds the folder from the current one upwards.
  init() throws {
    var folder = URL(filePath: FileManager.default.currentDirectoryPath).standardized
    while true {
      let manifest = folder.appending(path: "Package.swift")
      if let text = try? String(contentsOf: manifest, encoding: .utf8),
        text.contains("name: \"BackpropWorkbook\"")
      {
        root = folder
        return
      }
      guard folder.path != "/" else { break }
      folder.deleteLastPathComponent()
    }
    throw Trouble(
      "no Package.swift of Backprop Workbook here or in a folder above; "
        + "run this in the folder that you have cloned", status: 66)
  }

  var exercises: URL { root.appending(path: "exercises") }
  /// What may be deleted at any time; git ignores it.
  var notes: URL { root.appending(path: ".workbook") }

  func exercise(_ exercise: any Exercise) -> URL { exercises.appending(path: exercise.file) }
  func solution(_ exercise: any Exercise) -> URL {
    root.appending(path: "solutions/\(exercise.file)")
  }

  /// A file's text; what is wrong with it in a sentence if it cannot be read.
  func text(_ file: URL) throws -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      let name = file.path.replacing(root.path + "/", with: "")
      throw Trouble("\(name) cannot be read: \(error.localizedDescription)", status: 66)
    }
  }

  /// Writes a file so that an interruption leaves the old one whole.
  func write(_ text: String, to file: URL) throws {
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    } catch {
      let name = file.path.replacing(root.path + "/", with: "")
      throw Trouble("\(name) cannot be written: \(error.localizedDescription)", status: 73)
    }
  }

  /// Where an exercise's function begins: exercises/Chapter04.swift:20.
  func place(of exercise: any Exercise) -> String {
    let source = try? text(self.exercise(exercise))
    let line = source.flatMap { FunctionText(of: exercise, in: $0) }?.signatureLine
    return "exercises/\(exercise.file)" + (line.map { ":\($0)" } ?? "")
  }

  /// A lesson, from the package's folder: chapters/04-mlp/README.md.
  func lesson(_ chapter: Int) -> String? {
    let folder = root.appending(path: "chapters")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.first { $0.hasPrefix("0\(chapter)-") }.map { "chapters/\($0)/README.md" }
  }

  /// A chapter's title, as its lesson has it: 4 · The multilayer perceptron.
  func title(_ chapter: Int) -> String {
    let lines = lesson(chapter).flatMap { try? text(root.appending(path: $0)) }
    let heading = lines?.split(separator: "\n").first ?? "Chapter \(chapter)"
    return String(heading).replacing("# ", with: "", maxReplacements: 1)
      .replacing("Chapter ", with: "", maxReplacements: 1)
  }
}
