import Foundation
import Guiding

/// The chapters' files in exercises/, and which of them have been saved since somebody looked.
struct Saves {
  private let folder: Folder
  /// What tells one save of each file from the next.
  private var stamps = [Int: Fingerprint]()

  init(_ folder: Folder) {
    self.folder = folder
    stamps = look()
  }

  /// Whether something has been saved.
  var isNew: Bool { look() != stamps }

  /// The chapters that have been saved, once no other save follows at once.
  mutating func take() -> Set<Int> {
    let old = stamps
    repeat {
      stamps = look()
      usleep(60_000)
    } while isNew
    return Set(stamps.keys.filter { stamps[$0] != old[$0] })
  }

  private func look() -> [Int: Fingerprint] {
    let path = folder.exercises.path
    let stamps = folder.outline.chapters.map { chapter in
      var stamp = Fingerprint()
      // A link stays as it is when the file behind it is saved: this follows it.
      stamp.add(file: "\(path)/\(chapterFile(chapter))")
      return (chapter, stamp)
    }
    return Dictionary(stamps) { $1 }
  }

  /// The texts of a chapter's functions as they are now, by the exercise's number.
  func functions(ofChapter chapter: Int) -> [String: String] {
    let exercises = folder.outline.chapter(chapter)
    let file = folder.exercises.appending(path: chapterFile(chapter))
    guard let source = try? folder.text(file) else { return [:] }
    var functions = [String: String]()
    for (id, piece) in FunctionText.all(of: exercises, in: source) {
      let isOwn = exercises.contains { $0.id == id && $0.name == piece.name }
      if isOwn || functions[id] == nil { functions[id] = piece.text }
    }
    return functions
  }
}
