import Course
import Foundation
import Testing

/// What the screen of `watch` says beside a verdict, and how --plain says it.
@Suite(.serialized, .aside) struct ScreenTests {
  private let first = "exercises/Chapter01.swift"

  @Test func `the first screen says what to do`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch")
    try terminal.wait(for: "Edit the file and save it")
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test func `a change of another exercise is told with its reason`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch", "2.1")
    try terminal.wait(for: "q quit")
    terminal.forget()
    try copy.edit("exercises/Chapter02.swift", "throw Todo(\"2.2\")", "return logits // mistake")
    try terminal.wait(for: "✗ 2.2 binaryCrossEntropyWithLogitsBackward: wrong, was not started")
    try terminal.wait(for: "transpose")
    terminal.forget()
    try copy.edit("exercises/Chapter02.swift", "// mistake", "// another mistake")
    try terminal.wait(for: "✗ 2.2 binaryCrossEntropyWithLogitsBackward: still wrong")
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test func `while a save is checked, the verdict before it is not shown`() throws {
    let copy = try Copy(checker: "HostileChecker")
    let terminal = try copy.terminal("watch", "1.5", "--timeout", "4")
    try terminal.wait(for: "q quit")
    terminal.forget()
    try copy.edit(first, "throw Todo(\"1.5\")", "return dy")
    let shown = try terminal.wait(for: "saved; checking 1.5")
    #expect(shown.contains("1.5 softmaxBackward: saved, its verdict comes"))
    #expect(!shown.contains("1.5 softmaxBackward: wrong"))
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test func `n says which challenge it leaves for the end`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch", "1.5")
    try terminal.wait(for: "q quit")
    terminal.press("n")
    try terminal.wait(for: "2.1 meanSquaredErrorBackward")
    try terminal.wait(for: "1.6 geluBackward ★ (a challenge) is left for the end")
    try terminal.wait(for: "takes it in hand")
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test func `a window of another size is drawn anew without a key`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch", "1.1")
    try terminal.wait(for: "q quit")
    terminal.forget()
    terminal.resize(columns: 40)
    let screen = plain(try terminal.wait(for: "0 of \(exerciseCount) done"))
    for line in screen.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test(arguments: [
    ("throw Todo(\"1.1\")\n    // a note", false),
    ("throw Todo(\"1.1\")\n    let s = y * (1 - y)\n    return dy * s", true),
    ("let s = y * (1 - y)\n    throw Todo(\"1.1\")", true),
  ])
  func `code beside a leftover Todo is not called not started`(
    code: String, isSaid: Bool
  ) throws {
    let copy = try Copy()
    try copy.edit(first, "throw Todo(\"1.1\")", code)
    let output = try copy.run("check", "1.1").output
    let said = output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("… 1.1 sigmoidBackward: still throws Todo") == isSaid)
    #expect(said.contains("throw Todo(…)`") == isSaid, "\(said)")
    if isSaid {
      let map = try copy.run().output
      #expect(map.contains("In hand: 1.1 sigmoidBackward"), "\(map)")
    }
  }

  @Test(arguments: [[], ["check"], ["check", "2.2"], ["list"], ["help"]])
  func `--plain has no signs, pictures, colours or movements`(words: [String]) throws {
    let copy = try Copy()
    try copy.edit("exercises/Chapter02.swift", "throw Todo(\"2.2\")", "return logits // mistake")
    let terminal = try Terminal(
      [product("workbook"), "--plain"] + words, folder: copy.root, environment: copy.environment)
    #expect(terminal.waitForEnd() != nil)
    let screen = terminal.screen
    for sign in ["✗", "✓", "★", "∞", "###", "---", "→", "\u{1B}", "\r "] {
      #expect(!screen.contains(sign), "\(screen)")
    }
    if words.isEmpty || words.first == "check" && words.count == 1 {
      #expect(screen.contains("0 of \(exerciseCount) done"))
    }
    if words == ["check", "2.2"] { #expect(screen.contains("  wrong: ")) }
  }

  @Test func `what a function prints is shown once for each case`() throws {
    let run = try launch(
      ["/bin/sh", "-c", "exec \"$@\" 3> /dev/null", "sh", product("HostileChecker"), "2.1"],
      folder: package)
    let count = run.output.split(separator: "\n").count { $0.contains("here I am") }
    #expect(count == Catalogue.find("2.1")?.caseCount)
  }
}
