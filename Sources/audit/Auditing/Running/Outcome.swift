import Course

/// What became of a mutant.
enum Outcome: Codable, Equatable {
  /// The checker rejects it, and names the idea behind it.
  case named(String)
  /// The checker rejects it, and says what the wrong numbers have in common.
  case found(String)
  /// The checker rejects it, with the first wrong number and the right one.
  case numbers(String)
  /// It stops the process, with a sentence that says why: "index [0, 3] is outside …".
  case stopped(String)
  /// It stops the process, and all that is known is the signal.
  case crash
  case timeOut
  /// It agrees with the reference on so many random inputs; whether the argument that it spoils was
  /// ever another one for that, if it spoils one.
  case equivalent(inputs: Int, hasEffect: Bool?)
  /// It passes the checker, and differs from the reference elsewhere.
  case survived(String)

  var isRejected: Bool {
    switch self {
    case .equivalent, .survived: false
    default: true
    }
  }
}

extension Outcome {
  /// What the checker's verdict amounts to; nil where it has let an answer pass.
  init?(_ verdict: Verdict, of exercise: any Exercise) {
    let text: String
    switch verdict {
    case .passed: return nil
    case .wrong(let diagnosis): text = diagnosis
    case .todo(let reason), .stopped(let reason), .timedOut(let reason): text = reason
    }
    let lines = text.split(separator: "\n").map(String.init)
    // A learner whose function stops is told so first, then what is wrong where it does not stop.
    let sentences = lines.filter { $0.hasPrefix("→ ") }.map { String($0.dropFirst(2)) }
    let known = exercise.wrongAnswers.first { text.contains("→ " + $0.sentence) }
    // Two numbers side by side say that an answer is wrong, not why.
    let isPlain = /is \S+, should be \S+(?:;| \(|$)/
    let worded = lines.first {
      $0.hasPrefix("✗ ") && (!$0.contains(isPlain) || $0.contains("should be ["))
    }
    if let known {
      self = .named(known.name)
    } else if let sentence = sentences.first ?? worded {
      self = .found(sentence)
    } else if let parts = lines.first(where: { $0.contains("✓") && $0.contains("✗") }) {
      self = .found(parts)
    } else if case .timedOut = verdict {
      self = .timeOut
    } else if case .stopped(let reason) = verdict {
      self = reason.hasPrefix("a trap") ? .crash : .stopped(lines.first ?? reason)
    } else {
      self = .numbers(lines.first { $0.hasPrefix("✗ ") } ?? text)
    }
  }
}
