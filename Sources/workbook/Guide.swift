import Foundation
import Guiding

/// Finds out where exercises stand: from what is known already, else by building and checking.
struct Guide {
  let folder: Folder
  let limit: Int

  /// What came of looking.
  enum Survey {
    case results([CheckResult])
    /// Nothing could be checked: the compiler's or the package manager's words.
    case failed(String)
    case abandoned
  }

  /// Finds out where some exercises stand.
  ///
  /// A chapter that is as it was shipped needs no checker, and one that has not changed since it was
  /// checked is known: only the others are built and run.
  ///
  /// - Parameters:
  ///   - exercises: What is asked for.
  ///   - isAnew: Whether what is known does not count.
  ///   - first: An exercise whose chapter comes before the others.
  ///   - isNeeded: Whether the rest of that chapter is not wanted where this exercise does not compile.
  ///   - goOn: Asked again and again; false abandons everything.
  ///   - each: Called with each result as it comes.
  /// - Throws: `Trouble`, if a process cannot be started.
  /// - Returns: A result for each exercise, in their order.
  func survey(
    _ exercises: [ExerciseFacts], anew isAnew: Bool = false, first: ExerciseFacts? = nil,
    isNeeded: Bool = false, while goOn: () -> Bool = { true },
    each: (CheckResult) -> Void = { _ in }
  ) throws -> Survey {
    guard let lock = Lock.take(in: folder, while: goOn) else { return .abandoned }
    defer { withExtendedLifetime(lock) {} }
    let (builder, course) = (Builder(folder: folder), CourseState(folder))
    var kept = KeptVerdicts(folder)
    var known = [String: CheckResult]()
    func find(_ results: [CheckResult]) {
      for result in results where known[result.exercise.id] == nil {
        known[result.exercise.id] = result
        each(result)
      }
    }
    let wanted = Dictionary(grouping: exercises) { $0.chapter }
    var open = [Int: [ExerciseFacts]]()
    for (chapter, exercises) in wanted.sorted(by: { $0.key < $1.key }) {
      if let shipped = asShipped(chapter) {
        find(exercises.compactMap { shipped[$0.id] })
        continue
      }
      if !isAnew {
        let origin = origin(chapter, course, builder)
        find(
          kept.results(chapter: chapter, from: origin).filter { exercises.contains($0.exercise) })
      }
      let rest = exercises.filter { known[$0.id] == nil }
      if !rest.isEmpty { open[chapter] = rest }
    }

    let inTurn = open.keys.sorted()
    let ahead = inTurn.filter { $0 == first?.chapter }
    for chapters in [ahead, inTurn.filter { !ahead.contains($0) }] {
      var checks = [(exercise: ExerciseFacts, checker: String)]()
      var origins = [Int: KeptVerdicts.Origin]()
      let texts = Dictionary(chapters.map { ($0, folder.fingerprint(ofChapter: $0)) }) { $1 }
      let outdated = chapters.filter { chapter in
        isAnew || !kept.isKnown(chapter: chapter, from: origin(chapter, course, builder))
      }
      let builds = try builder.build(outdated, needing: isNeeded ? first : nil, while: goOn)
      for chapter in chapters {
        var checker: String? = builder.checker(of: chapter)
        var broken = [String: String]()
        switch builds[chapter] {
        case .built(let path, let messages): (checker, broken) = (path, messages)
        case .stopped(let text):
          open[chapter] = nil
          find(first.map { [CheckResult(exercise: $0, finding: .uncompiled(text))] } ?? [])
        case .failed(let log): return .failed(log)
        case .interrupted: return .abandoned
        case nil: break
        }
        let origin = origin(chapter, course, builder)
        if origin.text == texts[chapter] { origins[chapter] = origin }
        let rest = open[chapter] ?? []
        let results = rest.compactMap { exercise in
          broken[exercise.id].map { CheckResult(exercise: exercise, finding: .uncompiled($0)) }
        }
        find(results)
        checks += rest.filter { broken[$0.id] == nil }.compactMap { exercise in
          checker.map { (exercise, $0) }
        }
      }
      var count = 0
      let checked = try Checks(limit: limit).run(checks, while: goOn) { result in
        count += 1
        find([noticed(result)])
        Screen.passing("checking \(count) of \(checks.count)")
      }
      Screen.passing("")
      for chapter in chapters {
        let results = (open[chapter] ?? []).compactMap { known[$0.id] }
        guard let origin = origins[chapter], !results.isEmpty,
          origin == self.origin(chapter, course, builder)
        else { continue }
        kept.note(results, chapter: chapter, from: origin)
      }
      if !chapters.isEmpty { kept.write() }
      guard checked != nil else { return .abandoned }
    }
    return .results(exercises.compactMap { known[$0.id] })
  }

  private func origin(
    _ chapter: Int, _ course: CourseState, _ builder: Builder
  ) -> KeptVerdicts.Origin {
    var checker = Fingerprint()
    checker.add(file: builder.checker(of: chapter))
    return KeptVerdicts.Origin(
      text: folder.fingerprint(ofChapter: chapter), course: course.fingerprint(for: chapter),
      checker: checker)
  }

