import Course
import Foundation

/// Builds the checker, and says what the compiler has against it.
///
/// Where a function does not compile, the others still get their verdicts: the checker is built a
/// second time from a copy of exercises/ in `.workbook/`, in which that function is a `Todo` again,
/// or its whole file if the error lies outside a function (`Repair`). The copy takes the place of exercises/
/// through `WORKBOOK_EXERCISES` in Package.swift, in the same build folder, so only the module
/// Exercises is compiled anew: about two seconds, each time that `check` or the map is asked for
/// while something does not compile. A module for each chapter would save them, at the price of
/// eight modules to link in each build of a learner whose files all compile.
struct Builder {
  let folder: Folder

  /// What came of a build.
  enum Outcome {
    /// The checker, and the exercises that are not in it, each with what the compiler says.
    case built(checker: String, broken: [String: String])
    /// Nothing can be checked: what the compiler, or the package manager, says.
    case failed(String)
    case interrupted
  }

  /// The environment variable that names a checker to use instead of a built one; for tests.
  static let override = "WORKBOOK_CHECKER"

  /// Builds the checker.
  ///
  /// - Parameters:
  ///   - needed: An exercise that must be in the checker: where it does not compile, the build
  ///     stops at the compiler's message.
  ///   - goOn: Asked again and again while it builds; false abandons the build.
  /// - Throws: `Trouble`, if `swift` cannot be started or the copy cannot be written.
  /// - Returns: What came of it.
  func build(needing needed: (any Exercise)? = nil, while goOn: () -> Bool) throws -> Outcome {
    let environment = ProcessInfo.processInfo.environment
    if let checker = environment[Self.override] { return .built(checker: checker, broken: [:]) }
    try? FileManager.default.removeItem(at: copy)
    guard let first = try attempt(goOn) else { return .interrupted }
    if first.succeeded { return .built(checker: checker, broken: [:]) }
    var repair = Repair(folder)
    try repair.inspect()
    if let trouble = repair.trouble { return .failed(trouble) }
    var log = first.log
    // An error may hide others: braces hide types, and those hide what is missing.
    for _ in 0..<5 {
      let isNew = try repair.take(log)
      if let needed, let text = repair.broken[needed.id] { return .failed(text) }
      guard isNew || log == first.log && !repair.broken.isEmpty else { break }
      try repair.write(to: copy)
      guard let next = try attempt(goOn, exercises: copy) else { return .interrupted }
      if next.succeeded { return .built(checker: checker, broken: repair.broken) }
      log = next.log
    }
    let messages = CompilerMessage.all(in: log)
    let words =
      messages.isEmpty
      ? lastLines(of: log) : messages.prefix(3).map(\.text).joined(separator: "\n\n")
    return .failed((repair.troubles + [words]).joined(separator: "\n\n"))
  }

  /// Builds chapter 4, whose network can run on the learner's functions.
  func chapter04() throws -> String {
    if let checker = ProcessInfo.processInfo.environment[Self.override] {
      return URL(filePath: checker).deletingLastPathComponent().path + "/chapter04"
    }
    guard let build = try build(product: "chapter04", { true }), build.succeeded else {
      throw Trouble("chapter04 cannot be built; `swift build --product chapter04` says why")
    }
    return scratch.path + "/debug/chapter04"
  }

  private var copy: URL { folder.notes.appending(path: "exercises") }

  /// Where `swift build` keeps what it builds: where this program lies, if it lies there.
  private var scratch: URL {
    let parts = (Bundle.main.executableURL ?? folder.root).resolvingSymlinksInPath()
    let scratch = parts.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let isScratch = FileManager.default.fileExists(atPath: scratch.path + "/workspace-state.json")
    return isScratch ? scratch : folder.root.appending(path: ".build")
  }

  private var checker: String { scratch.path + "/debug/checker" }

  /// Runs `swift build`; nil if it was abandoned.
  private func attempt(
    _ goOn: () -> Bool, exercises: URL? = nil
  ) throws -> (succeeded: Bool, log: String)? {
    try build(product: "checker", exercises: exercises, goOn)
  }

  func build(
    product: String, exercises: URL? = nil, _ goOn: () -> Bool
  ) throws -> (succeeded: Bool, log: String)? {
    var environment = ProcessInfo.processInfo.environment
    // In a terminal the compiler would colour its messages, also where they are read by a program.
    environment["TERM"] = "dumb"
    environment["WORKBOOK_EXERCISES"] = exercises.map { _ in ".workbook/exercises" }
    let child = try Child(
      "swift",
      [
        "build", "--package-path", folder.root.path, "--scratch-path", scratch.path,
        "--product", product,
      ], environment: environment)
    let start = ContinuousClock.now
    var told = 0
    var isWaiting = false
    while child.end == nil {
      guard goOn() else {
        child.stop(SIGINT)
        return nil
      }
      Event.wait(for: [child])
      let seconds = Int((ContinuousClock.now - start) / .seconds(1))
      if seconds > told {
        told = seconds
        if !isWaiting && child.text(.errors).contains("Another instance of SwiftPM") {
          isWaiting = true
          Screen.say("Another swift command uses the build folder; waiting until it has ended.")
        }
        let steps = child.text(.output).matches(of: /\[\d+\/\d+\]/).last.map { " \($0.0)" } ?? ""
        Screen.passing("building\(steps), \(seconds) s")
      }
    }
    Screen.passing("")
    let log = child.text(.output) + "\n" + child.text(.errors)
    return (child.end == .status(0), log.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: ""))
  }

  /// What the package manager said last, where it was not about a file of the learner.
  private func lastLines(of log: String) -> String {
    let lines = log.split(separator: "\n").filter { !$0.hasPrefix("[") }
    let errors = lines.filter { $0.contains("error:") && !$0.contains("Invalid manifest") }
    return (errors.isEmpty ? lines.suffix(12) : errors.prefix(6)).joined(separator: "\n")
  }
}
