import Guiding

/// What came of checking one exercise now.
struct CheckResult: Codable {
  let exercise: ExerciseFacts
  var finding: Finding
  /// What the learner's function printed.
  var printed = ""
  /// How long the check took, with its process.
  var seconds = 0.0

  var state: State { finding.state }
}

/// A verdict, or why there is none.
enum Finding: Codable, Equatable {
  case verdict(Verdict)
  /// The compiler's message.
  case uncompiled(String)
  /// Code that comes to the `Todo` it began with: where that is.
  case leftTodo(String)

  /// What is to be said about it, beside its state.
  var text: String {
    switch self {
    case .verdict(.passed): ""
    case .verdict(.todo(let text)), .verdict(.wrong(let text)), .verdict(.stopped(let text)),
      .verdict(.timedOut(let text)), .uncompiled(let text), .leftTodo(let text):
      text
    }
  }

  var state: State {
    switch self {
    case .leftTodo: .leftTodo
    case .verdict(.passed): .done
    case .verdict(.todo): .notStarted
    case .verdict(.wrong): .wrong
    case .verdict(.stopped): .crashed
    case .verdict(.timedOut): .timedOut
    case .uncompiled: .uncompiled
    }
  }
}

/// Where an exercise stands.
enum State: String, CaseIterable {
  case done = "done"
  case wrong = "wrong"
  case notStarted = "not started"
  case leftTodo = "still throws Todo"
  case crashed = "crashed"
  case timedOut = "timed out"
  case uncompiled = "does not compile"

  /// A sign that needs no colour.
  var sign: String {
    switch self {
    case .done: "✓"
    case .wrong: "✗"
    case .notStarted: "·"
    case .leftTodo: "…"
    case .crashed: "!"
    case .timedOut: "∞"
    case .uncompiled: "#"
    }
  }

  var style: Screen.Style {
    switch self {
    case .done: .good
    case .notStarted: .faint
    case .wrong, .crashed, .timedOut: .bad
    case .uncompiled, .leftTodo: .odd
    }
  }

  /// A line with the sign before it, which the name of the state says again.
  func marked(_ line: String) -> String { Screen.isPlain ? line : "\(sign) \(line)" }

  /// Whether the learner has written something that is not right yet.
  var isTried: Bool { self != .done && self != .notStarted }
}
