import Course
import Foundation

/// The Swift files of exercises/ and the folders in it: those that `swift build` takes in.
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

  /// The file that a chapter is in: the one of its name, or what that has been renamed to.
  func home(of chapter: Int) -> String {
    let own = "Chapter0\(chapter).swift"
    let isThere = texts.contains { $0.path == own }
    return isThere ? own : texts.first { Self.conforms($0.text, to: chapter) }?.path ?? own
  }

  /// Whether a file has the extension with a chapter's functions.
  static func conforms(_ text: String, to chapter: Int) -> Bool {
    text.contains("Chapter0\(chapter)")
      && text.sourceLines.contains {
        $0.firstMatch(of: /^\s*(?:public )?extension\s+Answers\s*:[^{]*\b(Chapter\d+)/)
          .map { $0.1 == "Chapter0\(chapter)" } ?? false
      }
  }

  func text(_ path: String) -> String? { texts.first { $0.path == path }?.text }

  /// What there is of an exercise: in its own file, or else wherever it has been moved to.
  func pieces(of exercise: any Exercise) -> [(path: String, piece: FunctionText)] {
    let own = texts.filter { $0.path == exercise.file }
    let others = texts.filter { $0.path != exercise.file }
    return (own + others).flatMap { path, text in
      // Most files of the learner's name no function of another.
      text.contains(exercise.name) || path == exercise.file
        ? FunctionText.all(of: exercise, in: text).map { (path, $0) } : []
    }
  }
}
