import Guiding
import Foundation

/// The Swift files of exercises/ and the folders in it.
///
/// `swift build` takes in those alone that are a chapter's, `Chapter04.swift`; the others are read for
/// what has been moved, copied or renamed.
///
/// Names that begin with a dot, such as an editor's lock `.#Chapter01.swift`, are none of them, and
/// neither are links to nothing, nor names that do not end in `.swift`: `Chapter01.swift~`.
struct ExerciseFiles {
  /// Each file's path below exercises/, in order, with its text.
  private(set) var texts = [(path: String, text: String)]()
  /// What is wrong with files that cannot be read.
  private(set) var troubles = [String]()

  init(_ folder: Folder) {
    let files = FileManager.default
    var waiting = [""]
    var paths = [String]()
    // A link to a folder above would never end.
    var seen = Set<String>()
    while let place = waiting.popLast() {
      let inside = folder.exercises.appending(path: place)
      guard seen.insert(inside.resolvingSymlinksInPath().path).inserted else { continue }
      for name in (try? files.contentsOfDirectory(atPath: inside.path)) ?? []
      where !name.hasPrefix(".") {
        let path = place + name
        var isFolder: ObjCBool = false
        guard files.fileExists(atPath: inside.path + "/" + name, isDirectory: &isFolder) else {
          continue
        }
        if isFolder.boolValue {
          waiting.append(path + "/")
        } else if name.hasSuffix(".swift") {
          paths.append(path)
        }
      }
    }
    for path in paths.sorted() {
      do {
        texts.append((path, try folder.text(folder.exercises.appending(path: path))))
      } catch {
        troubles.append("\(error)")
      }
    }
  }

  func text(_ path: String) -> String? { texts.first { $0.path == path }?.text }

  /// Whether a text has the enum with a chapter's functions.
  static func conforms(_ text: String, to chapter: Int) -> Bool {
    let contract = "Chapter\(twoDigits(chapter))"
    return text.contains(contract)
      && text.sourceLines.contains {
        // Most lines need no pattern to be told.
        guard $0.contains("Answers") else { return false }
        return $0.firstMatch(
          of: /^\s*(?:public )?(?:enum|struct|extension)\s+Answers\s*:[^{]*\b(Chapter\d+)/
        )
        .map { $0.1 == contract } ?? false
      }
  }

  /// The files beside a chapter's own that hold its functions: copies, and what it was renamed to.
  func others(holding chapter: Int) -> [String] {
    let own = chapterFile(chapter)
    return texts.filter { $0.path != own && Self.conforms($0.text, to: chapter) }.map(\.path)
  }

  /// What is to be said about files that no build takes in, though they look as if one did.
  func strays(_ outline: Outline) -> [String] {
    outline.chapters.filter { text(chapterFile($0)) != nil }.flatMap { chapter in
      let own = chapterFile(chapter)
      return others(holding: chapter).map { other in
        let names = [own, other].sorted().map { "exercises/\($0)" }.joined(separator: " and ")
        return "\(names) both hold chapter \(chapter): delete one, or move it out of exercises/; "
          + "what is compiled is exercises/\(own)"
      }
    }
  }

  /// The file, other than a chapter's own, that declares something: nothing there is compiled with
  /// the chapter.
  func declaring(_ name: String, beside own: String) -> String? {
    texts.first { path, text in
      path != own && text.contains(name)
        && text.sourceLines.contains {
          $0.firstMatch(of: /\b(?:func|let|var|struct|enum|class|typealias|protocol)\s+(\w+)/)
            .map { $0.1 == name } ?? false
        }
    }?.path
  }

  /// What there is of an exercise: in its own file, or else wherever it has been moved to.
  func pieces(
    of exercise: ExerciseFacts, among neighbours: [ExerciseFacts]
  ) -> [(path: String, piece: FunctionText)] {
    let own = texts.filter { $0.path == exercise.file }
    let others = texts.filter { $0.path != exercise.file }
    return (own + others).flatMap { path, text in
      // Most files of the learner's name no function of another.
      text.contains(exercise.name) || path == exercise.file
        ? FunctionText.all(of: exercise, among: neighbours, in: text).map { (path, $0) } : []
    }
  }
}
