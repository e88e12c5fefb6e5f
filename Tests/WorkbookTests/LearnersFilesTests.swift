import Course
import Foundation
import Testing

/// Files of exercises/ as editors, systems and learners leave them.
@Suite(.aside) struct LearnersFilesTests {
  private let file = "exercises/Chapter04.swift"

  private func write(_ text: String, _ path: String, in copy: Copy) throws {
    let file = copy.root.appending(path: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  @Test(arguments: ["\r\n", "\r"])
  func `every command finds a function in a file with other line ends, and keeps them`(end: String)
    throws
  {
    let copy = try Copy()
    for folder in ["exercises", "solutions"] {
      for chapter in Catalogue.numbers {
        let path = "\(folder)/\(chapterFile(chapter))"
        try write(copy.text(path).replacing("\n", with: end), path, in: copy)
      }
    }
    let lesson = "chapters/04-mlp/README.md"
    try write(copy.text(lesson).replacing("\n", with: end), lesson, in: copy)
    let shipped = try copy.text(file)
    #expect(try copy.run("hint", "4.1").output.contains("Chapter04.swift:"))
    #expect(try copy.run("list").output.contains("\n4 · The multilayer perceptron\n"))
    #expect(try copy.run("stubs", "--check").status == 0)
    #expect(try copy.run("stubs").output.isEmpty)
    let mine = "(matmul(dy, transposed: weight), matmul(x.transposed, dy), dy.sum(axis: 0))"
    try copy.edit(file, "throw Todo(\"4.1\")", mine)
    let solution = try copy.run("solution", "4.1").output
    #expect(solution.contains("\n-     (matmul(dy"), "\(solution)")
    #expect(!solution.contains("\r"))
    #expect(try copy.run("reset", "4.1").status == 0)
    #expect(try copy.text(file) == shipped)
    #expect(try copy.text("exercises/.discarded/4.1-denseBackward-1.swift").contains(mine + end))
    #expect(
      try copy.run("doctor").output.contains(
        "✓ ok, exercises: all \(exerciseCount) functions are found"))
  }

  @Test func `reset writes through a link, and the link stays`() throws {
    let copy = try Copy()
    let shipped = try copy.text(file)
    let target = copy.root.appending(path: "elsewhere.swift")
    let link = copy.root.appending(path: file)
    try FileManager.default.moveItem(at: link, to: target)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
    try write(shipped.replacing("throw Todo(\"4.1\")", with: "mine"), "elsewhere.swift", in: copy)
    #expect(try copy.run("reset", "4.1").status == 0)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == target.path)
    #expect(try copy.text("elsewhere.swift") == shipped)
  }

  @Test func `watch sees a save of a file that is a link`() throws {
    let copy = try Copy()
    let target = copy.root.appending(path: "elsewhere.swift")
    let link = copy.root.appending(path: file)
    try FileManager.default.moveItem(at: link, to: target)
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
    let terminal = try copy.terminal("watch", "4.3")
    try terminal.wait(for: "q quit")
    terminal.forget()
    try copy.edit("elsewhere.swift", "throw Todo(\"4.3\")", "dy * mask / (1 - rate)")
    try terminal.wait(for: "✓ 4.3 dropoutBackward: done", seconds: 40)
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test func `a file that is gone or empty does not stop the commands, and reset writes it anew`()
    throws
  {
    let copy = try Copy()
    let shipped = try copy.text(file)
    for text in [nil, "", "import Course\n"] as [String?] {
      try FileManager.default.removeItem(at: copy.root.appending(path: file))
      if let text { try write(text, file, in: copy) }
      #expect(try copy.run().status == 0)
      #expect(try copy.run("list").status == 0)
      #expect(try copy.run("hint", "4.1").output.contains("4.1 denseBackward, exercises/"))
      let doctor = try copy.run("doctor").output
      let plain = doctor.split { $0.isWhitespace }.joined(separator: " ")
      #expect(
        plain.contains("\(file) is missing or empty: `swift run workbook reset 4.1`"), "\(doctor)")
      let reset = try copy.run("reset", "4.2")
      #expect(reset.status == 0, "\(reset.errors)")
      #expect(try copy.text(file) == shipped)
    }
  }

  @Test func `a function in another file is found there, and reset brings it back`() throws {
    let copy = try Copy()
    let shipped = try copy.text(file)
    let lines = shipped.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.contains("/// Exercise 4.3:") })
    let end = try #require(lines[start...].firstIndex { $0 == "  }" })
    let function = lines[start...end].joined(separator: "\n")
      .replacing("throw Todo(\"4.3\")", with: "dy * mask / (1 - rate)")
    let rest = (lines[..<start] + lines[(end + 2)...]).joined(separator: "\n")
    try write(rest, file, in: copy)
    try write("extension Answers {\n\(function)\n}\n", "exercises/own/Helpers.swift", in: copy)
    #expect(try copy.run("hint", "4.3").output.contains("exercises/own/Helpers.swift:"))
    #expect(try copy.run("solution", "4.3").output.contains("4.3 dropoutBackward"))
    #expect(try copy.run("reset", "4.3").status == 0)
    #expect(try copy.text(file) == shipped)
    #expect(try !copy.text("exercises/own/Helpers.swift").contains("func"))
    #expect(try copy.text("exercises/.discarded/4.3-dropoutBackward-1.swift").contains("dy * mask"))
  }

  @Test(arguments: [
    ("exercises/Chapter04 copy.swift", "exercises/Chapter04 copy.swift and \(chapter04) both hold"),
    ("exercises/Chapter04 2.swift", "exercises/Chapter04 2.swift and \(chapter04) both hold"),
    ("exercises/Chapter04 (1).swift", "exercises/Chapter04 (1).swift and \(chapter04) both hold"),
    ("exercises/old/Chapter04.swift", "\(chapter04) and exercises/old/Chapter04.swift both hold"),
    ("exercises/.#Chapter04.swift", nil), ("exercises/#Chapter04.swift#", nil),
    ("exercises/Chapter04.swift~", nil), ("exercises/.Chapter04.swift.swp", nil),
    ("exercises/.old/Chapter04.swift", nil), ("exercises/Chapter04.swift.orig", nil),
  ])
  func `a copy is named, and what the compiler does not read is passed over`(
    path: String, says: String?
  ) throws {
    let copy = try Copy()
    let shipped = try copy.text(file)
    try write(shipped.replacing("throw Todo(\"4.1\")", with: "mine"), path, in: copy)
    let doctor = try copy.run("doctor").output.split { $0.isWhitespace }.joined(separator: " ")
    if let says {
      #expect(doctor.contains("\(says) chapter 4: delete one"), "\(doctor)")
    } else {
      #expect(doctor.contains("all \(exerciseCount) functions are found"), "\(doctor)")
      #expect(try copy.run("reset", "4.1").output.contains("at its beginning already"))
    }
  }

  @Test func `links to nothing and folders with a file's name do no harm`() throws {
    let copy = try Copy()
    let exercises = copy.root.appending(path: "exercises")
    for name in [".#Chapter04.swift", "Gone.swift"] {
      try FileManager.default.createSymbolicLink(
        atPath: exercises.path + "/" + name, withDestinationPath: "nobody@nowhere.1")
    }
    try FileManager.default.createDirectory(
      at: exercises.appending(path: "X.swift"), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: exercises.path + "/round", withDestinationPath: ".")
    #expect(try copy.run("doctor").output.contains("exercises"))
    #expect(try copy.run("reset", "4.1").status == 0)
    #expect(try copy.run("check", "4.1").output.contains("not started"))
  }

  @Test func `a file in another encoding is named, with the line`() throws {
    let copy = try Copy()
    var bytes = try Data(contentsOf: copy.root.appending(path: file))
    let place = try #require(bytes.firstRange(of: Data("throw Todo".utf8)))
    bytes.insert(0xF6, at: place.lowerBound)
    try bytes.write(to: copy.root.appending(path: file))
    let run = try copy.run("reset", "4.1")
    #expect(run.status == 66)
    #expect(run.errors.contains("\(file) is not in UTF-8, from line "), "\(run.errors)")
    #expect(try Data(contentsOf: copy.root.appending(path: file)) == bytes)
  }
}

