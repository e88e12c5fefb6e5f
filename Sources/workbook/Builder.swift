import Guiding
import Foundation

/// Builds a chapter's checker, and says what the compiler has against it.
///
/// Each chapter is a module of its own, so one that does not compile leaves the others alone. In it,
/// the functions that do compile still get their verdicts: the checker is built a second time from a
/// copy of its file in `.workbook/`, in which what does not is a `Todo` again (`Repair`). The copy takes the
/// place of exercises/ through `WORKBOOK_EXERCISES` in Package.swift, in the same build folder.
struct Builder {
  let folder: Folder

  /// What came of a build.
  enum Outcome {
    /// The checker, and the exercises that are not in it, each with what the compiler says. No
    /// checker where none of the chapter is left.
    case built(checker: String?, broken: [String: String])
    /// The exercise that was needed does not compile: what the compiler says of it.
    case stopped(String)
    /// Nothing can be checked: what the compiler, or the package manager, says.
    case failed(String)
    case interrupted
  }

  /// The environment variable that names a checker to use instead of built ones; for tests.
  static let override = "WORKBOOK_CHECKER"
  static var given: String? { ProcessInfo.processInfo.environment[override] }

  /// Where a chapter's checker is, or will be once it is built.
  func checker(of chapter: Int) -> String {
    Self.given ?? scratch.path + "/debug/" + product(chapter)
  }

  private func product(_ chapter: Int) -> String { "checker" + twoDigits(chapter) }

  /// Builds the checkers of some chapters, in one build as far as they compile.
  ///
  /// - Parameters:
  ///   - chapters: Their numbers.
  ///   - needed: An exercise that must be in its checker: where it does not compile, the build of its
  ///     chapter stops at the compiler's message.
  ///   - goOn: Asked again and again while it builds; false abandons the build.
  /// - Throws: `Trouble`, if `swift` cannot be started or a copy cannot be written.
  /// - Returns: What came of each.
  func build(
    _ chapters: [Int], needing needed: ExerciseFacts? = nil, while goOn: () -> Bool
  ) throws -> [Int: Outcome] {
    var outcomes = [Int: Outcome]()
    var logs = [Int: String]()
    if Self.given != nil {
      for chapter in chapters {
        outcomes[chapter] = .built(checker: checker(of: chapter), broken: [:])
      }
      return outcomes
    }
    // The build stops at the first chapter that does not compile: it goes on without that one.
    var whole = chapters.filter { !Repair(folder, chapter: $0).isEmpty }
    while whole.count > 1 {
      guard let all = try run(["--target", "Checkers"], checkers: whole, goOn) else {
        return Dictionary(chapters.map { ($0, .interrupted) }) { $1 }
      }
      let files = Set(CompilerMessage.all(in: all.log).map(\.file))
      let broken = all.succeeded ? [] : whole.filter { files.contains(chapterFile($0)) }
      for chapter in broken { logs[chapter] = all.log }
      if all.succeeded {
        for chapter in whole {
          outcomes[chapter] = .built(checker: checker(of: chapter), broken: [:])
        }
      }
      whole = all.succeeded || broken.isEmpty ? [] : whole.filter { !broken.contains($0) }
    }
    for chapter in chapters where outcomes[chapter] == nil {
      outcomes[chapter] = try build(
        chapter, needing: needed?.chapter == chapter ? needed : nil, after: logs[chapter], goOn)
      if case .interrupted = outcomes[chapter] { return outcomes }
    }
    return outcomes
  }

  /// Builds the checker of a chapter, which may have failed to build already.
  private func build(
    _ chapter: Int, needing needed: ExerciseFacts?, after known: String?, _ goOn: () -> Bool
  ) throws -> Outcome {
    let checker = checker(of: chapter)
    try? FileManager.default.removeItem(at: copy)
    var repair = Repair(folder, chapter: chapter)
    if repair.isEmpty { return .built(checker: nil, broken: repair.broken) }
    let first =
      try known.map { (succeeded: false, log: $0) } ?? build(product: product(chapter), goOn)
    guard let first else { return .interrupted }
    if first.succeeded { return .built(checker: checker, broken: [:]) }
    var log = first.log
    // An error may hide others: braces hide types, and those hide what is missing.
    for _ in 0..<5 {
      let isNew = try repair.take(log)
      if let needed, let text = repair.broken[needed.id] { return .stopped(text) }
      if repair.isEmpty { return .built(checker: nil, broken: repair.broken) }
      guard isNew else { break }
      try repair.write(to: copy)
      guard let next = try build(product: product(chapter), exercises: copy, goOn) else {
        return .interrupted
      }
      if next.succeeded { return .built(checker: checker, broken: repair.broken) }
      log = next.log
    }
    let messages = CompilerMessage.all(in: log)
    return .failed(
      messages.isEmpty
        ? lastLines(of: log) : messages.prefix(3).map(\.text).joined(separator: "\n\n"))
  }

  /// Builds the checker of a chapter as it was shipped, whatever the learner's file holds.
  func buildAsShipped(chapter: Int) throws -> String {
    let solution = folder.root.appending(path: "solutions/" + chapterFile(chapter))
    try folder.write(
      Stubs.stub(folder.text(solution)), to: copy.appending(path: chapterFile(chapter)))
    guard let build = try build(product: product(chapter), exercises: copy, { true }),
      build.succeeded
    else { throw Trouble("the checker of chapter \(chapter) cannot be built", status: 1) }
    return checker(of: chapter)
  }

  /// Builds chapter 4, whose network can run on the learner's functions.
  func chapter04() throws -> String {
    if let checker = Self.given {
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

  private func build(
    product: String, exercises: URL? = nil, _ goOn: () -> Bool
  ) throws -> (succeeded: Bool, log: String)? {
    try run(["--product", product], exercises: exercises, goOn)
  }

  /// Runs `swift build`; nil if it was abandoned.
  private func run(
    _ what: [String], exercises: URL? = nil, checkers: [Int] = [], _ goOn: () -> Bool
  ) throws -> (succeeded: Bool, log: String)? {
    var environment = ProcessInfo.processInfo.environment
    // In a terminal the compiler would colour its messages, also where they are read by a program.
    environment["TERM"] = "dumb"
    environment["WORKBOOK_EXERCISES"] = exercises.map { _ in ".workbook/exercises" }
    environment["WORKBOOK_CHAPTERS"] =
      checkers.isEmpty ? nil : checkers.map(twoDigits).joined(separator: ",")
    let child = try Child(
      "swift",
      ["build", "--package-path", folder.root.path, "--scratch-path", scratch.path] + what,
      environment: environment)
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
        Screen.passing("building \(what[1])\(steps), \(seconds) s")
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
    let words = (errors.isEmpty ? lines.suffix(12) : errors.prefix(6)).joined(separator: "\n")
    // Parts of different builds fit together badly: the linker, or a module file, says so.
    let isStale = log.contains(
      /undefined reference|Undefined symbols|module file .* was built|malformed|missing required module/
    )
    return words + (isStale ? "\n→ delete the folder .build, and build again" : "")
  }
}
