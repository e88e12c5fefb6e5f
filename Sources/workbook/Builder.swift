import Course
import Foundation

/// Builds the checker, and says what the compiler has against it.
///
/// Where a function does not compile, the others still get their verdicts: the checker is built a
/// second time from a copy of exercises/ in `.workbook/`, in which that function is a `Todo` again,
/// or its whole file if the error lies outside a function. The copy takes the place of exercises/
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
    let messages = CompilerMessage.all(in: first.log)
    guard !messages.isEmpty else { return .failed(lastLines(of: first.log)) }
    var broken = [String: String]()
    for whole in [false, true] {
      for message in messages { try leaveOut(message, wholeFile: whole, &broken) }
      if let needed, let text = broken[needed.id] { return .failed(text) }
      guard !broken.isEmpty else { break }
      guard let next = try attempt(goOn, exercises: copy) else { return .interrupted }
      if next.succeeded { return .built(checker: checker, broken: broken) }
      for message in CompilerMessage.all(in: next.log) {
        try leaveOut(message, wholeFile: true, &broken)
      }
    }
    return .failed(messages.prefix(3).map(\.text).joined(separator: "\n\n"))
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

  /// Takes out of the copy what the compiler complains about.
  private func leaveOut(
    _ message: CompilerMessage, wholeFile: Bool, _ broken: inout [String: String]
  ) throws {
    let all = Catalogue.all.filter { $0.file == message.file }
    guard !all.isEmpty else { return }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.exercises.path)
    for name in names where name.hasSuffix(".swift") {
      let file = copy.appending(path: name)
      if FileManager.default.fileExists(atPath: file.path) { continue }
      let original = folder.exercises.appending(path: name)
      try folder.write(try folder.text(original), to: file)
    }
    let file = copy.appending(path: message.file)
    let source = try folder.text(folder.exercises.appending(path: message.file))
    let line = message.line - 1
    let functions = all.map { ($0, FunctionText(of: $0, in: source)) }
    // Braces that do not match in one function bring errors to lines all over the file.
    let unclosed = functions.first { $0.1?.isClosed == false }?.0
    let inside = unclosed ?? functions.first { $0.1?.lines.contains(line) ?? false }?.0
    if let inside, !wholeFile {
      if unclosed != nil {
        guard broken[inside.id] == nil else { return }
        broken[inside.id] = "its braces do not match; the compiler says\n" + message.text
      } else {
        broken[inside.id] = [broken[inside.id], message.text].compactMap(\.self)
          .joined(separator: "\n\n")
      }
      try folder.write(withoutBody(of: inside, in: folder.text(file)), to: file)
    } else {
      for exercise in all where broken[exercise.id] == nil { broken[exercise.id] = message.text }
      let solution = folder.root.appending(path: "solutions/\(message.file)")
      try folder.write(try Stubs.stub(folder.text(solution)), to: file)
    }
  }

  /// A file with one function as it was shipped, and every other on the line where it was.
  private func withoutBody(of exercise: any Exercise, in source: String) throws -> String {
    guard let function = FunctionText(of: exercise, in: source) else { return source }
    let stub = try Stubs.function(
      of: exercise, fromSolution: folder.text(folder.solution(exercise)))
    let missing = function.lines.count - stub.split(separator: "\n").count
    let padding = String(repeating: "\n", count: max(0, missing))
    return function.replaced(by: stub + padding, in: source)
  }

  /// What the package manager said last, where it was not about a file of the learner.
  private func lastLines(of log: String) -> String {
    let lines = log.split(separator: "\n").filter { !$0.hasPrefix("[") }
    let errors = lines.filter { $0.contains("error:") }
    return (errors.isEmpty ? lines.suffix(12) : errors.prefix(6)).joined(separator: "\n")
  }
}
