import Foundation
import Testing

/// The page at the end, where a challenge is not right: it can neither be spoilt nor made untrue.
@Suite(.serialized, .aside) struct PageOfResultsTests {
  /// A checker over finished functions, but for one exercise, for which a shell says what is run.
  private func checker(in copy: Copy, _ id: String, _ instead: String) throws -> String {
    let folder = copy.root.appending(path: "programs")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let hostile = try product("HostileChecker")
    let solved = try product("SolvedChecker")
    try write(
      "if [ \"$1\" = \(id) ]; then HOSTILE='\(hostile)'; SOLVED='\(solved)'; \(instead); fi\n"
        + "exec '\(solved)' \"$@\"", to: folder.appending(path: "checker"))
    try write(
      "exec '\(product("chapter04"))' --quick --solutions --threads 1 \"$2\" \"$3\"",
      to: folder.appending(path: "chapter04"))
    return folder.appending(path: "checker").path
  }

  private func write(_ script: String, to file: URL) throws {
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
  }

  @Test(arguments: [
    // Not a number: wrong, and not measured.
    ("1.6", "exec \"$HOSTILE\" \"$@\"", exerciseCount - 1, ""),
    // Not written yet.
    ("2.6", "exec \"$HOSTILE\" \"$@\"", exerciseCount - 1, ""),
    // Right when checked; measured, it never ends, traps, or says nothing that is a number.
    ("4.6", "case \"$*\" in *--errors*) exec sleep 1000;; esac", exerciseCount, "4.6 areaUnderROC"),
    (
      "7.5", "case \"$*\" in *--errors*) kill -ILL $$;; esac", exerciseCount,
      "7.5 layerNormBackward"
    ),
  ])
  func `a challenge that misbehaves neither spoils the page nor is counted`(
    id: String, instead: String, done: Int, unmeasured: String
  ) throws {
    let copy = try Copy()
    try copy.solve()
    let run = try launch(
      [product("workbook"), "finish", "--quick", "--timeout", "10"], folder: copy.root,
      environment: ["WORKBOOK_CHECKER": checker(in: copy, id, instead)])
    #expect(run.status == 0, "\(run)")
    let page = try copy.text("finish/README.md")
    #expect(page.contains("\(done) of \(exerciseCount) exercises"), "\(page)")
    let worst = try #require(page.firstMatch(of: /the largest error is ([0-9.e-]+), in \w+\./))
    let error = try #require(Double(worst.1))
    #expect(error > 0 && error < 1e-6)
    #expect(run.output.contains("agree with central differences to \(worst.1)."))
    let figure = try copy.text("finish/gradient-errors.svg")
    #expect(!figure.contains(">\(id) "), "\(id) is not among what was measured")
    #expect(figure.contains("The largest of all is \(worst.1)."))
    #expect(unmeasured.isEmpty || run.output.contains("gave no answer this time: \(unmeasured)."))
  }

  @Test func `Ctrl-C while the page is made leaves no process`() throws {
    let copy = try Copy()
    try copy.solve()
    let programs = try checker(in: copy, "none", "true")
    let note = copy.root.appending(path: "programs/pid")
    try write(
      "export HOSTILE_CHAPTER=2.1; exec '\(product("HostileChecker"))' --mine > '\(note.path)'",
      to: copy.root.appending(path: "programs/chapter04"))
    let terminal = try copy.terminal("finish", environment: ["WORKBOOK_CHECKER": programs])
    var process: pid_t?
    for _ in 0..<1200 where process == nil {
      usleep(50_000)
      let text = (try? String(contentsOf: note, encoding: .utf8)) ?? ""
      process = text.firstMatch(of: /process (\d+)\n/).flatMap { pid_t($0.1) }
    }
    let child = try #require(process)
    terminal.press("\u{3}")
    #expect(terminal.waitForEnd(seconds: 20) == 130)
    for _ in 0..<200 where isRunning(child) { usleep(50_000) }
    #expect(!isRunning(child), "the chapter goes on")
  }
}
