import Foundation
import Guiding

/// The ladders of hints, as checkers tell them, and how far down each somebody has come; forgetting
/// either costs nothing but time.
struct Hints {
  let folder: Folder

  private struct Ladders: Codable {
    let course: Fingerprint
    let hints: [String: [String]]
  }

  private var file: URL { folder.notes.appending(path: "hints.json") }
  private func ladders(_ chapter: Int) -> URL {
    folder.notes.appending(path: "hints-\(twoDigits(chapter)).json")
  }

  private var rungs: [String: Int] { read([String: Int].self, from: file) ?? [:] }

  private func read<Content: Decodable>(_ type: Content.Type, from file: URL) -> Content? {
    var facts = stat()
    guard stat(file.path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG, facts.st_size < 1 << 20
    else { return nil }
    return try? JSONDecoder().decode(type, from: Data(contentsOf: file))
  }

  private func write(_ content: some Encodable, to file: URL) {
    guard let data = try? JSONEncoder().encode(content) else { return }
    // Where nothing can be written, the first hint comes again; that is no reason to stop.
    try? folder.write(String(decoding: data, as: UTF8.self) + "\n", to: file)
  }

  /// All hints of an exercise, from a nudge to almost the code.
  ///
  /// - Throws: `Trouble`, if the chapter's checker, which knows them, cannot be built.
  func all(for exercise: ExerciseFacts, from guide: Guide) throws -> [String] {
    let chapter = exercise.chapter
    let course = CourseState(folder).fingerprint(for: chapter)
    if let kept = read(Ladders.self, from: ladders(chapter)), kept.course == course,
      let hints = kept.hints[exercise.id]
    {
      return hints
    }
    let exercises = folder.outline.chapter(chapter)
    var found = [[String]?]()
    try guide.ask(
      chapter: chapter, for: "knows its hints", exercises.map { ["--hints", $0.id] }, seconds: 10
    ) { found.append($0) }
    let hints = Dictionary(zip(exercises.map(\.id), found)) { $1 }.compactMapValues(\.self)
    guard let own = hints[exercise.id] else {
      throw Trouble("the checker of chapter \(chapter) has not told its hints", status: 70)
    }
    if hints.count == exercises.count {
      write(Ladders(course: course, hints: hints), to: ladders(chapter))
    }
    return own
  }

  /// How many hints have been given so far, and one more.
  func next(for exercise: ExerciseFacts, of count: Int) -> Int {
    var all = rungs
    let next = min(max(0, all[exercise.id] ?? 0), count - 1) + 1
    all[exercise.id] = next
    write(all, to: file)
    return next
  }

  /// Forgets an exercise: its ladder begins at the nudge again.
  func forget(_ exercise: ExerciseFacts) {
    var all = rungs
    guard all.removeValue(forKey: exercise.id) != nil else { return }
    write(all, to: file)
  }

  /// Prints the first hints of a ladder.
  static func show(_ hints: some Sequence<String>) {
    for (number, hint) in hints.enumerated() {
      let lines = wrap(hint, width: Screen.width, indent: 3)
      let first = "\(number + 1). " + (lines.first ?? "").trimmingCharacters(in: .whitespaces)
      Screen.print(([first] + lines.dropFirst()).joined(separator: "\n"))
    }
  }
}
