/// What came of an exercise.
public enum Verdict: Codable, Equatable, Sendable {
  case passed
  /// Not written yet: the place.
  case todo(String)
  /// Written, and not right: the diagnosis, a sentence a line.
  case wrong(String)
  /// Trapped or left the process: why, and where if known.
  case stopped(String)
  /// Gave no answer in time: with which case.
  case timedOut(String)
}

extension Verdict: CustomStringConvertible {
  public var description: String {
    switch self {
    case .passed: "✓ passed"
    case .todo(let place): "· not done yet: \(place)"
    case .wrong(let diagnosis): "✗ not right yet\n" + diagnosis
    case .stopped(let reason), .timedOut(let reason): "✗ stopped\n" + reason
    }
  }
}
