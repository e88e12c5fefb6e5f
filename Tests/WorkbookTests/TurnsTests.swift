import Foundation
import Testing

/// Several guides in one folder: they take turns, and a guide that was killed keeps nobody waiting.
@Suite(.serialized, .aside) struct TurnsTests {
  private let waiting = "Another guide checks in this folder (process "

  /// A guide that checks for as long as it is left.
  private func busy(_ copy: Copy, _ words: [String]) throws -> Terminal {
    let terminal = try Terminal(
      [product("workbook")] + words + ["--timeout", "100"], folder: copy.root,
      environment: copy.environment)
    for _ in 0..<600 where !copy.isRunning("1.2") { usleep(50_000) }
    #expect(copy.isRunning("1.2"), "the endless function runs")
    return terminal
  }

  @Test(arguments: [
    (["watch", "1.2"], ["check", "1.1"]), (["watch", "1.2"], ["watch", "1.1"]),
    (["check", "1.2"], ["check", "1.1"]), (["check", "1.2"], ["finish"]),
    (["check", "1.2"], ["report", "--json"]), (["check", "1.2"], ["solution", "1.1"]),
    (["check", "1.2"], ["hint"]), (["check", "1.2"], []),
  ])
  func `one guide waits for another, and says for which`(
    first: [String], second: [String]
  ) throws {
    let copy = try Copy(checker: "HostileChecker")
    let one = try busy(copy, first)
    let two = try Terminal(
      [product("workbook")] + second + ["--timeout", "1"], folder: copy.root,
      environment: copy.environment)
    try two.wait(for: "\(waiting)\(one.pid))")
    #expect(first[0] == "watch" || !copy.asked.contains { $0.id == "1.1" })
    // However the first one ends, its turn ends with it.
    kill(one.pid, SIGKILL)
    #expect(one.waitForEnd() == 128 + SIGKILL)
    two.forget()
    for (_, process) in copy.running { kill(process, SIGKILL) }
    if second.first == "watch" {
      try two.wait(for: "q quit")
      two.press("q")
    }
    #expect(two.waitForEnd(seconds: 100) != nil)
  }

  @Test func `a guide that waits is left with q and with Ctrl-C`() throws {
    let copy = try Copy(checker: "HostileChecker")
    let one = try busy(copy, ["check", "1.2"])
    for (keys, status) in [("q", Int32(0)), ("\u{3}", 130)] {
      let two = try copy.terminal("watch", "1.1")
      try two.wait(for: waiting)
      two.press(keys)
      #expect(two.waitForEnd() == status)
      #expect(two.isAsItWas)
    }
    one.press("\u{3}")
    #expect(one.waitForEnd() == 130)
  }

  @Test(arguments: ["16", "12"])
  func `with too few open files allowed, a sentence says so`(limit: String) throws {
    let copy = try Copy()
    let run = try launch(
      ["/bin/sh", "-c", "ulimit -n \(limit); exec \"$@\"", "sh", product("workbook"), "check"],
      folder: copy.root, environment: copy.environment)
    #expect(run.status == 71, "\(run)")
    #expect(run.errors.contains("too many open files; `ulimit -n 256`"), "\(run.errors)")
  }

  /// A shell's line after the guide's end, which a signal to its group would prevent.
  private let shellLives = ["/bin/sh", "-c", "\"$@\"; echo \"it ended with $?\"", "sh"]

  /// Of all kinds that were reported elsewhere: swift-subprocess 127 and 218, zero.sh 6,
  /// XcodeAutoBasher 23, FreeRDP 2371.
  @Test(arguments: [
    (file: "gone", why: "No such file or directory"), ("exercises", "Permission denied"),
    ("exercises/Chapter01.swift", "Permission denied"),
    ("exercises/Chapter01.swift/checker", "Not a directory"),
    ("empty", "Exec format error"), ("lost", "No such file or directory"),
    ("circle", "Too many levels of symbolic links"),
  ])
  func `what cannot be started is told in a sentence, and nothing is ended`(
    file: String, why: String
  ) throws {
    let copy = try Copy()
    try copy.solve()
    let files = FileManager.default
    for (name, text) in [("empty", ""), ("lost", "#!/no/such/interpreter\n")] {
      let path = copy.root.appending(path: name).path
      try #require(
        files.createFile(
          atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o755]))
    }
    let circle = copy.root.appending(path: "circle")
    try files.createSymbolicLink(at: circle, withDestinationURL: circle)
    let checker = copy.root.appending(path: file).path
    let run = try launch(
      shellLives + [product("workbook"), "check", "1.1"], folder: copy.root,
      environment: ["WORKBOOK_CHECKER": checker])
    #expect(run.output.contains("it ended with 71"), "\(run)")
    #expect(run.errors.contains("cannot start \(checker): \(why)"), "\(run)")
  }

  @Test(arguments: ["", "Package.swift"])
  func `without swift on the PATH the doctor says what to install`(entry: String) throws {
    let copy = try Copy()
    let path = copy.root.appending(path: entry).path
    let run = try launch(
      shellLives + [product("workbook"), "doctor"], folder: copy.root,
      environment: copy.environment.merging(["PATH": path]) { $1 })
    #expect(run.output.contains("`swift` is not on the PATH"), "\(run)")
    #expect(run.output.contains("it ended with 1"), "\(run)")
  }

  @Test func `a program that is still being written is waited for`() async throws {
    let copy = try Copy()
    try copy.solve()
    let checker = try #require(copy.environment["WORKBOOK_CHECKER"])
    let writing = open(checker, O_WRONLY | O_CLOEXEC)
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.4) { close(writing) }
    let run = try copy.run("check", "1.1")
    #expect(run.status == 0 && run.output.contains("✓ 1.1"), "\(run)")
  }
}
