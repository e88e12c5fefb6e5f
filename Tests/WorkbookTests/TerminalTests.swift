import Foundation
import Testing

/// The guide in a terminal: keys, colours, narrow screens, and how it leaves.
@Suite(.serialized, .aside) struct TerminalTests {
  private let file = "exercises/Chapter02.swift"

  @Test func `watch answers saves and keys`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch", "2.2")
    try terminal.wait(for: "· 2.2 binaryCrossEntropyWithLogitsBackward: not started")
    try terminal.wait(for: "q quit")

    terminal.press("h")
    try terminal.wait(for: "1. ")
    terminal.press("h")
    try terminal.wait(for: "2. ")
    terminal.press("?")
    try terminal.wait(for: "put this function back to its beginning")
    terminal.press("l")
    try terminal.wait(for: "8.5 bottleneckParameterCount")

    terminal.forget()
    try copy.edit(file, "throw Todo(\"2.2\")", "return logits // mistake")
    let wrong = try terminal.wait(for: "✗ 2.2 binaryCrossEntropyWithLogitsBackward: wrong")
    #expect(wrong.contains("saved; checking 2.2"))
    terminal.forget()
    try copy.edit(file, "return logits // mistake", "return (Activation.sigmoid(logits)")
    try copy.edit("exercises/Chapter01.swift", "throw Todo(\"1.5\")", "y")
    try terminal.wait(for: "✓ 1.5 softmaxBackward: done, was not started")
    let done = try terminal.wait(for: "2 of \(exerciseCount) done")
    #expect(done.contains("✓ 2.2 binaryCrossEntropyWithLogitsBackward: done"))
    #expect(done.contains("n takes the next one in hand"), "and does not go on by itself")

    terminal.press("x")
    try terminal.wait(for: "back to its beginning? y does it")
    terminal.press("n")
    try terminal.wait(for: "q quit")
    #expect(try copy.text(file).contains("sigmoid(logits)"), "only y resets")
    terminal.press("x")
    try terminal.wait(for: "y does it")
    terminal.press("y")
    try terminal.wait(for: ".discarded/2.2-binaryCrossEntropyWithLogitsBackward-1.swift")
    try terminal.wait(for: "2.2 binaryCrossEntropyWithLogitsBackward: not started")
    #expect(try copy.text(file).contains("throw Todo(\"2.2\")"))

    terminal.press("n")
    try terminal.wait(for: "· 2.3a unfusedCrossEntropyBackward: not started")
    #expect(!terminal.isAsItWas)
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
    #expect(terminal.isAsItWas)
  }

  @Test func `saves in quick succession are one change`() throws {
    let copy = try Copy()
    let terminal = try copy.terminal("watch", "2.2")
    try terminal.wait(for: "q quit")
    let before = copy.asked.count { $0.id == "2.2" }
    for number in 0..<6 {
      try copy.edit(file, number == 0 ? "throw Todo(\"2.2\")" : "\(number - 1)", "\(number)")
      usleep(15_000)
    }
    try terminal.wait(for: "✓ 2.2")
    // A busy machine may see the last save late; six answers it must not give.
    #expect(copy.asked.count { $0.id == "2.2" } - before <= 2)
    terminal.press("q")
    #expect(terminal.waitForEnd() == 0)
  }

  @Test(arguments: [["check", "1.2"], ["watch", "1.2"]])
  func `Ctrl-C leaves the terminal as it was, and no process`(words: [String]) throws {
    let copy = try Copy(checker: "HostileChecker")
    let terminal = try copy.terminal(words[0], words[1], "--timeout", "100")
    for _ in 0..<600 where !copy.isRunning("1.2") { usleep(50_000) }
    #expect(copy.isRunning("1.2"), "the endless function runs")
    terminal.press("\u{3}")
    #expect(terminal.waitForEnd() == 130)
    #expect(terminal.isAsItWas)
    // A process that was killed is there until the system has cleared it away.
    for _ in 0..<200 where !copy.running.isEmpty { usleep(50_000) }
    #expect(copy.running.isEmpty)
  }

  @Test(arguments: [
    [], ["check"], ["check", "2.2"], ["list"], ["hint", "3.6", "--all"], ["help"],
  ])
  func `nothing is wider than 40 columns`(words: [String]) throws {
    let copy = try Copy()
    try copy.edit(file, "throw Todo(\"2.2\")", "return logits // mistake")
    let terminal = try Terminal(
      [product("workbook")] + words, columns: 40, folder: copy.root,
      environment: copy.environment)
    #expect(terminal.waitForEnd() != nil)
    for line in plain(terminal.screen).split(separator: "\n") {
      #expect(line.count <= 40, "\(line)")
    }
  }

  @Test func `colour says nothing that words do not, and NO_COLOR turns it off`() throws {
    let copy = try Copy(checker: "HostileChecker")
    let coloured = try copy.terminal("check", "1.6", "2.1")
    #expect(coloured.waitForEnd() == 1)
    #expect(coloured.screen.contains("\u{1B}[31m✗"))
    let grey = try copy.terminal("check", "1.6", "2.1", environment: ["NO_COLOR": "1"])
    #expect(grey.waitForEnd() == 1)
    #expect(!grey.screen.contains(/\u{1B}\[\d*m/))
    let last = { (text: String) in plain(text).split(separator: "\n").suffix(8) }
    #expect(last(coloured.screen) == last(grey.screen))
  }

  @Test func `without a terminal nothing is drawn over, and watch goes on without keys`() throws {
    let copy = try Copy()
    let output = copy.root.appending(path: "output")
    let watch = Process()
    watch.executableURL = URL(filePath: try product("workbook"))
    watch.arguments = ["watch", "2.2"]
    watch.currentDirectoryURL = copy.root
    watch.environment = ProcessInfo.processInfo.environment.merging(copy.environment) { $1 }
    try Data().write(to: output)
    watch.standardInput = FileHandle.nullDevice
    watch.standardOutput = try FileHandle(forWritingTo: output)
    try watch.run()
    func waitFor(_ text: String) throws {
      for _ in 0..<1200 where try !copy.text("output").contains(text) { usleep(50_000) }
      #expect(try copy.text("output").contains(text))
    }
    try waitFor("Waiting for the next save")
    try copy.edit(file, "throw Todo(\"2.2\")", "return logits")
    try waitFor("✓ 2.2 binaryCrossEntropyWithLogitsBackward: done")
    watch.terminate()
    watch.waitUntilExit()
    #expect(watch.terminationStatus == 143)
    #expect(try !copy.text("output").contains("\u{1B}"))
  }

  @Test func `standard output that is closed early ends it quietly`() throws {
    let copy = try Copy()
    let command = "{ '\(try product("workbook"))' list; echo $? >&2; } | true"
    let run = try launch(
      ["/bin/sh", "-c", command], folder: copy.root, environment: copy.environment)
    #expect(["141\n", "0\n"].contains(run.errors), "\(run.errors)")
  }
}
