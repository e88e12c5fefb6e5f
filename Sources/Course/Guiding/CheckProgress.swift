/// How far a check has come, for a process that may be stopped in the middle of it.
public enum CheckProgress: Sendable {
  /// A case is about to be run: its number, of how many, and what the function is called with.
  case running(Int, of: Int, String)
  /// A case is asked about once more, or one like it: what the function is called with.
  case again(Int, String)
  /// The function has answered a case; what follows is the check's own work on it.
  case answered(Int)
  /// A case was right; what it is called in a list.
  case right(Int, String)
  /// A case was wrong; its numbers, before anybody looks for what explains them.
  case unexplained(String)
  /// A case was wrong; the diagnosis of all cases so far.
  case wrong(String)
}
