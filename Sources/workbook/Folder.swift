import Guiding
import Foundation

/// The workbook's folder, and what lies where in it.
struct Folder {
  let root: URL
  /// Every exercise, as the files of solutions/ list them.
  private(set) var outline = Outline([])

  /// Finds the folder from the current one upwards, and reads what exercises there are.
  init() throws {
    try Self.requireFiles()
    root = try Self.found()
    let files = FileManager.default
    let chapters = (try? files.contentsOfDirectory(atPath: root.path + "/chapters")) ?? []
    let numbers = chapters.compactMap { name in
      name.wholeMatch(of: /(\d\d)-.+/).flatMap { Int($0.1) }
    }
    outline = Outline(
      try numbers.sorted().map { try text(root.appending(path: "solutions/\(chapterFile($0))")) })
    // Without them a course that is not there would be found done.
    if let empty = numbers.first(where: { outline.chapter($0).isEmpty })
      ?? (numbers.isEmpty ? 1 : nil)
    {
      throw Trouble(
        "solutions/\(chapterFile(empty)) lists no exercises: `git checkout chapters solutions` "
          + "brings back what was shipped", status: 65)
    }
  }

  private static func found() throws -> URL {
    var folder = URL(filePath: FileManager.default.currentDirectoryPath).standardized
    while true {
      let manifest = folder.appending(path: "Package.swift")
      if let text = try? String(contentsOf: manifest, encoding: .utf8),
        text.contains("name: \"BackpropWorkbook\"")
      {
        return folder
      }
      guard folder.path != "/" else { break }
      folder.deleteLastPathComponent()
    }
    let another = open("/dev/null", O_RDONLY)
    guard another >= 0 else {
      throw Trouble("nothing can be read: \(Child.fewFiles)", status: 71)
    }
    close(another)
    throw Trouble(
      "no Package.swift of Backprop Workbook here or in a folder above; "
        + "run this in the folder that you have cloned", status: 66)
  }

  /// Throws where this process may open no more files: nothing that is read then says so itself.
  private static func requireFiles() throws {
    let more = (0..<10).map { _ in open("/dev/null", O_RDONLY) }
    for file in more where file >= 0 { close(file) }
    guard more.allSatisfy({ $0 >= 0 }) else {
      throw Trouble("nothing can be read: \(Child.fewFiles)", status: 71)
    }
  }

  var exercises: URL { root.appending(path: "exercises") }
  /// What may be deleted at any time; git ignores it.
  var notes: URL { root.appending(path: ".workbook") }

  func exercise(_ exercise: ExerciseFacts) -> URL { exercises.appending(path: exercise.file) }
  func solution(_ exercise: ExerciseFacts) -> URL {
    root.appending(path: "solutions/\(exercise.file)")
  }

  /// A file's text, letter by letter; what is wrong with it in a sentence if it cannot be read.
  func text(_ file: URL) throws -> String {
    let name = file.path.replacing(root.path + "/", with: "")
    let data: Data
    do {
      data = try Data(contentsOf: file)
    } catch {
      throw Trouble("\(name) cannot be read: \(error.localizedDescription)", status: 66)
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      let parts = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let line = parts.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
      throw Trouble(
        "\(name) is not in UTF-8, from line \(line + 1) on: save it in that encoding", status: 66)
    }
    return text
  }

  /// Writes a file so that an interruption leaves the old one whole; a link stays one.
  func write(_ text: String, to file: URL) throws {
    do {
      let target = file.resolvingSymlinksInPath()
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: target, options: .atomic)
    } catch {
      let name = file.path.replacing(root.path + "/", with: "")
      throw Trouble("\(name) cannot be written: \(error.localizedDescription)", status: 73)
    }
  }

  /// The exercises of an exercise's chapter, itself among them.
  func neighbours(of exercise: ExerciseFacts) -> [ExerciseFacts] {
    outline.chapter(exercise.chapter)
  }

  /// Where an exercise's function begins: exercises/Chapter04.swift:20.
  func place(of exercise: ExerciseFacts) -> String {
    let found = ExerciseFiles(self).pieces(of: exercise, among: neighbours(of: exercise))
    guard let (path, piece) = found.first(where: { $0.piece.name == exercise.name }) ?? found.first
    else { return "exercises/\(exercise.file)" }
    return "exercises/\(path):\(piece.signatureLine)"
  }

  /// A lesson, from the package's folder: chapters/04-mlp/README.md.
  func lesson(_ chapter: Int) -> String? {
    let folder = root.appending(path: "chapters")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.first { $0.hasPrefix("\(twoDigits(chapter))-") }.map { "chapters/\($0)/README.md" }
  }

  /// A chapter's title, as its lesson has it: 4 · The multilayer perceptron.
  func title(_ chapter: Int) -> String {
    let page = lesson(chapter).flatMap { try? text(root.appending(path: $0)) }
    // The first line alone: the map asks for the titles of all lessons.
    let heading = page.map { String($0.unicodeScalars.prefix { $0 != "\n" && $0 != "\r" }) }
    return (heading ?? "Chapter \(chapter)").replacing("# ", with: "", maxReplacements: 1)
      .replacing("Chapter ", with: "", maxReplacements: 1)
  }
}
