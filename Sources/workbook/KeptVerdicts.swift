import Foundation
import Guiding

/// The verdicts of earlier runs, kept in `.workbook/` so that only what has changed is checked again.
///
/// A chapter's verdicts count for the same text, the same course and the same built checker. Whatever
/// else may lie there, damaged or from elsewhere, costs a new check and nothing more.
struct KeptVerdicts {
  /// What the verdicts of a chapter belong to.
  struct Origin: Codable, Equatable {
    let text: Fingerprint?
    let course: Fingerprint
    /// The program that was asked, as it lies there.
    let checker: Fingerprint
  }

  private struct Chapter: Codable {
    let origin: Origin
    var results: [CheckResult]
  }

  private let file: URL
  private var chapters = [Int: Chapter]()

  init(_ folder: Folder) {
    file = folder.notes.appending(path: "verdicts")
    var facts = stat()
    // The first line is the fingerprint of the rest. Nothing else than that is read any further.
    guard stat(file.path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size < 32 << 20,
      let data = try? Data(contentsOf: file),
      let end = data.firstIndex(of: UInt8(ascii: "\n")),
      String(decoding: data[..<end], as: UTF8.self) == Self.seal(data[(end + 1)...])
    else { return }
    chapters = (try? JSONDecoder().decode([Int: Chapter].self, from: data[(end + 1)...])) ?? [:]
  }

  /// What is known of a chapter, if it has the same origin.
  func results(chapter: Int, from origin: Origin) -> [CheckResult] {
    guard let kept = chapters[chapter], kept.origin == origin else { return [] }
    return kept.results
  }

  /// Whether a chapter's checker is the one of its text.
  func isKnown(chapter: Int, from origin: Origin) -> Bool { chapters[chapter]?.origin == origin }

  /// Notes results beside those of the same origin; those of another are forgotten.
  ///
  /// Whether a function answers in time may depend on the moment: that is asked again.
  mutating func note(_ results: [CheckResult], chapter: Int, from origin: Origin) {
    let known = self.results(chapter: chapter, from: origin)
      .filter { old in !results.contains { $0.exercise.id == old.exercise.id } }
    chapters[chapter] = Chapter(
      origin: origin, results: known + results.filter { $0.state != .timedOut })
  }

  /// Writes all of it; where that is not possible, everything is checked again the next time.
  func write() {
    guard let data = try? JSONEncoder().encode(chapters) else { return }
    let line = Data((Self.seal(data) + "\n").utf8)
    try? FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try? (line + data).write(to: file, options: .atomic)
  }

  private static func seal(_ data: Data) -> String {
    String(Fingerprint(of: data).value, radix: 16)
  }
}
