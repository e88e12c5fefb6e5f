import Course
import Foundation

/// How far down each ladder of hints somebody has come; forgetting it costs nothing.
struct Hints {
  let folder: Folder

  private var file: URL { folder.notes.appending(path: "hints.json") }

  private var rungs: [String: Int] {
    (try? JSONDecoder().decode([String: Int].self, from: Data(contentsOf: file))) ?? [:]
  }

  /// The hints given so far, and one more.
  func next(for exercise: any Exercise) -> Int {
    let count = min((rungs[exercise.id] ?? 0) + 1, exercise.hints.count)
    var all = rungs
    all[exercise.id] = count
    if let data = try? JSONEncoder().encode(all) {
      // Where nothing can be written, the first hint comes again; that is no reason to stop.
      try? folder.write(String(decoding: data, as: UTF8.self) + "\n", to: file)
    }
    return count
  }

  /// Forgets an exercise: its ladder begins at the nudge again.
  func forget(_ exercise: any Exercise) {
    var all = rungs
    guard all.removeValue(forKey: exercise.id) != nil,
      let data = try? JSONEncoder().encode(all)
    else { return }
    try? folder.write(String(decoding: data, as: UTF8.self) + "\n", to: file)
  }

  /// Prints the first hints of the ladder.
  static func show(_ exercise: any Exercise, first count: Int) {
    for (number, hint) in exercise.hints.prefix(count).enumerated() {
      let lines = wrap(hint, width: Screen.width, indent: 3)
      let first = "\(number + 1). " + (lines.first ?? "").trimmingCharacters(in: .whitespaces)
      Screen.print(([first] + lines.dropFirst()).joined(separator: "\n"))
    }
  }
}
