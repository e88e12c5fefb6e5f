import Course
import Foundation

/// Builds the checker and finds out where exercises stand.
struct Guide {
  let folder: Folder
  let limit: Int

  /// What came of looking.
  enum Survey {
    case results([Result])
    /// Nothing could be checked: the compiler's or the package manager's words.
    case failed(String)
    case abandoned
  }

  /// Builds, and checks some exercises.
  ///
  /// - Parameters:
  ///   - exercises: What is asked for.
  ///   - needed: An exercise without which the rest is not wanted.
  ///   - goOn: Asked again and again; false abandons everything.
  ///   - each: Called with each result as it comes.
  /// - Throws: `Trouble`, if a process cannot be started.
  /// - Returns: A result for each exercise, in their order.
  func survey(
    _ exercises: [any Exercise], needing needed: (any Exercise)? = nil,
    while goOn: () -> Bool = { true }, each: (Result) -> Void = { _ in }
  ) throws -> Survey {
    guard let lock = Lock.take(in: folder, while: goOn) else { return .abandoned }
    defer { withExtendedLifetime(lock) {} }
    let checker: String
    let broken: [String: String]
    switch try Builder(folder: folder).build(needing: needed, while: goOn) {
    case .built(let path, let messages): (checker, broken) = (path, messages)
    case .failed(let log): return .failed(log)
    case .interrupted: return .abandoned
    }
    var count = 0
    let compiled = exercises.filter { broken[$0.id] == nil }
    let checked = try Checks(checker: checker, limit: limit).run(compiled, while: goOn) { result in
      count += 1
      each(noticed(result))
      Screen.passing("checking \(count) of \(compiled.count)")
    }
    Screen.passing("")
    guard let checked else { return .abandoned }
    let known = Dictionary(checked.map { ($0.exercise.id, $0) }) { $1 }
    return .results(
      exercises.compactMap { exercise in
        broken[exercise.id].map { Result(exercise: exercise, finding: .uncompiled($0)) }
          ?? known[exercise.id].map(noticed)
      })
  }

  /// A result that says so where code is written, and the `Todo` still ends the function.
  private func noticed(_ result: Result) -> Result {
    let exercise = result.exercise
    guard case .verdict(.todo(let place)) = result.finding,
      let source = try? folder.text(folder.exercise(exercise)),
      let own = FunctionText(of: exercise, in: source),
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
  func results(_ exercises: [any Exercise]) throws -> [Result] {
    switch try survey(exercises) {
    case .results(let results): return results
    case .failed(let log): throw Trouble("the checker cannot be built:\n\(log)", status: 1)
    case .abandoned: return []
    }
  }

  /// The exercise to go on with: the first that was tried and is not right, else the first left.
  static func next(in results: [Result]) -> Result? {
    let open = results.filter { $0.state != .done }
    let required = open.filter { !$0.exercise.isChallenge }
    return open.first(where: \.state.isTried) ?? required.first ?? open.first
  }
}