  /// The results of a chapter whose file is as it was shipped; nil if it is not.
  private func asShipped(_ chapter: Int) -> [String: CheckResult]? {
    let exercises = folder.outline.chapter(chapter)
    // A checker that is given answers for all of them.
    guard Builder.given == nil, let one = exercises.first,
      let source = try? folder.text(folder.exercise(one)).withLineFeeds,
      let solution = try? folder.text(folder.solution(one)),
      let stub = try? Stubs.stub(solution), source == stub
    else { return nil }
    let lines = source.sourceLines
    let results = exercises.map { exercise in
      let line = lines.firstIndex { $0.contains("throw Todo(\"\(exercise.id)\")") } ?? 0
      return CheckResult(
        exercise: exercise, finding: .verdict(.todo("exercises/\(exercise.file):\(line + 1)")))
    }
    return Dictionary(results.map { ($0.exercise.id, $0) }) { $1 }
  }

  /// A result that says so where code is written, and the `Todo` still ends the function.
  private func noticed(_ result: CheckResult) -> CheckResult {
    let exercise = result.exercise
    let neighbours = folder.neighbours(of: exercise)
    guard case .verdict(.todo(let place)) = result.finding,
      let source = try? folder.text(folder.exercise(exercise)),
      let own = FunctionText(of: exercise, among: neighbours, in: source),
      let solution = try? folder.text(folder.solution(exercise)),
      let stub = try? Stubs.function(of: exercise, fromSolution: solution)
    else { return result }
    let shipped = Set(code(in: stub))
    let lines = code(in: own.text)
    guard let last = lines.lastIndex(where: { !shipped.contains($0) }) else { return result }
    let todo = lines.firstIndex { $0.contains("throw Todo") } ?? lines.endIndex
    let sentence =
      last > todo
      ? "below it stands code of yours that is never reached: delete the line `throw Todo(…)`"
      : "your code comes to `throw Todo(…)`: return your result in its place"
    var result = result
    result.finding = .leftTodo("\(place)\n→ \(sentence)")
    return result
  }

  /// A function's lines without comments and indentation.
  private func code(in text: String) -> [String] {
    text.replacing(/\/\*(?s:.*?)\*\//, with: "").split(whereSeparator: \.isNewline)
      .map { $0.replacing(/\/\/.*/, with: "").trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }

  /// The results, or the trouble that stood in their way.
  func results(_ exercises: [ExerciseFacts], anew: Bool = false) throws -> [CheckResult] {
    switch try survey(exercises, anew: anew) {
    case .results(let results): return results
    case .failed(let log): throw Trouble("the checker cannot be built:\n\(log)", status: 1)
    case .abandoned: return []
    }
  }

  /// The exercise to go on with: the first that was tried and is not right, else the first left.
  static func next(in results: [CheckResult]) -> CheckResult? {
    let open = results.filter { $0.state != .done }
    let required = open.filter { !$0.exercise.isChallenge }
    return open.first(where: \.state.isTried) ?? required.first ?? open.first
  }
}

// MARK: What else a checker knows

extension Guide {
  /// Asks a chapter's checker for something other than a verdict; the answer is JSON.
  ///
  /// - Parameters:
  ///   - chapter: Whose checker is asked; it is built if need be.
  ///   - purpose: Why, in case that takes a while.
  ///   - questions: The command lines of the checker, one a process.
  ///   - seconds: How long an answer may take.
  ///   - each: Called with each answer; nil where a process stopped or took too long.
  /// - Throws: `Trouble`, if it cannot be built or started.
  func ask<Answer: Decodable>(
    chapter: Int, for purpose: String, _ questions: [[String]], seconds: Int,
    each: (Answer?) -> Void
  ) throws {
    let lock = Lock.take(in: folder) { true }
    defer { withExtendedLifetime(lock) {} }
    let checker = try checker(ofChapter: chapter, for: purpose)
    for question in questions {
      let child = try Child(checker, question, environment: ProcessInfo.processInfo.environment)
      let start = ContinuousClock.now
      while child.end == nil {
        Event.wait(for: [child])
        if ContinuousClock.now - start > .seconds(seconds) { child.stop() }
      }
      let data = Data(child.data(.channel))
      each(child.end == .status(0) ? try? JSONDecoder().decode(Answer.self, from: data) : nil)
    }
  }

  /// A chapter's checker: the one that is there, if nothing has changed since, else a new one; and
  /// if nothing of the chapter compiles, one of what was shipped.
  private func checker(ofChapter chapter: Int, for purpose: String) throws -> String {
    let builder = Builder(folder: folder)
    let path = builder.checker(of: chapter)
    let origin = origin(chapter, CourseState(folder), builder)
    if Builder.given != nil || KeptVerdicts(folder).isKnown(chapter: chapter, from: origin),
      FileManager.default.isExecutableFile(atPath: path)
    {
      return path
    }
    let isFirst = !FileManager.default.isExecutableFile(atPath: path)
    Screen.say(
      "The checker of chapter \(chapter) \(purpose): building it"
        + (isFirst ? ", which may take a minute or two the first time." : "."), style: .faint)
    switch try builder.build([chapter], while: { true })[chapter] {
    case .built(let checker?, _): return checker
    case .failed(let log): throw Trouble("the checker cannot be built:\n\(log)", status: 1)
    default: return try builder.buildAsShipped(chapter: chapter)
    }
  }
}
