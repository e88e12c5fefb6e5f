public import Core

/// What can be wrong with a file of names, said so that it can be put right.
public enum TextError: Error, Equatable, Sendable {
  /// There is no such file, or it cannot be read as text.
  case unreadable(path: String, reason: String)
  /// A line, counted from 1, is no name of letters from a to z.
  case noName(path: String, line: Int, text: String)
  /// The file has no line.
  case empty(path: String)

  /// The status that a program ends with: 66 for a file that cannot be read, 65 for wrong contents.
  public var exitCode: Int32 {
    if case .unreadable = self { 66 } else { 65 }
  }
}

extension TextError: Failure {
  /// The file, what was expected, what was found, and what to do.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason):
      "\(path): cannot be read: \(reason). Give a text file with one name a line."
    case .noName(let path, let line, let text):
      "\(path): line \(line) is \"\(text)\"; every line should be a name of the letters a to z, in "
        + "lower case, and nothing else."
    case .empty(let path):
      "\(path): has no line; it should have one name a line."
    }
  }
}
