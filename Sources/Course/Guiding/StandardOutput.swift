import Foundation

/// Where a program prints to.
public enum StandardOutput {
  public static let isTerminal = isatty(STDOUT_FILENO) == 1

  /// Whether it takes colours: a terminal does, unless NO_COLOR or TERM=dumb ask for none.
  public static let takesColour: Bool = {
    let environment = ProcessInfo.processInfo.environment
    return isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }()
}
