import Foundation
import Guiding

/// What tells one state of something from another: enough against chance, no seal against intent.
struct Fingerprint: Codable, Equatable {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  init() {}

  init(of bytes: some Sequence<UInt8>) { add(bytes) }

  /// FNV-1a, by Fowler, Noll and Vo.
  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }

  /// Takes in a file's name, its size and when it was changed; not its text.
  mutating func add(file path: String) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { return add("no \(path)".utf8) }
    #if os(Linux)
      let time = facts.st_mtim
    #else
      let time = facts.st_mtimespec
    #endif
    add("\(path) \(facts.st_size) \(time.tv_sec).\(time.tv_nsec)".utf8)
  }
}

extension Folder {
  /// What a chapter's file holds, and when it was saved; nil if it cannot be read.
  func fingerprint(ofChapter chapter: Int) -> Fingerprint? {
    let file = exercises.appending(path: chapterFile(chapter))
    guard let data = try? Data(contentsOf: file) else { return nil }
    var fingerprint = Fingerprint(of: data)
    fingerprint.add(file: file.path)
    return fingerprint
  }
}

/// The state of all that checkers are made from but the learner's files: when the course is updated,
/// or somebody works on it, verdicts of before count no more.
struct CourseState {
  private let folder: Folder
  /// What all chapters have in common.
  private var common = Fingerprint()

  init(_ folder: Folder) {
    self.folder = folder
    common.add((ProcessInfo.processInfo.environment["BACKPROP_CPU"] ?? "").utf8)
    common.add(file: folder.root.path + "/Package.swift")
    for part in ["Backprop", "Course/Guiding", "Course/Checking"] {
      Self.add(folder.root.path + "/Sources/" + part, to: &common)
    }
  }

  func fingerprint(for chapter: Int) -> Fingerprint {
    var own = common
    own.add(file: folder.root.path + "/solutions/" + chapterFile(chapter))
    let lesson = folder.lesson(chapter).map { folder.root.appending(path: $0) }
    if let path = lesson?.deletingLastPathComponent().path {
      for part in ["Problems", "Checker"] { Self.add("\(path)/\(part)", to: &own) }
    }
    return own
  }

  private static func add(_ folder: String, to fingerprint: inout Fingerprint) {
    let paths = (FileManager.default.subpaths(atPath: folder) ?? []).filter {
      $0.hasSuffix(".swift")
    }
    for path in paths.sorted() { fingerprint.add(file: "\(folder)/\(path)") }
  }
}
