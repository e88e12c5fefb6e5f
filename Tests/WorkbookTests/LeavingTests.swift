import Foundation
import Testing

/// Chapters on the learner's functions, which run in a process of their own: no way of ending one of
/// the two leaves the other behind.
@Suite(.serialized, .aside) struct LeavingTests {
  private func chapter(_ uses: String) throws -> Terminal {
    try Terminal(
      [product("HostileChecker"), "--mine"], folder: FileManager.default.temporaryDirectory,
      environment: ["HOSTILE_CHAPTER": uses])
  }

  /// The process that runs the chapter, once it does.
  private func child(of terminal: Terminal) throws -> pid_t {
    let screen = try terminal.wait(for: "process ")
    usleep(100_000)
    let rest = try terminal.wait(for: "\n")
    let number = (screen + rest).firstMatch(of: /process (\d+)/).flatMap { pid_t($0.1) }
    return try #require(number)
  }

  private func expectEnd(of process: pid_t) {
    for _ in 0..<200 where isRunning(process) { usleep(50_000) }
    #expect(!isRunning(process), "it goes on")
  }

  @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGKILL])
  func `a signal to a chapter ends it with its child`(signal: Int32) throws {
    let terminal = try chapter("2.1")
    let process = try child(of: terminal)
    #expect(process != terminal.pid)
    kill(terminal.pid, signal)
    #expect(terminal.waitForEnd(seconds: 20) == 128 + signal)
    expectEnd(of: process)
    #expect(!terminal.screen.contains("your code stopped"), "it was not the learner's code")
  }

  @Test func `Ctrl-C ends a chapter with its child`() throws {
    let terminal = try chapter("2.1")
    let process = try child(of: terminal)
    terminal.press("\u{3}")
    #expect(terminal.waitForEnd(seconds: 20) == 130)
    expectEnd(of: process)
  }

  @Test func `a chapter ends with its terminal`() throws {
    var terminal: Terminal? = try chapter("2.1")
    let process = try child(of: try #require(terminal))
    terminal?.hangUp()
    terminal = nil
    expectEnd(of: process)
  }

  @Test func `a trap in a chapter is told with its reason and the learner's line`() throws {
    let terminal = try chapter("1.1")
    #expect(terminal.waitForEnd() == 1)
    let place = "Index out of range, at exercises/Chapter01.swift:9"
    #expect(terminal.screen.contains("your code stopped the chapter: \(place)"))
    #expect(terminal.screen.contains("`swift run workbook check`"))
    #expect(!terminal.screen.contains("before the trap"), "a check's printing is not the chapter's")
  }

  @Test func `an endless loop in a chapter's exercise is told after the time of a check`() throws {
    let terminal = try chapter("1.2")
    #expect(terminal.waitForEnd() == 1)
    let screen = plain(terminal.screen)
    #expect(screen.contains("1.2 tanhBackward ✗ stopped\nno answer after 10 seconds"), "\(screen)")
    #expect(screen.contains("swift run workbook check 1.2"))
  }
}
