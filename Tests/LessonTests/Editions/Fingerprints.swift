import Foundation

/// The comments of a Chinese page that say which English text it was made from.
enum Fingerprints {
  /// The fingerprint in a line that is such a comment.
  static func mark(in line: String) -> String? {
    guard line.hasPrefix("<!-- en: "), line.hasSuffix(" -->") else { return nil }
    return String(line.dropFirst("<!-- en: ".count).dropLast(" -->".count))
  }

  /// Writes them anew above each section of a page whose sections are in the English order.
  static func write(of english: Edition, into file: URL) throws {
    let text = try String(contentsOf: file, encoding: .utf8)
    let chinese = Edition(file, text: text)
    let marks = zip(chinese.sections, english.sections).map { ($0.line, $1.fingerprint) }
    let above = Dictionary(uniqueKeysWithValues: marks)
    var lines = [String]()
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where mark(in: String(line)) == nil {
      if let mark = above[index + 1] { lines.append("<!-- en: \(mark) -->") }
      lines.append(String(line))
    }
    let written = lines.joined(separator: "\n")
    if written != text { try Data(written.utf8).write(to: file, options: .atomic) }
  }

  /// What has become of a section since it had the fingerprint, by what git keeps of its page.
  static func change(of section: Edition.Section, in page: Edition, since mark: String?) -> String {
    guard let mark else { return "No comment above it says which: <!-- en: … -->" }
    guard let old = version(with: mark, of: page) else {
      return "Its fingerprint is \(section.fingerprint) now, and was \(mark) then."
    }
    let (before, after) = (paragraphs(of: old), paragraphs(of: section))
    let (lost, new) = (before.filter { !after.contains($0) }, after.filter { !before.contains($0) })
    return (lost.map { "It was: \($0)" } + new.map { "It is now: \($0)" }).joined(separator: "\n")
  }

  private static func paragraphs(of section: Edition.Section) -> [String] {
    section.lines.map(\.text).split { $0.allSatisfy(\.isWhitespace) }
      .map { $0.joined(separator: " ") }
  }

  /// The section with this fingerprint in the last of the page's versions that has it.
  private static func version(with mark: String, of page: Edition) -> Edition.Section? {
    let commits = git(["log", "--format=%H", "-n", "100", "--", page.path]) ?? ""
    for commit in commits.split(separator: "\n") {
      guard let text = git(["show", "\(commit):\(page.path)"]) else { return nil }
      let sections = Edition(page.file, text: text).sections
      if let found = sections.first(where: { $0.fingerprint == mark }) { return found }
    }
    return nil
  }

  private static func git(_ arguments: [String]) -> String? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["git", "-C", package.path] + arguments
    let pipe = Pipe()
    (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
    guard (try? process.run()) != nil else { return nil }
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return process.terminationStatus == 0 ? String(data: data, encoding: .utf8) : nil
  }
}
