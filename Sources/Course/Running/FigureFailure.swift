public import Core
public import Figures

/// A figure that cannot be written ends a chapter as any other failure does.
extension FigureError: Failure {
  public var exitCode: Int32 { 73 }
}
