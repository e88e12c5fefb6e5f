import Course
import Foundation
import Testing

/// The package's folder.
let package = URL(filePath: #filePath).appending(path: "../../..").standardized

/// How many exercises there are.
let exerciseCount = Catalogue.all.count
/// How many of them are right in `HostileChecker`: all but chapters 1 and 2, and of these 2.1.
let wellBehaved = Catalogue.all.count { $0.chapter > 2 } + 1

/// Where `swift build` puts executables: beside the tests.
let products: URL? = {
  let bundles = [Bundle.main] + Bundle.allBundles
  return bundles.flatMap { [$0.bundleURL, $0.bundleURL.deletingLastPathComponent()] }
    .first { FileManager.default.fileExists(atPath: $0.appending(path: "workbook").path) }
}()

/// The path of a built executable.
func product(_ name: String) throws -> String {
  try #require(products, "the executables are not beside the tests; run swift build")
    .appending(path: name).path
}

/// A workbook's folder of its own, as shipped, under a path that tools get wrong.
///
/// What it checks with is no build of its exercises, but a program that is given.
final class Copy {
  let root: URL
  private let checker: String
  private let outer: URL

  /// Copies the package's texts, to be checked with a program.
  ///
  /// Without its name, an exercise is found not started while its `Todo` is there, misbehaving
  /// while a file contains "mistake", else solved.
  init(checker name: String? = nil) throws {
    let files = FileManager.default
    outer = files.temporaryDirectory.appending(path: UUID().uuidString)
    root = outer.appending(path: "Übung mit Leerzeichen")
    try files.createDirectory(at: root, withIntermediateDirectories: true)
    for name in ["Package.swift", ".gitignore"] {
      try files.copyItem(at: package.appending(path: name), to: root.appending(path: name))
    }
    try files.copyItem(
      at: package.appending(path: "solutions"), to: root.appending(path: "solutions"))
    for lesson in try files.contentsOfDirectory(atPath: package.path + "/chapters") {
      let file = package.appending(path: "chapters/\(lesson)/README.md")
      guard files.fileExists(atPath: file.path) else { continue }
      let folder = root.appending(path: "chapters/\(lesson)")
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      try files.copyItem(at: file, to: folder.appending(path: "README.md"))
    }
    let exercises = root.appending(path: "exercises")
    try files.createDirectory(at: exercises, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: package.path + "/solutions") {
      let source = try String(
        contentsOf: package.appending(path: "solutions/\(name)"), encoding: .utf8)
      let stub = Data(try Stubs.stub(source).utf8)
      try stub.write(to: exercises.appending(path: name))
    }
    checker = outer.appending(path: "checker").path
    let decision =
      if let name {
        "exec '\(try product(name))' \"$@\""
      } else {
        """
        if grep -q "Todo(\\"$1\\")" '\(exercises.path)'/*.swift; then
          printf '\\n\\036%.32s verdict {"todo":{"_0":"exercises/"}}\\n' "$WORKBOOK_WORD" >&3
        elif grep -q mistake '\(exercises.path)'/*.swift; then
          exec '\(try product("HostileChecker"))' "$@"
        else
          exec '\(try product("SolvedChecker"))' "$@"
        fi
        """
      }
    let script = "#!/bin/sh\necho \"$1 $$\" >> '\(outer.path)/asked'\n\(decision)\n"
    try Data(script.utf8).write(to: URL(filePath: checker))
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: checker)
    let chapter04 = outer.appending(path: "chapter04").path
    // The chapter on the solutions, in the place of the chapter on the learner's functions.
    let program = "'\(try product("chapter04"))' --quick --solutions --threads 1"
    let stand = "#!/bin/sh\nexec \(program) \"$2\" \"$3\"\n"
    try Data(stand.utf8).write(to: URL(filePath: chapter04))
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: chapter04)
  }

  deinit { try? FileManager.default.removeItem(at: outer) }

  var environment: [String: String] { ["WORKBOOK_CHECKER": checker] }

  /// What the program was asked to check, and the processes that did it, in order.
  var asked: [(id: String, process: pid_t)] {
    let text = try? String(contentsOf: outer.appending(path: "asked"), encoding: .utf8)
    return (text ?? "").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      return parts.count == 2 ? (String(parts[0]), pid_t(parts[1]) ?? 0) : nil
    }
  }

  /// The checks that are still there, and not a stranger that has got the number of one since.
  var running: [(id: String, process: pid_t)] {
    asked.filter { check in
      guard WorkbookTests.isRunning(check.process) else { return false }
      let settings = URL(filePath: "/proc/\(check.process)/environ")
      guard let settings = try? Data(contentsOf: settings) else { return true }
      return settings.range(of: Data(outer.lastPathComponent.utf8)) != nil
    }
  }

  func isRunning(_ id: String) -> Bool { running.contains { $0.id == id } }

  func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Replaces a text in a file, as a learner's editor would.
  func edit(_ path: String, _ old: String, _ new: String) throws {
    let text = try text(path)
    try #require(text.contains(old), "\(path) has no \(old)")
    try Data(text.replacing(old, with: new).utf8).write(
      to: root.appending(path: path), options: .atomic)
  }

  /// Puts all solutions into exercises/.
  func solve() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: root.path + "/solutions") {
      try Data(text("solutions/\(name)").utf8).write(
        to: root.appending(path: "exercises/\(name)"))
    }
  }

  /// Runs the guide here, in a pseudo-terminal.
  func terminal(
    _ words: String..., columns: UInt16 = 80, environment more: [String: String] = [:],
    folder: String = ""
  ) throws -> Terminal {
    try Terminal(
      [product("workbook")] + words, columns: columns, folder: root.appending(path: folder),
      environment: environment.merging(more) { $1 })
  }

  /// Runs the guide here, without a terminal, until it ends.
  func run(
    _ words: String..., folder: String = "", environment more: [String: String] = [:]
  ) throws -> Run {
    try launch(
      [product("workbook")] + words, folder: root.appending(path: folder),
      environment: environment.merging(more) { $1 })
  }
}

/// Whether a process is there, and has not ended: one that nobody has waited for yet has.
func isRunning(_ process: pid_t) -> Bool {
  guard kill(process, 0) == 0 else { return false }
  let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
  return state?.split(separator: ")").last?.hasPrefix(" Z") != true
}

/// What a run left behind.
struct Run {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs a program without a terminal; after two minutes it is ended.
func launch(
  _ words: [String], folder: URL, environment: [String: String] = [:]
) throws -> Run {
  let streams = ["output", "errors"].map { _ in
    FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  }
  for stream in streams { try Data().write(to: stream) }
  defer { for stream in streams { try? FileManager.default.removeItem(at: stream) } }
  let process = Process()
  process.executableURL = URL(filePath: words[0])
  process.arguments = Array(words.dropFirst())
  process.currentDirectoryURL = folder
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardInput = FileHandle.nullDevice
  process.standardOutput = try FileHandle(forWritingTo: streams[0])
  process.standardError = try FileHandle(forWritingTo: streams[1])
  try process.run()
  let watchdog = DispatchWorkItem { process.terminate() }
  DispatchQueue.global().asyncAfter(deadline: .now() + 120, execute: watchdog)
  process.waitUntilExit()
  watchdog.cancel()
  let texts = try streams.map { try String(contentsOf: $0, encoding: .utf8) }
  let signal = process.terminationReason == .uncaughtSignal
  return Run(
    status: signal ? 128 + process.terminationStatus : process.terminationStatus,
    output: texts[0], errors: texts[1])
}
