/// An error that a person reads: a sentence that says what was asked, what came, and what to do.
public protocol Failure: Error, CustomStringConvertible {
  /// The status that a program ends with, as in `sysexits.h`: 64 for the command line, 65 for bad
  /// data, 66 for a file that cannot be read, 73 for one that cannot be made, 70 for training that
  /// broke down, 74 for a failed write.
  var exitCode: Int32 { get }
}