private let chapter04 = "exercises/Chapter04.swift"

/// `stubs` puts everything back: it asks, and loses nothing.
@Suite(.aside) struct StubsCommandTests {
  private let file = "exercises/Chapter04.swift"

  @Test
  func `without a terminal stubs needs a flag, keeps what it replaces, and writes what is gone`()
    throws
  {
    let copy = try Copy()
    let shipped = try copy.text(file)
    try copy.edit(file, "throw Todo(\"4.1\")", "mine")
    let mine = try copy.text(file)
    try FileManager.default.removeItem(at: copy.root.appending(path: "exercises/Chapter02.swift"))
    let refused = try copy.run("stubs")
    #expect(refused.status == 64)
    #expect(refused.errors.contains("`stubs --yes` does it"), "\(refused.errors)")
    #expect(try copy.text(file) == mine)
    #expect(try copy.text("exercises/Chapter02.swift").contains("Todo(\"2.1\")"))
    let done = try copy.run("stubs", "--yes")
    #expect(done.status == 0 && done.output.contains("exercises/.discarded/Chapter04-1.swift"))
    #expect(try copy.text(file) == shipped)
    #expect(try copy.text("exercises/.discarded/Chapter04-1.swift") == mine)
    #expect(try copy.run("stubs", "--yes").output.isEmpty)
    #expect(try copy.run("help").output.contains("stubs [--yes]"))
  }

  @Test(arguments: [("n\n", false), ("\n", false), ("y\n", true)])
  func `in a terminal stubs asks`(keys: String, isDone: Bool) throws {
    let copy = try Copy()
    let shipped = try copy.text(file)
    try copy.edit(file, "throw Todo(\"4.1\")", "mine")
    let mine = try copy.text(file)
    let terminal = try copy.terminal("stubs")
    try terminal.wait(for: "Go on?")
    terminal.press(keys)
    #expect(terminal.waitForEnd() == (isDone ? 0 : 1))
    #expect(try copy.text(file) == (isDone ? shipped : mine))
  }
}
