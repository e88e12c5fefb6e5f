import Course
import Foundation
import Testing

/// Verdicts of before: what is taken from there, and what never is.
@Suite(.aside) struct KeptVerdictTests {
  private let file = "exercises/Chapter02.swift"

  /// The exercises that a command has asked the checker for.
  private func asked(_ copy: Copy, _ words: String...) throws -> (ids: Set<String>, run: Run) {
    let before = copy.asked.count
    let run = try launch(
      [product("workbook")] + words, folder: copy.root, environment: copy.environment)
    return (Set(copy.asked.dropFirst(before).map(\.id)), run)
  }

  @Test func `what has not changed is not checked again, and what is named always is`() throws {
    let copy = try Copy()
    try copy.edit(file, "throw Todo(\"2.2\")", "return logits // mistake")
    let first = try asked(copy)
    #expect(first.ids.count == exerciseCount)
    let second = try asked(copy)
    #expect(second.ids.isEmpty)
    #expect(second.run.output == first.run.output)
    #expect(try asked(copy, "check").ids.isEmpty)
    #expect(try asked(copy, "check", "2.2").ids == ["2.2"])
    #expect(try asked(copy, "check", "4").ids.count == 6)
    #expect(try asked(copy, "check", "--fresh").ids.count == exerciseCount)
    #expect(
      try asked(copy, "report", "--json").ids.count == exerciseCount,
      "a report is made from new checks")
    try copy.edit(file, "// mistake", "// another mistake")
    let third = try asked(copy)
    #expect(
      third.ids.count == Catalogue.chapter(2).count && third.ids.allSatisfy { $0.hasPrefix("2.") })
    #expect(third.run.output.contains("✗ 2.2"))
    try copy.edit(file, "return logits // another mistake", "throw Todo(\"2.2\")")
    #expect(try !asked(copy).run.output.contains("✗ 2.2"))
  }

  @Test func `a checker that was built anew is asked about everything, and so is a changed course`()
    throws
  {
    let copy = try Copy()
    _ = try asked(copy)
    let checker = try #require(copy.environment["WORKBOOK_CHECKER"])
    try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: checker)
    #expect(try asked(copy).ids.count == exerciseCount)
    let source = copy.root.appending(path: "Sources/Backprop/Core/New.swift")
    try FileManager.default.createDirectory(
      at: source.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("// New\n".utf8).write(to: source)
    #expect(try asked(copy).ids.count == exerciseCount)
    try FileManager.default.createDirectory(
      at: copy.root.appending(path: "chapters/03-chain-rule/Problems"),
      withIntermediateDirectories: true)
    try Data("// New\n".utf8).write(
      to: copy.root.appending(path: "chapters/03-chain-rule/Problems/New.swift"))
    let some = try asked(copy).ids
    #expect(some.count == 8 && some.allSatisfy { $0.hasPrefix("3.") })
    #expect(try asked(copy).ids.isEmpty)
  }

  @Test(arguments: [
    "", "\n", "0\n{}", "{\"1\":", String(repeating: "[", count: 100_000), "a folder", "a pipe",
    "half", "a letter", "another's", "no right to read",
  ])
  func `a damaged or foreign file costs a new check, and no verdict is wrong`(content: String)
    throws
  {
    let copy = try Copy()
    try copy.edit(file, "throw Todo(\"2.2\")", "return logits // mistake")
    let right = try asked(copy).run.output
    let kept = copy.root.appending(path: ".workbook/verdicts")
    let files = FileManager.default
    let text = try Data(contentsOf: kept)
    try files.removeItem(at: kept)
    switch content {
    case "a folder": try files.createDirectory(at: kept, withIntermediateDirectories: false)
    case "a pipe": #expect(mkfifo(kept.path, 0o644) == 0)
    case "half": try text.prefix(text.count / 2).write(to: kept)
    case "a letter":
      let old = try #require(text.firstRange(of: Data("\"wrong\"".utf8)))
      var changed = text
      changed.replaceSubrange(old, with: Data("\"passed\"".utf8))
      try changed.write(to: kept)
    case "another's":
      let other = try Copy(checker: "SolvedChecker")
      _ = try other.run()
      try files.copyItem(at: other.root.appending(path: ".workbook/verdicts"), to: kept)
    case "no right to read":
      try text.write(to: kept)
      try files.setAttributes([.posixPermissions: 0], ofItemAtPath: kept.path)
    default: try Data(content.utf8).write(to: kept)
    }
    let run = try asked(copy).run
    #expect(run.status == 0 && run.errors.isEmpty, "\(run)")
    #expect(run.output == right)
  }

  @Test func `where nothing can be kept, all is checked each time`() throws {
    let copy = try Copy()
    let notes = copy.root.appending(path: ".workbook")
    try Data("a file in its place".utf8).write(to: notes)
    #expect(try asked(copy).ids.count == exerciseCount)
    let again = try asked(copy)
    #expect(again.ids.count == exerciseCount && again.run.status == 0, "\(again.run)")
    #expect(try copy.run("hint", "4.1").output.contains("\n1. "))
  }

  @Test func `what gave no answer in time is asked again`() throws {
    let copy = try Copy(checker: "HostileChecker")
    // Two seconds were too few for the others on a busy machine.
    #expect(try asked(copy, "--timeout", "10").run.output.contains("timed out"))
    #expect(try asked(copy, "--timeout", "10").ids == ["1.2", "2.4"])
  }

  @Test func `a course as it was shipped needs no checker, and nothing is built`() throws {
    let copy = try Copy()
    let empty = ["PATH": "/nowhere", "WORKBOOK_CHECKER": nil]
    let process = Process()
    process.executableURL = URL(filePath: try product("workbook"))
    process.arguments = ["check"]
    process.currentDirectoryURL = copy.root
    process.environment = ProcessInfo.processInfo.environment.merging(
      empty.compactMapValues(\.self)
    ) { $1 }
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(
      text.contains("0 of \(exerciseCount) done")
        && text.split(separator: "\n").count == exerciseCount + 1, "\(text)")
  }

  @Test(arguments: ["solutions/Chapter03.swift", "solutions"])
  func `without the list of exercises no course is found done`(gone: String) throws {
    let copy = try Copy()
    try FileManager.default.removeItem(at: copy.root.appending(path: gone))
    let run = try copy.run()
    #expect(run.status == 66 && run.output.isEmpty, "\(run)")
    #expect(run.errors.contains("solutions/Chapter0"), "\(run.errors)")
  }
}
